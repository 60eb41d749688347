--- What a test lets go wrong: methods of its cluster.
local engine, load_module, request = ...
local options = load_module "understudy.internal.options"
local names   = load_module "understudy.internal.names"

local faults = {}

local function duration(what, value)
  local seconds, problem = options.read("duration", value)
  if problem then engine.fail("code", ("%s: %s"):format(what, problem)) end
  return seconds
end

--- From now on something goes wrong with a host function: with `on` only for that node, host, program or key; with `times` only so often.
local function add(cluster, op, given, what)
  if not request.ops[op] then
    local hint = type(op) == "string" and names.suggestion(op, request.op_names) or ""
    engine.fail("code", ('a fault is at a host function, such as "node.promote"; got %s%s'):format(names.show(op), hint))
  end
  given = given or {}
  what.op, what.on, what.times = op, given.on, given.times or math.huge
  cluster.faults[#cluster.faults + 1] = what
  return cluster
end

--- A call fails: `c:fail("node.promote", { on = "pg2", error = "timeout", times = 1 })`.
function faults.fail(cluster, op, given) return add(cluster, op, given, { error = (given or {}).error or "the test made it fail" }) end

--- A call takes so long: `c:slow("node.promote", "30s", { on = "pg2" })`.
function faults.slow(cluster, op, takes, given) return add(cluster, op, given, { takes = duration("c:slow", takes) }) end

--- A call never comes back: its event runs into its budget.
function faults.hang(cluster, op, given) return add(cluster, op, given, { hangs = true }) end

--- No call reaches these nodes; each takes `takes` (10s) to find that out.
function faults.partition(cluster, list, takes)
  for _, name in ipairs(list) do
    if not cluster.nodes[name] then engine.fail("code", ("c:partition: the cluster has no node %s"):format(names.show(name))) end
    cluster.cut_off[name] = duration("c:partition", takes or "10s")
  end
  return cluster
end

--- The daemon is killed after so many changes: c:fire says "crashed", and a second c:fire goes on where it was.
function faults.crash_after(cluster, count)
  cluster.crash_at, cluster.changes = count, 0
  return cluster
end

--- Somebody else leads after so many changes: what was decided here is refused from then on.
function faults.lose_leader_after(cluster, count)
  cluster.lost_at, cluster.changes = count, 0
  return cluster
end

return faults
