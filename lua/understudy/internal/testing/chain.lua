--- An event's hooks one after another, by the rules of its kind: what `HookRunner` does in the daemon.
local engine, load_module, request = ...
local host     = load_module "understudy.internal.testing.host"
local stage    = load_module "understudy.internal.testing.stage"
local failures = load_module "understudy.internal.testing.failures"

local chain = {}

local function fault_text(fault) return fault.file and ("%s:%d: %s"):format(fault.file, fault.line, fault.message) or fault.message end

local function failed(result, hook, fault)
  result.outcome = fault.class == "crash" and "crashed" or "failed"
  result.hook, result.class, result.error, result.fault = hook, fault.class, fault_text(fault), fault
end

--- How each kind goes on after a hook's answer: true ends the event.
local after = {
  ["do"] = function(result, hook, answer, fault)
    if fault then failed(result, hook, fault) return true end
    if answer.outcome == "passed" then return false end
    result.outcome, result.hook, result.value = answer.outcome, hook, answer.value
    return true
  end,
  tell = function(result, hook, _, fault)
    if fault and (result.outcome ~= "failed" or fault.class == "crash") then failed(result, hook, fault) end
    return result.outcome == "crashed"
  end,
}

--- Runs the chain of an event. `event` is what the library is sent of it; the result says how it ended.
function chain.run(cluster, event, bundled_only)
  local declaration = request.declarations[event.name]
  local loaded = cluster:loaded()
  local names = (bundled_only and loaded.bundled_chains or loaded.chains)[event.name] or {}
  local result = { event = event.name, outcome = "passed" }
  local deadline = cluster.clock + declaration.budget
  for _, name in ipairs(names) do
    local context = { event = event.values.id, event_name = event.name, hook = name, budget = declaration.budget, deadline = deadline }
    local answer, fault = stage.run(loaded.hooks[name].request, event, loaded.modules, host.new(cluster, context))
    if after[declaration.kind](result, name, answer, fault) then break end
  end
  failures.note(result)
  return result
end

return chain
