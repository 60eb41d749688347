--- `us.bundled`: the handler that Understudy brings for an event, for hooks that do something around it.
local engine, load_module, request = ...
local environment = load_module "understudy.internal.environment"
local hooks       = load_module "understudy.internal.hooks"
local names       = load_module "understudy.internal.names"
local options     = load_module "understudy.internal.options"
local records     = load_module "understudy.internal.records"

local bundled = {}
local opened = {}

local function fail(message, ...) engine.fail("code", message:format(...)) end

--- The hook that Understudy brings for the event; opened once.
local function open(event)
  if opened[event] then return opened[event] end
  local source = request.bundled and request.bundled[event]
  if not source then
    fail("us.bundled: Understudy has no handler for %s%s", names.show(event), names.suggestion(event, names.keys(request.bundled or {})))
  end
  local own = request.source
  request.source = { is_bundled = true }
  local chunk, problem = engine.compile(source.text, "@" .. source.chunk, environment.new())
  if not chunk then engine.fail("code", problem) end
  opened[event] = hooks.definition(chunk())
  request.source = own
  return opened[event]
end

--- Calls it with its own options, and those of `given` that it has: by the rights of the hook that calls.
---@param event string
function bundled.handler(event)
  local definition = open(event)
  return function(ev, given)
    local values = records.plain((options.values(definition, request.settings)))
    for name, value in pairs(type(given) == "table" and records.plain(given) or {}) do
      if definition.options[name] then values[name] = value end
    end
    return definition.handlers[event](ev, records.new(("options of hook \"%s\""):format(definition.name), names.keys(definition.options), values))
  end
end

return bundled
