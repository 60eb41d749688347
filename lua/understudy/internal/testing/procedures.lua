--- What the engine does around the hooks of its procedures, for `c:fire`: who is asked, who is tried next.
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

--- Promotes one candidate; the last result, and whether the node is writable, which is what counts.
local function promote(cluster, fields, candidate)
  local result
  for attempt = 1, attempts do
    local all = { new_main = candidate.name }
    for key, value in pairs(fields) do all[key] = value end
    result = cluster:run("failover", all, { attempt = attempt, bundled_only = attempt > 1 })
    if is_over(result) or not candidate.standby then return result, not candidate.standby end
  end
  return result, false
end

--- The primary is lost: candidates are tried, the freshest first, until one is writable.
function procedures.failover(cluster, fields)
  local passed_over = decide(cluster, "passed over", function() return {} end)
  local result = { event = "failover", outcome = "failed", error = "no standby is left to promote", class = "environment" }
  while true do
    local candidates = occurrences.candidates(cluster, passed_over)
    local candidate = decide(cluster, "candidate", function() return candidates[1] end)
    if not candidate then return result end
    local is_writable
    result, is_writable = promote(cluster, fields, candidate)
    if is_over(result) or is_writable then return result end
    passed_over[candidate.name], cluster.decisions.candidate = true, nil
    cluster.epoch = cluster.epoch + 1
  end
end

return procedures
