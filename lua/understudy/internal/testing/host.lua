--- The daemon's end of a hook's calls, played on tables: faults and crashes that the test ordered, then what the call does.
local engine, load_module, request = ...
local servers  = load_module "understudy.internal.testing.servers"
local outside  = load_module "understudy.internal.testing.outside"
local keeping  = load_module "understudy.internal.testing.keeping"
local failures = load_module "understudy.internal.testing.failures"

local host = {}
host.__index = host

--- How long a call takes when the test does not say.
local brief = 0.01

--- The handler of `context.hook` in the event `context.event`, on `cluster`.
function host.new(cluster, context)
  return setmetatable({ cluster = cluster, context = context, sticky = nil }, host)
end

--- From now on every call of this handler is refused, whatever it catches.
function host:kill(class, message)
  self.sticky = { class, message }
  engine.fail(class, message)
end

local function subject(cluster, op, a)
  if a.node then return cluster:by_id(a.node).name end
  if a.peer then return a.peer end
  if a.url then return a.url:match "^%w+://([^/:]+)" or a.url end
  if a.argv then return a.argv[1]:match "[^/]+$" end
  return a.key or a.path or a.name or a.title or op
end

local function is_meant(fault, op, name) return fault.op == op and (fault.on == nil or fault.on == name) and fault.times > 0 end

--- Faults that the test ordered: slowness first, then what hangs, then what fails.
function host:meet_faults(op, name)
  local cluster = self.cluster
  for _, fault in ipairs(cluster.faults) do
    if is_meant(fault, op, name) then
      fault.times = fault.times - 1
      if fault.takes then cluster:advance(fault.takes) end
      if fault.hangs then cluster:advance(math.max(0, self.context.deadline - cluster.clock)) end
      if fault.error then engine.fail("environment", name .. ": " .. fault.error) end
    end
  end
  if cluster.cut_off[name] and op:find "^node%." then
    cluster:advance(cluster.cut_off[name])
    engine.fail("environment", name .. ": connection timed out")
  end
end

function host:check_budget()
  local context = self.context
  if self.cluster.clock > context.deadline or context.deadline - self.cluster.clock < 1e-9 then
    self:kill("budget", ("not finished within its budget of %g s"):format(context.budget))
  end
end

local function find_call(op)
  local method = op:match "^node%.(.+)$"
  if method and servers[method] then
    return function(cluster, a) return servers[method](cluster, cluster:by_id(a.node), a) end
  end
  return outside[op] or keeping[op]
end

--- Answers one call.
function host:call(op, a)
  local cluster = self.cluster
  if self.sticky then engine.fail(self.sticky[1], self.sticky[2]) end
  local call = find_call(op) or engine.fail("code", ("the test's cluster cannot do %s"):format(op))
  local name = subject(cluster, op, a)
  self:check_budget()
  cluster:advance(brief)
  local changes = request.changes[op]
  if changes then cluster:note(op == "run" and "run " .. name or op .. " " .. name) end
  self:meet_faults(op, name)
  self:check_budget()
  local value = call(cluster, a, self.context)
  if changes or op == "step.end" then self:count(op .. " " .. name) end
  return value
end

--- Counts what has changed something, and ends the daemon where the test wants it to end.
function host:count(what)
  local cluster = self.cluster
  cluster.changes = cluster.changes + 1
  if cluster.crash_after == cluster.changes then
    cluster.crash_after, cluster.crashed_at = nil, what
    failures.crashed()
    self:kill("crash", "the daemon was killed")
  elseif cluster.lost_after == cluster.changes then
    cluster.lost_after = nil
    self:kill("leadership", "this member does not lead any more")
  end
end

return host
