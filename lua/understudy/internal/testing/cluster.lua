--- The cluster that a test makes: servers, what the world answers, faults, and what hooks did to all of it.
local engine, load_module, request = ...
local options     = load_module "understudy.internal.options"
local names       = load_module "understudy.internal.names"
local server      = load_module "understudy.internal.testing.server"
local servers     = load_module "understudy.internal.testing.servers"
local chain       = load_module "understudy.internal.testing.chain"
local occurrences = load_module "understudy.internal.testing.occurrences"
local procedures  = load_module "understudy.internal.testing.procedures"

local Cluster = {}

--- SQL's NULL in a test's rows.
local null = setmetatable({}, { __name = "NULL", __tostring = function() return "NULL" end })

--- When every test's cluster begins to be, in seconds since 1970: the same in every run.
local beginning = 1767225600

--- The node that takes writes; of two, the one with more history.
local function primary(cluster)
  local found
  for _, node in ipairs(cluster.order) do
    if node.running and not node.standby and (not found or node.timeline > found.timeline) then found = node end
  end
  return found
end

local function index(cluster, key)
  if key == "primary" then return primary(cluster) end
  return Cluster[key]
end

local function check_duration(what, value)
  local seconds, problem = options.read("duration", value)
  if problem then engine.fail("code", ("%s: %s"):format(what, problem)) end
  return seconds
end

