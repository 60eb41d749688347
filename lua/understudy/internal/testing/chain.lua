--- An event's hooks, by the rules of its kind: what `HookRunner` does in the daemon.
local _, load_module, request = ...
local host     = load_module "understudy.internal.testing.host"
local stage    = load_module "understudy.internal.testing.stage"
local failures = load_module "understudy.internal.testing.failures"

local chain = {}

local function fault_text(fault) return fault.file and ("%s:%d: %s"):format(fault.file, fault.line, fault.message) or fault.message end

--- Faults that end the event whatever its kind: nobody is there any more to go on.
local final = { crash = "crashed", leadership = "failed" }

local function fail(result, hook, fault)
  result.outcome, result.hook = final[fault.class] or "failed", hook
  result.class, result.error = fault.class, fault_text(fault)
end

local function take(result, hook, answer)
  for key, value in pairs(answer) do result[key] = value end
  result.hook = hook
end

--- How each kind goes on after a hook: true ends the event.
local after = {
  ["do"] = function(result, hook, answer, fault)
    if fault then
      fail(result, hook, fault)
    elseif answer.outcome ~= "passed" then
      take(result, hook, answer)
    end
    return result.outcome ~= "passed"
  end,
  choose = function(result, hook, answer, fault)
    if answer and answer.outcome == "chosen" then take(result, hook, answer) end
    return not fault and result.outcome ~= "passed"
  end,
  approve = function(result, hook, answer, fault, stance)
    if fault and stance == "veto" then answer = { outcome = "veto", reason = fault_text(fault) } end
    if answer and answer.outcome == "veto" then
      take(result, hook, answer)
      result.outcome = "vetoed"
    end
    return result.outcome == "vetoed"
  end,
  tell = function(result, hook, _, fault)
    if fault and result.outcome ~= "failed" then fail(result, hook, fault) end
    return false
  end,
}

--- What one hook's handler is given of the event, and until when.
local function context_of(cluster, event, name, use, deadline)
  local budget = use.budget or request.declarations[event.name].budget
  return {
    event = event.values.id, event_name = event.name, hook = name, budget = budget, began = cluster.clock,
    deadline = math.min(deadline, cluster.clock + budget),
  }
end

--- The part of the budget that undoing has, and its least, in seconds.
local undo_share, undo_least = 0.2, 10

--- Undoes what the hooks of a failed event did, the last first; goes on where a crash left it. The event's result, or that of the crash.
local function undo(cluster, event)
  local loaded, pending = cluster:loaded(), cluster.undoing[event.values.id]
  local budget = math.max(undo_least, request.declarations[event.name].budget * undo_share)
  while #pending.hooks > 0 do
    local entry = pending.hooks[#pending.hooks]
    local context = context_of(cluster, event, entry.name, { budget = budget }, math.huge)
    context.began = entry.began
    local _, fault = stage.run("undo", loaded.hooks[entry.name].request, event, loaded, host.new(cluster, context, entry.tape))
    if fault and final[fault.class] then
      local interrupted = { event = event.name }
      fail(interrupted, entry.name, fault)
      return interrupted
    end
    pending.hooks[#pending.hooks] = nil
  end
  cluster.undoing[event.values.id], cluster.undone = nil, {}
  return pending.result
end

--- Runs the chain of an event. `event` is what the library is sent of it; the result says how it ended.
function chain.run(cluster, event, bundled_only)
  local declaration, kind = request.declarations[event.name], request.schema.events[event.name].kind
  local loaded, pending = cluster:loaded(), cluster.undoing[event.values.id]
  if pending then return undo(cluster, event) end
  local names = (bundled_only and loaded.bundled_chains or loaded.chains)[event.name]
  local result, done = { event = event.name, outcome = "passed" }, {}
  local deadline = cluster.clock + declaration.budget
  for _, name in ipairs(names) do
    local hook = loaded.hooks[name]
    local use = hook.uses[event.name] or {}
    local context = context_of(cluster, event, name, use, deadline)
    local own = host.new(cluster, context)
    local answer, fault = stage.run("run", hook.request, event, loaded, own)
    if own:has_undos() then done[#done + 1] = { name = name, tape = own.tape, began = context.began } end
    if fault and final[fault.class] then
      fail(result, name, fault)
      break
    end
    if after[kind](result, name, answer, fault, use.on_error or declaration.on_error) then break end
  end
  if kind == "do" and result.outcome == "failed" and result.class ~= "leadership" then
    cluster.undoing[event.values.id] = { hooks = done, result = result }
    result = undo(cluster, event)
  end
  failures.note(result)
  return result
end

return chain
