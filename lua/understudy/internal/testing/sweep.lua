--- The crash sweep: a good run, then one run for each change it made, in which the daemon is killed right after that change and goes on.
local engine, load_module = ...
local cluster  = load_module "understudy.internal.testing.cluster"
local failures = load_module "understudy.internal.testing.failures"

--- More than any event should take.
local most = 1000

local function make_cluster(make)
  if type(make) == "function" then return make() end
  return cluster.new(make)
end

--- `make` is a table of nodes, or a function that makes the cluster; `check` is given the cluster and the event's result.
return function(make, event, fields, check)
  if type(check) ~= "function" then
    engine.fail("code", "t.sweep takes a cluster, an event, its fields, and a function that checks the cluster and the result")
  end
  local good = make_cluster(make):crash_after(0)
  check(good, good:fire(event, fields))
  local changes = good.changes
  if changes > most then engine.fail("code", ("t.sweep: %s made %d changes: at most %d are swept"):format(event, changes, most)) end
  for at = 1, changes do
    local again = make_cluster(make):crash_after(at)
    again:fire(event, fields)
    local ok, problem = pcall(function() check(again, again:fire(event, fields)) end)
    if not ok then
      local message = failures.parts(problem)
      engine.fail("assertion", ("after a crash following change %d of %d, %s: %s"):format(at, changes, again.crashed_at or "nothing", message))
    end
  end
  return changes
end
