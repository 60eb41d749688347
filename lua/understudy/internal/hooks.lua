--- `us.hook`: checks a header and gives an object that takes one handler for each event it names.
local engine, load_module, request = ...
local names   = load_module "understudy.internal.names"
local options = load_module "understudy.internal.options"

local hooks = {}
local definitions = setmetatable({}, { __mode = "k" })

---@class us.Header
---@field name string
---@field about string?
---@field version string?
---@field needs string[]? capabilities
---@field options table<string, us.Option>?
---@field replaces string? the hook that this one switches off, for the events that both define

local header_keys = { "name", "about", "version", "needs", "options", "replaces" }

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

local function check_needs(needs)
  if needs == nil then return {} end
  if type(needs) ~= "table" then fail("hook header: needs is a list of capabilities; got a %s", type(needs)) end
  local known = {}
  for _, name in ipairs(request.schema.capabilities) do known[name] = true end
  for _, need in ipairs(needs) do
    local family = type(need) == "string" and (need:match "^(%l+:%l+:)." or need:match "^(%l+:).")
    if not known[need] and not known[family] then
      fail("there is no capability %s%s", names.show(need), names.suggestion(need, request.schema.capabilities))
    end
  end
  return needs
end

local function check_options(declared)
  if declared ~= nil and type(declared) ~= "table" then fail("hook header: options is a table; got a %s", type(declared)) end
  local found = {}
  for name, option in pairs(declared or {}) do
    if type(name) ~= "string" or not name:match "^%l[%l%d_]*$" then
      fail("option %s: expected a-z, 0-9 and _, beginning with a letter", names.show(name))
    end
    found[name] = options.declaration(option) or fail('option "%s" must be made by us.opt, for example us.opt.duration "60s"', name)
  end
  return found
end

local function add_handler(definition, event, handler)
  local known = {}
  for name in pairs(request.schema.events) do known[#known + 1] = name end
  table.sort(known)
  if not request.schema.events[event] then fail("Understudy has no %s%s", names.show(event), names.suggestion(event, known)) end
  if type(handler) ~= "function" then fail("the handler of %s must be a function; got a %s", event, type(handler)) end
  if definition.handlers[event] then fail("%s has a handler already", event) end
  definition.handlers[event] = handler
  definition.events[#definition.events + 1] = event
end

---@param header us.Header
function hooks.new(header)
  if type(header) ~= "table" then fail("us.hook takes a table; got a %s", type(header)) end
  check_keys(header)
  local definition = {
    name = check_name(header), about = check_text(header, "about"), version = check_text(header, "version"),
    replaces = check_text(header, "replaces"), needs = check_needs(header.needs), options = check_options(header.options),
    handlers = {}, events = {},
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

return hooks
