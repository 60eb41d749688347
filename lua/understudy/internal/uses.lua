--- The header's `on`: how a hook's handler of one event is used.
local engine, load_module, request = ...
local names   = load_module "understudy.internal.names"
local options = load_module "understudy.internal.options"

local uses = {}

local keys = request.schema.header.on
--- Keys that some kinds of events have, or one event.
local only = { on_error = "approve", every = "timer", cron = "timer", where = "timer" }

local function fail(message, ...) engine.fail("code", message:format(...)) end

local function hook_names(label, value)
  local list = type(value) == "string" and { value } or value
  if type(list) ~= "table" then fail("%s takes the name of a hook, or a list of them; got a %s", label, type(value)) end
  local read = {}
  for at, name in ipairs(list) do
    if type(name) ~= "string" then fail("%s takes names of hooks; got a %s", label, type(name)) end
    read[at] = name
  end
  return read
end

local function typed(type_name, choices)
  return function(label, value)
    local read, problem = options.read(type_name, value, choices)
    if read == nil then fail("%s: %s", label, problem) end
    return read
  end
end

local readers = {
  before = hook_names, after = hook_names, budget = typed "duration", parallel = typed "integer", every = typed "duration", cron = typed "string",
  on_error = typed("one_of", { "allow", "veto" }), where = typed("one_of", { "L", "N" }),
}
local declared = {}
for _, key in ipairs(keys) do declared[key] = readers[key] end

local function read_one(event, given)
  local schema = request.schema.events[event]
  if not schema then fail("on: Understudy has no %s%s", names.show(event), names.suggestion(event, names.keys(request.schema.events))) end
  if type(given) ~= "table" then fail("on.%s is a table; got a %s", event, type(given)) end
  local use = {}
  for key, value in pairs(given) do
    local reader = declared[key]
    if not reader then fail("on.%s has no %s%s", event, names.show(key), names.suggestion(key, keys)) end
    if only[key] and only[key] ~= schema.kind and only[key] ~= event then
      fail("on.%s: %s is for %s", event, key, only[key] == "timer" and "timer alone" or "events of the kind " .. only[key])
    end
    use[key] = reader(("on.%s.%s"):format(event, key), value)
  end
  return use
end

--- Reads the header's table; every name and value checked.
function uses.read(on)
  if on ~= nil and type(on) ~= "table" then fail("hook header: on is a table, by event; got a %s", type(on)) end
  local read = {}
  for event, given in pairs(on or {}) do read[event] = read_one(event, given) end
  return read
end

local refused = { "^run:", "^ssh:", "^fs:", "^sql:write$", "^engine:" }

--- A hook that gave its rights up has no events that do work, and no rights that could.
function uses.check_rights(definition, event, schema)
  if not (definition.is_restricted or request.source.is_restricted) then return end
  local why = definition.is_restricted and 'trust = "restricted"' or "a file that others than root and the daemon's user can write"
  if schema.kind == "do" then fail("%s does work, and %s allows events that ask or tell only", event, why) end
  for _, need in ipairs(definition.needs) do
    for _, pattern in ipairs(refused) do
      if need:find(pattern) then fail("needs: %s is not for a hook with %s", names.show(need), why) end
    end
  end
end

--- What can be said only when the file has run: `on` without a handler, a timer without a time.
function uses.check_handlers(definition, problems)
  local function add(message) problems[#problems + 1] = { message = message, file = definition.file, line = definition.line, is_chunk = true } end
  for event in pairs(definition.on) do
    if not definition.handlers[event] then add(("on.%s: the hook has no handler of that name: write function hook.%s(ev, opt)"):format(event, event)) end
  end
  local timer = definition.on.timer
  if definition.handlers.timer and not (timer and (timer.every or timer.cron)) then
    add 'the timer needs its time: on = { timer = { every = "10m" } }, or cron = "0 3 * * *"'
  end
  if timer and timer.every and timer.cron then add "on.timer: every and cron exclude one another" end
end

return uses