function Cluster:by_id(id) return self.order[id + 1] end
function Cluster:advance(seconds) self.clock = self.clock + seconds end
function Cluster:note(effect) self.effects[#self.effects + 1] = effect end
function Cluster:log(level, message, fields) self.lines[#self.lines + 1] = { level = level, message = message, fields = fields } end

--- The hooks that run besides the bundled ones: a file or a directory, relative to the test's own.
function Cluster:hooks(path)
  self.path, self.catalogue = path, nil
  return self
end

--- A setting of the configuration: `c:set("hook.failover.promote_wait", "30s")`.
function Cluster:set(name, value)
  if type(name) ~= "string" or not name:find "^hook%.[%w_]+%.[%w_]+$" then
    engine.fail("code", ("c:set takes hook.<hook>.<option> and its value; got %s"):format(names.show(name)))
  end
  self.settings[name], self.catalogue = tostring(value), nil
  return self
end

--- The nodes' names, in order.
function Cluster:names()
  local found = {}
  for at, node in ipairs(self.order) do found[at] = node.name end
  return found
end

--- The chain of every event, loaded as the daemon would load it.
function Cluster:loaded()
  if not self.catalogue then
    local found = engine.call("test.hooks", { path = self.path, settings = self.settings, nodes = self:names() }).value
    if found.problems[1] then engine.fail("code", table.concat(found.problems, "\n")) end
    self.catalogue = found
  end
  return self.catalogue
end

local function fault(cluster, op, given, more)
  if type(op) ~= "string" or not request.ops[op] then
    engine.fail("code", ("a fault is at a host function, such as \"node.promote\"; got %s%s"):format(names.show(op), names.suggestion(op, request.op_names)))
  end
  local made = { op = op, on = given.on, times = given.times or math.huge }
  for key, value in pairs(more) do made[key] = value end
  cluster.faults[#cluster.faults + 1] = made
  return cluster
end

--- From now on a call fails: `c:fail("node.promote", { on = "pg2", error = "timeout", times = 1 })`.
function Cluster:fail(op, given)
  given = given or {}
  return fault(self, op, given, { error = given.error or "the test made it fail" })
end

--- From now on a call takes so long: `c:slow("node.promote", "30s", { on = "pg2" })`.
function Cluster:slow(op, takes, given) return fault(self, op, given or {}, { takes = check_duration("c:slow", takes) }) end

--- From now on a call never comes back: its event runs into its budget.
function Cluster:hang(op, given) return fault(self, op, given or {}, { hangs = true }) end

--- From now on no call reaches these nodes; each takes `takes`, 10 s, to find that out.
function Cluster:partition(list, takes)
  for _, name in ipairs(list) do
    if not self.nodes[name] then engine.fail("code", ("c:partition: the cluster has no node %s"):format(names.show(name))) end
    self.cut_off[name] = check_duration("c:partition", takes or "10s")
  end
  return self
end

--- What statements, commands and addresses answer: `["SELECT …"] = rows` (or a part of the statement), `["ip addr"] = "text"`, `["GET http://…"] = { json = … }`, or functions.
function Cluster:answers(list)
  for question, answer in pairs(list) do self.answered[question] = answer end
  return self
end

--- The answer whose question is the longest part of the statement.
function Cluster:answer_to_part(text)
  local best
  for question in pairs(self.answered) do
    if text:find(question, 1, true) and (not best or #question > #best) then best = question end
  end
  return best and self.answered[best]
end

--- The rows for a statement, as the daemon sends rows; nil when the test said nothing.
function Cluster:answer(text, parameters, node)
  local said = self.answered[text]
  if said == nil then said = self:answer_to_part(text) end
  if type(said) == "function" then said = said(node, parameters) end
  if said == nil then return nil end
  local columns, seen, rows = {}, {}, {}
  for _, row in ipairs(said) do
    for column in pairs(row) do
      if not seen[column] then seen[column], columns[#columns + 1] = true, column end
    end
  end
  table.sort(columns)
  for at, row in ipairs(said) do
    rows[at] = {}
    for column, name in ipairs(columns) do
      if row[name] ~= null then rows[at][column] = row[name] end
    end
  end
  return { columns = columns, rows = rows, count = #rows, command = "SELECT " .. #rows }
end

--- The daemon is killed after so many changes: c:fire says "crashed", and a second c:fire goes on where it was.
function Cluster:crash_after_change(count)
  self.crash_after, self.changes = count, 0
  return self
end

--- Somebody else leads after so many changes: what was decided here is refused from then on.
function Cluster:lose_leader_after(count)
  self.lost_after, self.changes = count, 0
  return self
end

--- Seconds that have passed in the test; nobody waited for them.
function Cluster:virtual_time() return self.clock - beginning end

--- Promotes a node outside of every hook, as a script would: the node of this host.
function Cluster:promote(host_name)
  for _, node in ipairs(self.order) do
    if node.host == host_name and node.standby then servers.promote(self, node) end
  end
end

--- Lines that hooks logged whose words match the pattern.
function Cluster:logged(pattern)
  local found = {}
  for _, line in ipairs(self.lines) do if line.message:find(pattern) then found[#found + 1] = line end end
  return found
end

--- Runs one event's hooks; with all that the engine does around them where it is a procedure of the engine's.
function Cluster:fire(event, fields)
  local procedure = procedures[event]
  if procedure and (fields or {}).new_main == nil then return procedure(self, fields or {}) end
  return self:run(event, fields or {})
end

--- One event's chain, alone.
function Cluster:run(event, fields, given)
  given = given or {}
  local id = given.id or ("ev-%s-%d"):format(event, self.epoch)
  self.attempts[id] = (self.attempts[id] or 0) + 1
  local budget = request.declarations[event] and request.declarations[event].budget or 0
  local header = {
    id = id, name = event, at = self.clock, deadline = self.clock + budget, epoch = self.epoch, term = 1, generation = 1, dry_run = false,
    attempt = given.attempt or self.attempts[id], cause = "health_check",
  }
  local occurrence = self.interrupted[id] or occurrences.new(self, event, fields, header)
  occurrence.values.attempt, occurrence.values.deadline = header.attempt, header.deadline
  local result = chain.run(self, occurrence, given.bundled_only)
  -- A daemon that begins again goes on with the event as it was recorded.
  self.interrupted[id] = result.outcome == "crashed" and occurrence or nil
  return setmetatable(result, { __index = function(_, key)
    if key == "primary" then return primary(self) end
    local value = rawget(result, "value")
    return type(value) == "table" and value[key] or nil
  end })
end

local cluster = { null = null }

--- `t.cluster { pg1 = { role = "primary" }, pg2 = { lag = "9MB" } }`: nodes are numbered in the order of their names.
function cluster.new(spec)
  if type(spec) ~= "table" or next(spec) == nil then engine.fail("code", "t.cluster takes a table of nodes by name") end
  local made = {
    name = "test", nodes = {}, order = {}, effects = {}, lines = {}, alerts = {}, metrics = {}, kv = {}, steps = {}, undone = {}, undoing = {}, interrupted = {}, onces = {}, locks = {}, progress = {}, files = {}, answered = {}, faults = {},
    cut_off = {}, settings = {}, peers = {}, attempts = {}, decisions = {}, clock = beginning, epoch = 2, changes = 0,
  }
  local sorted = {}
  for name in pairs(spec) do sorted[#sorted + 1] = name end
  table.sort(sorted)
  for at, name in ipairs(sorted) do
    made.order[at] = server.new(name, at - 1, spec[name])
    made.nodes[name] = made.order[at]
  end
  for _, node in ipairs(made.order) do
    if node.follows and not made.nodes[node.follows] then engine.fail("code", ("t.cluster: %s follows %s, which is no node"):format(node.name, node.follows)) end
  end
  return setmetatable(made, { __index = index })
end

return cluster
