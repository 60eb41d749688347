--- `us.hook`: checks a header and gives an object that takes one handler for each event it names.
local engine, load_module, request = ...
local names   = load_module "understudy.internal.names"
local options = load_module "understudy.internal.options"
local uses    = load_module "understudy.internal.uses"
local limits  = load_module "understudy.internal.limits"

local hooks = {}
local definitions = setmetatable({}, { __mode = "k" })

local header_keys = request.schema.header.keys

local function fail(message, ...) engine.fail("code", message:format(...)) end

local function check_keys(header)
  local known = {}
  for _, key in ipairs(header_keys) do known[key] = true end
  for key in pairs(header) do
    if not known[key] then fail("hook header has no %s%s", names.show(key), names.suggestion(key, header_keys)) end
  end
end

local function check_text(header, key)
  local value = header[key]
  if value ~= nil and type(value) ~= "string" then fail("hook header: %s is a text; got a %s", key, type(value)) end
  return value
end

local function check_name(header)
  local name = check_text(header, "name") or fail 'hook header needs a name: us.hook { name = "my_hook" }'
  local pattern = request.source.is_bundled and "^understudy/%l[%l%d_]*$" or "^%l[%l%d_]*$"
  if not name:match(pattern) then
    fail('hook name "%s": expected a-z, 0-9 and _, beginning with a letter%s', name,
      name:match "^understudy/" and " (understudy/ is reserved for the hooks that come with Understudy)" or "")
  end
  return name
end

--- `http:<host>` stands for every capability that begins with `http:` and goes on.
local function is_capability(need)
  for _, name in ipairs(request.schema.capabilities) do
    local stem = name:match "^(.-)<"
    if need == name and not stem or stem and #need > #stem and need:sub(1, #stem) == stem then return true end
  end
  return false
end

local function check_needs(needs)
  if needs == nil then return {} end
  if type(needs) ~= "table" then fail("hook header: needs is a list of capabilities; got a %s", type(needs)) end
  for key, need in pairs(needs) do
    if math.type(key) ~= "integer" then fail('hook header: needs is a list: write { "%s" }', tostring(key)) end
    if type(need) ~= "string" or not is_capability(need) then
      fail("there is no capability %s%s", names.show(need), names.suggestion(need, request.schema.capabilities))
    end
  end
  return needs
end

--- Options that the configuration has for every hook.
local reserved = { grants = true }

local function check_options(declared)
  if declared ~= nil and type(declared) ~= "table" then fail("hook header: options is a table; got a %s", type(declared)) end
  local found = {}
  for name, option in pairs(declared or {}) do
    if type(name) ~= "string" or not name:match "^%l[%l%d_]*$" then
      fail("option %s: expected a-z, 0-9 and _, beginning with a letter", names.show(name))
    end
    if reserved[name] then fail('option "%s": every hook has a setting of this name; choose another', name) end
    found[name] = options.declaration(option) or fail('option "%s" must be made by us.opt, for example us.opt.duration "60s"', name)
  end
  return found
end

local function check_api(header)
  if header.api ~= nil and header.api ~= 1 then fail("hook header: api = %s: this Understudy has version 1", tostring(header.api)) end
end

local function check_trust(header)
  if header.trust ~= nil and header.trust ~= "restricted" then
    fail('hook header: trust = %s: expected "restricted", or leave it out', names.show(header.trust))
  end
  return header.trust == "restricted"
end

local function add_handler(definition, event, handler)
  local schema = request.schema.events[event]
  if not schema then fail("Understudy has no %s%s", names.show(event), names.suggestion(event, names.keys(request.schema.events))) end
  if type(handler) ~= "function" then fail("the handler of %s must be a function; got a %s", event, type(handler)) end
  if definition.handlers[event] then fail("%s has a handler already", event) end
  uses.check_rights(definition, event, schema)
  definition.handlers[event] = handler
  definition.events[#definition.events + 1] = event
end

---@param header us.Header
function hooks.new(header)
  if type(header) ~= "table" then fail("us.hook takes a table; got a %s", type(header)) end
  check_keys(header)
  check_api(header)
  local file, line = engine.where()
  local definition = {
    name = check_name(header), about = check_text(header, "about"), version = check_text(header, "version"),
    replaces = check_text(header, "replaces"), needs = check_needs(header.needs), options = check_options(header.options),
    is_restricted = check_trust(header), on = uses.read(header.on), limits = limits.read(header.limits), handlers = {}, events = {}, file = file, line = line,
  }
  local hook = setmetatable({}, {
    __name = "hook",
    __metatable = false,
    __index = function(_, event) return definition.handlers[event] end,
    __newindex = function(_, event, handler) add_handler(definition, event, handler) end,
  })
  definitions[hook] = definition
  return hook
end

--- What `us.hook` made, if this is it.
function hooks.definition(hook) return hook ~= nil and definitions[hook] or nil end

--- What the daemon is told of a file: the definition without its functions, and what is wrong with it or its settings.
function hooks.report(definition, problems)
  uses.check_handlers(definition, problems)
  return {
    name = definition.name, about = definition.about, version = definition.version, needs = definition.needs, replaces = definition.replaces,
    events = definition.events, on = definition.on, limits = definition.limits, is_restricted = definition.is_restricted, line = definition.line,
    problems = problems,
  }
end

return hooks
