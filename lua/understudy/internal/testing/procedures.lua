--- What the engine does around the hooks of its procedures, for `c:fire`: who is asked, who is tried next, who is told.
local _, load_module = ...
local occurrences = load_module "understudy.internal.testing.occurrences"

local procedures = {}

--- Attempts at one candidate; after the first only the bundled hooks are asked.
local attempts = 3

--- What was decided stays decided, also when the daemon was killed in between.
local function decide(cluster, key, make)
  if cluster.decisions[key] == nil then cluster.decisions[key] = make() end
  return cluster.decisions[key]
end

local function is_over(result) return result.outcome == "crashed" or result.class == "leadership" end

--- `fields` that the event is fired with, and `more`.
local function with(fields, more)
  local all = {}
  for key, value in pairs(fields) do all[key] = value end
  for key, value in pairs(more) do all[key] = value end
  return all
end

--- Whom the hooks prefer, else the engine's order; nil and the result when nobody is left or the daemon ended.
local function choose(cluster, fields, passed_over)
  local candidates = occurrences.candidates(cluster, passed_over)
  if #candidates == 0 then return nil, { event = "failover", outcome = "failed", error = "no standby is left to promote", class = "environment" } end
  local result = cluster:run("choose_candidate", { node = fields.node, candidates = candidates })
  if is_over(result) then return nil, result end
  for _, id in ipairs(result.outcome == "chosen" and result.value or {}) do
    for _, candidate in ipairs(candidates) do if candidate.id == id then return candidate end end
  end
  return candidates[1]
end

--- Has the old primary fenced, once. With fencing = required nothing is promoted before that went well: the result when it did not. With
--- best_effort the promotion does not wait, so that what fencing takes is no time of the event's.
local function fence(cluster, fields, candidate)
  if cluster.decisions.fenced then return nil end
  local required, now = cluster.fencing == "required", cluster.clock
  local result = cluster:run("fence_primary", { node = fields.node, new_main = candidate.name })
  if is_over(result) then return result end
  if required and result.outcome ~= "done" then
    if result.outcome ~= "failed" then
      result.outcome, result.class, result.error = "failed", "environment", result.reason or "no hook took care of fence_primary"
    end
    return result
  end
  cluster.decisions.fenced = true
  if not required then cluster.clock = now end
end

--- Promotes one candidate; the last result, and whether the node is writable, which is what counts.
local function promote(cluster, fields, candidate)
  local result
  for attempt = 1, attempts do
    result = cluster:run("failover", with(fields, { new_main = candidate.name }), { attempt = attempt, bundled_only = attempt > 1 })
    if is_over(result) or not candidate.standby then return result end
  end
  return result
end

local function finish(cluster, fields, result)
  local primary = cluster.primary
  local told = cluster:run("failover_finished", {
    node = fields.node, old_primary = fields.node, new_primary = primary and primary.name, ok = primary ~= nil, outcome = primary and "promoted" or "abandoned",
    error = not primary and result.error or nil, took = cluster.clock - cluster.decisions.began,
  })
  if is_over(told) then return told end
  return result
end

--- The primary is lost: hooks and the engine's order name a candidate, hooks may object, and one after another is tried until one is writable.
function procedures.failover(cluster, fields)
  decide(cluster, "began", function() return cluster.clock end)
  local passed_over = decide(cluster, "passed over", function() return {} end)
  while true do
    local candidate = cluster.decisions.candidate
    if not candidate then
      local result
      candidate, result = choose(cluster, fields, passed_over)
      if not candidate then return is_over(result) and result or finish(cluster, fields, result) end
      result = cluster:run("approve_failover", { node = fields.node, new_main = candidate.name, requested_by = fields.requested_by })
      if is_over(result) or (result.outcome == "vetoed" and not result.next) then return result end
      if result.outcome ~= "vetoed" then cluster.decisions.candidate = candidate end
    end
    if cluster.decisions.candidate then
      local unfenced = fence(cluster, fields, candidate)
      if unfenced then return unfenced end
      local result = promote(cluster, fields, candidate)
      if is_over(result) then return result end
      if not candidate.standby then return finish(cluster, fields, result) end
    end
    passed_over[candidate.name], cluster.decisions.candidate = true, nil
    cluster.epoch = cluster.epoch + 1
  end
end

return procedures
