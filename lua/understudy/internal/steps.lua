--- Steps: what was finished is recorded and not done again, and can be undone when the event fails later.
local engine, load_module = ...
local arguments = load_module "understudy.internal.arguments"
local effects   = load_module "understudy.internal.effects"

local steps = {}
local places, undos = {}, {}

local function fail(message, ...) engine.fail("code", message:format(...)) end

local function check(what, name, body, undo)
  if type(name) ~= "string" or name == "" then fail("%s takes a name and a function; got a %s as name", what, type(name)) end
  if type(body) ~= "function" then fail("%s takes a function; got a %s", what, type(body)) end
  if undo ~= nil and type(undo) ~= "function" then fail("%s: what undoes a step is a function; got a %s", what, type(undo)) end
  if places[name] then fail('step "%s" was run at %s already: give each step its own name', name, places[name]) end
  places[name] = ("%s:%d"):format(engine.where())
end

local function register(name, undo)
  if undo then undos[#undos + 1] = { name = name, body = undo } end
end

--- Runs `body` with the step's name in every message and record.
local function within(name, body)
  local previous = engine.step(name)
  local _ <close> = setmetatable({}, { __close = function() engine.step(previous) end })
  return body()
end

--- Runs `body` once per event: its result is recorded, and a hook that is run again after a crash is given the result.
---@async
---@generic T
---@param name string unique within the event
---@param body fun(): T
---@param undo fun()? run when the event fails after this step; in the reverse order of the steps
---@return T
function steps.step(name, body, undo)
  check("us.step", name, body, undo)
  local has_undo = undo ~= nil
  local begun = effects.call("us.step", "step.begin", { name = name, has_undo = has_undo })
  local value = begun.value
  if not begun.is_finished then
    value = within(name, body)
    effects.call("us.step", "step.end", { name = name, value = value, has_undo = has_undo }, true)
  end
  register(name, undo)
  return value
end

--- What is to be run when the event fails from here on.
---@async
---@param name string unique within the event
---@param body fun()
function steps.undo(name, body)
  check("us.undo", name, body)
  effects.call("us.undo", "undo.register", { name = name })
  register(name, body)
end

--- Runs `body` once for `key`, over all events of this hook, until it expires.
---@async
---@param key string
---@param body fun(): any
---@param given { expire: string|number }?
function steps.once(key, body, given)
  if type(key) ~= "string" or key == "" then fail("us.once takes a key and a function; got a %s as key", type(key)) end
  if type(body) ~= "function" then fail("us.once takes a function; got a %s", type(body)) end
  local expire = (given or {}).expire
  expire = expire and arguments.read("us.once", { name = "expire", type = "duration" }, expire)
  local begun = effects.call("us.once", "once.begin", { key = key })
  if begun.is_finished then return begun.value end
  local value = body()
  effects.call("us.once", "once.end", { key = key, value = value, expire = expire }, true)
  return value
end

--- Undoes what the handler did, the last first; one that fails does not keep the others from being run. Names what failed.
---@async
function steps.undo_all()
  local failures = {}
  for at = #undos, 1, -1 do
    local undo = undos[at]
    if not effects.call("undo", "undo.begin", { name = undo.name }).is_finished then
      local ok, problem = pcall(within, "undo " .. undo.name, undo.body)
      effects.call("undo", "undo.end", { name = undo.name, error = not ok and tostring(problem) or nil })
      if not ok then failures[#failures + 1] = undo.name .. ": " .. tostring(problem) end
    end
  end
  return failures
end

return steps
