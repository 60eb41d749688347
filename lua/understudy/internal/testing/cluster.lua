--- The cluster that a test makes: servers, hooks, and what the hooks did to all of it.
local engine, load_module, request = ...
local names       = load_module "understudy.internal.names"
local ask         = load_module "understudy.internal.testing.questions"
local answers     = load_module "understudy.internal.testing.answers"
local chain       = load_module "understudy.internal.testing.chain"
local faults      = load_module "understudy.internal.testing.faults"
local occurrences = load_module "understudy.internal.testing.occurrences"
local procedures  = load_module "understudy.internal.testing.procedures"
local server      = load_module "understudy.internal.testing.server"
local servers     = load_module "understudy.internal.testing.servers"

local Cluster = {}
for _, methods in ipairs { answers.methods, faults } do
  for name, method in pairs(methods) do Cluster[name] = method end
end

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

function Cluster:by_id(id) return self.order[id + 1] end
function Cluster:advance(seconds) self.clock = self.clock + seconds end
function Cluster:note(effect) self.effects[#self.effects + 1] = effect end
function Cluster:log(level, message, fields) self.lines[#self.lines + 1] = { level = level, message = message, fields = fields } end

--- The hooks that run besides the bundled ones: a file or a directory, relative to the test's own.
function Cluster:hooks(path)
  self.path, self.catalogue = path, nil
  return self
end

--- A setting of the configuration: `c:set("hook.failover.promote_wait", "30s")`, `c:set("fencing", "required")`.
function Cluster:set(name, value)
  if name == "fencing" then
    if value ~= "required" and value ~= "best_effort" then
      engine.fail("code", ("c:set: fencing is required or best_effort; got %s"):format(names.show(value)))
    end
    self.fencing = value
    return self
  end
  if type(name) ~= "string" or not name:find "^hook%.[%w_]+%.[%w_]+$" then
    engine.fail("code", ("c:set takes hook.<hook>.<option> or fencing, and its value; got %s"):format(names.show(name)))
  end
  self.settings[name], self.catalogue = tostring(value), nil
  return self
end

--- The chain of every event, loaded as the daemon would load it.
function Cluster:loaded()
  if not self.catalogue then
    local list = {}
    for at, node in ipairs(self.order) do list[at] = node.name end
    local found = ask("test.hooks", { path = self.path, settings = self.settings, nodes = list })
    if found.problems[1] then engine.fail("code", table.concat(found.problems, "\n")) end
    self.catalogue = found
  end
  return self.catalogue
end

--- Seconds that have passed in the test; nobody waited for them.
function Cluster:virtual_time() return self.clock - beginning end

--- Promotes the standby on this host outside of every hook, as a script would.
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

--- Runs an event's hooks; with all that the engine does around them where it is a procedure of the engine's.
function Cluster:fire(event, fields)
  local procedure = procedures[event]
  if procedure and (fields or {}).new_main == nil then return procedure(self, fields or {}) end
  return self:run(event, fields)
end

local function header(cluster, event, id, attempt)
  local budget = request.declarations[event] and request.declarations[event].budget or 0
  return {
    id = id, name = event, at = cluster.clock, deadline = cluster.clock + budget, epoch = cluster.epoch, term = 1, generation = 1, dry_run = false,
    attempt = attempt, cause = "health_check",
  }
end

--- The result, with what us.done was given as fields of its own.
local function readable(cluster, result)
  return setmetatable(result, { __index = function(_, key)
    if key == "primary" then return primary(cluster) end
    local value = rawget(result, "value")
    return type(value) == "table" and value[key] or nil
  end })
end

--- Runs one event's hooks, and nothing around them.
function Cluster:run(event, fields, given)
  given = given or {}
  local id = (fields or {}).id or ("ev-%s-%d"):format(event, self.epoch)
  self.attempts[id] = (self.attempts[id] or 0) + 1
  local head = header(self, event, id, given.attempt or self.attempts[id])
  local occurrence = self.interrupted[id] or occurrences.new(self, event, fields or {}, head)
  occurrence.values.attempt, occurrence.values.deadline = head.attempt, head.deadline
  local result = chain.run(self, occurrence, given.bundled_only)
  -- A daemon that begins again goes on with the event as it was recorded.
  self.interrupted[id] = result.outcome == "crashed" and occurrence or nil
  return readable(self, result)
end

local cluster = { null = answers.null }

--- What a cluster begins with; every table of it a test may look into.
local function blank()
  return {
    name = "test", nodes = {}, order = {}, peers = {}, files = {}, settings = {}, answered = {}, faults = {}, cut_off = {},
    effects = {}, lines = {}, alerts = {}, metrics = {}, progress = {}, kv = {}, locks = {},
    steps = {}, undone = {}, undoing = {}, onces = {}, interrupted = {}, attempts = {}, decisions = {},
    clock = beginning, epoch = 2, changes = 0, fencing = "best_effort",
  }
end

--- `t.cluster { pg1 = { role = "primary" }, pg2 = { lag = "9MB" } }`: nodes are numbered in the order of their names.
function cluster.new(spec)
  if type(spec) ~= "table" or next(spec) == nil then engine.fail("code", "t.cluster takes a table of nodes by name") end
  local made, sorted = blank(), {}
  for name in pairs(spec) do sorted[#sorted + 1] = name end
  table.sort(sorted, function(a, b) return tostring(a) < tostring(b) end)
  for at, name in ipairs(sorted) do
    made.order[at] = server.new(name, at - 1, spec[name])
    made.nodes[name] = made.order[at]
  end
  for _, node in ipairs(made.order) do
    if node.follows and not made.nodes[node.follows] then
      engine.fail("code", ("t.cluster: %s follows %s, which is no node"):format(node.name, node.follows))
    end
  end
  return setmetatable(made, { __index = index })
end

return cluster
