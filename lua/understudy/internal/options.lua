--- Typed options: declared in a hook's header, set in the configuration as `hook.<hook>.<option>`.
local engine, load_module, request = ...
local names   = load_module "understudy.internal.names"
local records = load_module "understudy.internal.records"

local options = {}

local seconds = { us = 1e-6, ms = 1e-3, s = 1, min = 60, m = 60, h = 3600, d = 86400 }
local sizes = { B = 1, kB = 1 << 10, MB = 1 << 20, GB = 1 << 30, TB = 1 << 40 }
local truths = { on = true, ["true"] = true, yes = true, ["1"] = true, off = false, ["false"] = false, no = false, ["0"] = false }

--- A number with an optional unit; nil when it is none, is negative, or has an unknown unit.
local function measure(value, units)
  if type(value) == "number" then return value >= 0 and value < math.huge and value or nil end
  if type(value) ~= "string" then return nil end
  local number, unit = value:match "^%s*(%d+%.?%d*)%s*(%a*)%s*$"
  local factor = unit == "" and 1 or units[unit]
  return number and factor and tonumber(number) * factor or nil
end

--- Texts from a list, or from one text with commas.
local function texts(value)
  if type(value) == "table" then
    for key, item in pairs(value) do if math.type(key) ~= "integer" or type(item) ~= "string" then return nil end end
    return records.list("list of texts", records.plain(value))
  end
  if type(value) ~= "string" then return nil end
  local items = {}
  for item in value:gmatch "[^,]+" do items[#items + 1] = item:match "^%s*(.-)%s*$" end
  return records.list("list of texts", items)
end

--- A node's name, if the cluster has it; what its nodes are is known with the configuration.
local function node_name(value)
  for _, name in ipairs(request.nodes or {}) do if name == value then return name end end
  return type(value) == "string" and value ~= "" and not (request.nodes and request.nodes[1]) and value or nil
end

--- Every type: what a value must look like, and how it is read; nil is "not of this type".
local types = {
  duration = {
    expected = 'a duration such as "500ms", "30s" or "10min"',
    read = function(value) return measure(value, seconds) end,
  },
  bytes = {
    expected = 'a size such as "16MB"',
    read = function(value) return math.tointeger(measure(value, sizes) or -0.5) end,
  },
  integer = {
    expected = "a whole number",
    read = function(value)
      if type(value) == "string" and not value:match "^%s*[-+]?%d+%s*$" then return nil end
      return math.tointeger(tonumber(value))
    end,
  },
  number = {
    expected = "a number",
    read = function(value)
      local number = tonumber(value)
      return number and number == number and math.abs(number) < math.huge and number or nil
    end,
  },
  list = { expected = 'texts with commas between them: "a, b"', read = texts },
  node = { expected = "the name of a node", read = node_name },
  secret = {
    expected = "the name of a secret",
    read = function(value) return type(value) == "string" and value:find "^%l[%l%d_]*$" and value or nil end,
  },
  string = {
    expected = "a text",
    read = function(value) return type(value) == "string" and value or nil end,
  },
  boolean = {
    expected = "on or off",
    read = function(value)
      if type(value) == "boolean" then return value end
      if type(value) == "string" then return truths[value:lower()] end
    end,
  },
  one_of = {
    read = function(value, choices)
      for _, choice in ipairs(choices) do if choice == value then return value end end
    end,
  },
}

local function expectation(type_name, choices)
  if type_name == "node" and request.nodes and request.nodes[1] then return "one of the nodes " .. table.concat(request.nodes, ", ") end
  if type_name ~= "one_of" then return types[type_name].expected end
  return "one of " .. table.concat(choices, ", ")
end

--- Reads `value` as the type; nil and a sentence when it is none.
function options.read(type_name, value, choices)
  local result = types[type_name].read(value, choices)
  if result ~= nil then return result end
  return nil, ("expected %s; got %s"):format(expectation(type_name, choices), names.show(value))
end

--- Named arguments of a call, `{ wait = "60s" }`: every key declared, every value of its type.
function options.table(label, declared, given)
  if given == nil then return {} end
  if type(given) ~= "table" then engine.fail("code", ("%s takes a table of options; got a %s"):format(label, type(given))) end
  local read, known = {}, {}
  for _, option in ipairs(declared) do
    known[#known + 1] = option.name
    if given[option.name] ~= nil then
      local value, problem = options.read(option.type, given[option.name])
      if problem then engine.fail("code", ("%s: %s: %s"):format(label, option.name, problem)) end
      read[option.name] = value
    end
  end
  for key in pairs(given) do
    if read[key] == nil then engine.fail("code", ("%s has no option %s%s"):format(label, names.show(key), names.suggestion(key, known))) end
  end
  return read
end

local declarations = setmetatable({}, { __mode = "k" })

local function declare(type_name, default, choices)
  local value, problem
  if default ~= nil then
    value, problem = options.read(type_name, default, choices)
    if problem then engine.fail("code", ("us.opt.%s: %s"):format(type_name, problem)) end
  end
  local option = setmetatable({}, { __name = "option", __metatable = false })
  declarations[option] = { type = type_name, default = value, choices = choices }
  return option
end

--- `us.opt`: one constructor a type.
local constructors = {
  one_of = function(choices, default)
    if type(choices) ~= "table" or #choices == 0 then engine.fail("code", "us.opt.one_of takes a list of texts and the default") end
    return declare("one_of", default, records.plain(choices))
  end,
}
local constructor_names = {}
for type_name in pairs(types) do
  constructors[type_name] = constructors[type_name] or function(default) return declare(type_name, default) end
  constructor_names[#constructor_names + 1] = type_name
end
options.constructors = records.new("us.opt", constructor_names, records.anchored(constructors))

--- The declaration behind what a `us.opt` constructor returned; nil for anything else.
function options.declaration(option) return declarations[option] end

--- What a handler is given for an option: a node is a node there, and not yet while the file loads.
local function arrive(type_name, value)
  if type_name ~= "node" or value == nil or not request.event then return value end
  for _, snapshot in ipairs(request.event.cluster.nodes) do
    if snapshot.name == value then return load_module "understudy.internal.nodes".new(snapshot) end
  end
end

--- The values for a hook's options, and what is wrong with the settings (by hook and option): each problem has `message` and, where a
--- setting is to blame, its `file` and `line`.
function options.values(definition, all_settings)
  local values, problems, known = {}, {}, {}
  local segment = definition.name:gsub("^understudy/", "")
  local settings = all_settings[segment] or {}
  for name in pairs(definition.options) do known[#known + 1] = name end
  table.sort(known)
  for _, name in ipairs(known) do
    local declaration, setting = definition.options[name], settings[name]
    local problem
    if setting then
      values[name], problem = options.read(declaration.type, setting.text, declaration.choices)
    else
      values[name] = declaration.default
      if declaration.default == nil then problem = "expected " .. expectation(declaration.type, declaration.choices) .. "; it is not set and has no default" end
    end
    values[name] = arrive(declaration.type, values[name])
    if problem then
      local place = setting or {}
      problems[#problems + 1] = { message = ("hook.%s.%s: %s"):format(segment, name, problem), file = place.file, line = place.line }
    end
  end
  for name, setting in pairs(settings) do
    if not definition.options[name] and name ~= "grants" then
      local message = ('hook.%s.%s: hook "%s" has no option "%s"%s'):format(segment, name, definition.name, name, names.suggestion(name, known))
      problems[#problems + 1] = { message = message, file = setting.file, line = setting.line }
    end
  end
  return records.new(("options of hook \"%s\""):format(definition.name), known, values), problems
end

return options
