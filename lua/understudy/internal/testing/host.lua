--- The daemon's end of a hook's calls, played on tables: rights as the daemon checks them, faults and crashes that the test ordered, then
--- what the call does.
local engine, load_module = ...
local ask        = load_module "understudy.internal.testing.questions"
local servers    = load_module "understudy.internal.testing.servers"
local outside    = load_module "understudy.internal.testing.outside"
local keeping    = load_module "understudy.internal.testing.keeping"
local journal    = load_module "understudy.internal.testing.journal"
local failures   = load_module "understudy.internal.testing.failures"

local host = {}
host.__index = host

--- How long a call takes when the test does not say, in seconds.
local brief = 0.01
--- Two times that differ by less are the same.
local instant = 1e-9

--- The end of one handler's calls; `context` says which event, hook, budget and deadline. `tape` is what an earlier run was answered: it is
--- answered so again, then refused, until the handler undoes what it did.
function host.new(cluster, context, tape)
  return setmetatable({ cluster = cluster, context = context, under_way = {}, tape = tape or {}, position = tape and 0 }, host)
end

--- Whether what the handler did is to be undone when the event fails.
function host:has_undos()
  for _, entry in ipairs(self.tape) do if entry.is_undoable then return true end end
  return false
end

--- From now on every call of this handler is refused, whatever it catches.
function host:kill(class, message)
  self.sticky = self.sticky or { class, message }
  engine.fail(class, message)
end

--- Whom or what a call is about, for lists of effects and for faults.
local function subject(cluster, op, a)
  if a.node and op:find "^node%." or op:find "^engine%." then return a.node and cluster:by_id(a.node).name or "" end
  if a.peer then return a.peer end
  if a.url then
    local address = outside.address_text(a.url)
    return address:match "^%w+://([^/:]+)" or address
  end
  if a.argv then return a.argv[1]:match "[^/]+$" end
  return a.key or a.path or a.name or a.title or ""
end

local function label(op, name) return name == "" and op or op .. " " .. name end

--- Faults that the test ordered: what is slow or hangs takes its time, then what fails is raised.
function host:meet_faults(op, name)
  local cluster = self.cluster
  for _, fault in ipairs(cluster.faults) do
    if fault.op == op and (fault.on == nil or fault.on == name) and fault.times > 0 then
      fault.times = fault.times - 1
      if fault.takes then cluster:advance(fault.takes) end
      if fault.hangs then
        cluster:advance(math.max(0, self.context.deadline - cluster.clock))
        engine.fail("budget", label(op, name) .. " never came back")
      end
      if fault.error then engine.fail("environment", (name == "" and "" or name .. ": ") .. fault.error) end
    end
  end
  if cluster.cut_off[name] and op:find "^node%." then
    cluster:advance(cluster.cut_off[name])
    engine.fail("environment", name .. ": connection timed out")
  end
end

function host:check_budget()
  if self.context.deadline - self.cluster.clock < instant then
    self:kill("budget", ("not finished within its budget of %g s"):format(self.context.budget))
  end
end

local function find_call(op)
  local method = op:match "^node%.(.+)$"
  local on_server = method and servers[method]
  if on_server then return function(cluster, a) return on_server(cluster, cluster:by_id(a.node), a) end end
  return outside.calls[op] or keeping[op]
end

--- Whether the hook may, as the daemon says; and whether the call changes something.
function host:check_rights(op, a)
  local verdict = ask("test.check", {
    catalogue = self.cluster:loaded().catalogue, hook = self.context.hook, op = op, arguments = a, event = self.context.event_name,
  })
  if verdict.refusal then engine.fail("code", verdict.refusal) end
  return verdict.changes
end

--- Performs one call; the clock says afterwards how long it took.
function host:perform(op, a)
  if op == "together" then return self:together(a) end
  local cluster = self.cluster
  local own = journal[op]
  if own then
    local value = own(cluster, a, self.context)
    if op:find "%.end$" then self:count(label(op, a.name or a.key)) end
    return value
  end
  local call = find_call(op) or engine.fail("code", ("a test's cluster cannot do %s yet"):format(op))
  local changes, name = self:check_rights(op, a), subject(cluster, op, a)
  cluster:advance(brief)
  if changes then cluster:note(label(op, name)) end
  self:meet_faults(op, name)
  local value = call(cluster, a, self.context)
  if changes then self:count(label(op, name)) end
  return value
end

--- Counts what has changed something, and ends the daemon where the test wants it to end.
function host:count(what)
  local cluster = self.cluster
  cluster.changes = cluster.changes + 1
  if cluster.crash_at == cluster.changes then
    cluster.crash_at, cluster.crashed_at = nil, what
    failures.crashed()
    self:kill("crash", "the daemon was killed")
  elseif cluster.lost_at == cluster.changes then
    cluster.lost_at = nil
    self:kill("leadership", "this member does not lead any more")
  end
end

--- The next answer of an earlier run, as it was.
function host:answer_again(op)
  self.position = self.position + 1
  local entry = self.tape[self.position]
  if not entry or entry.op ~= op then engine.fail("replay", "the recording ends here") end
  if entry.problem ~= nil then error(entry.problem, 0) end
  return entry.value
end

--- Answers one call, or raises what is wrong with it.
function host:call(op, a)
  if self.sticky then engine.fail(self.sticky[1], self.sticky[2]) end
  if op == "undo.begin" then self.position = nil end
  if self.position then return self:answer_again(op) end
  self:check_budget()
  local ok, value = pcall(self.perform, self, op, a)
  if not self.sticky then self:check_budget() end
  self.tape[#self.tape + 1] = { op = op, value = ok and value or nil, problem = not ok and value or nil, is_undoable = a.has_undo or op == "undo.register" }
  if not ok then error(value, 0) end
  return value
end

--- Begins a call at this moment; it is over when it would be, and the clock stays where it is.
function host:begin(asked)
  local cluster, now = self.cluster, self.cluster.clock
  local ok, value = pcall(self.perform, self, asked.op, asked.arguments)
  if self.sticky then engine.fail(self.sticky[1], self.sticky[2]) end
  local settled = { id = asked.id, value = ok and value or nil }
  if not ok then
    local message, _, _, class = failures.parts(value)
    settled.failed = { class = class or "code", message = message }
  end
  self.under_way[asked.id] = { settled = settled, finish = cluster.clock }
  cluster.clock = now
end

--- Several calls at once: those that end first, at the time when they end.
function host:together(a)
  local cluster, under_way, finished = self.cluster, self.under_way, {}
  for _, asked in ipairs(a.begin) do self:begin(asked) end
  for _, id in ipairs(a.cancel) do under_way[id] = nil end
  if #a.wait == 0 then return finished end
  local first = math.huge
  for _, id in ipairs(a.wait) do first = math.min(first, under_way[id].finish) end
  cluster.clock = math.max(cluster.clock, first)
  for _, id in ipairs(a.wait) do
    if under_way[id].finish <= cluster.clock + instant then
      finished[#finished + 1] = under_way[id].settled
      under_way[id] = nil
    end
  end
  return finished
end

return host
