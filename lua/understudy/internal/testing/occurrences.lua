--- What the library is sent of an event: the fields that a test gave, and the others from the state of its cluster.
local engine, load_module, request = ...
local names   = load_module "understudy.internal.names"
local records = load_module "understudy.internal.records"
local null    = load_module "understudy.internal.testing.answers".null

local occurrences = {}

--- A node's fields as the daemon would have seen them.
local function snapshot(cluster, node)
  local primary = cluster.primary
  local all = {
    id = node.id, name = node.name, host = node.host, port = node.port, pgdata = node.pgdata, zone = node.zone, priority = node.priority,
    slot_name = node.slot_name, version = node.version, tags = node.tags, follows = node.follows,
    status = node.running and node.attached and "up" or "down", timeline = node.running and node.timeline or nil,
    role = node.running and (node.standby and "standby" or "primary") or nil, lsn = node.running and node.lsn or nil,
    lag_bytes = node.running and node.standby and primary and math.max(0, primary.lsn - node.lsn) or nil,
  }
  local sent = {}
  for _, field in ipairs(request.schema.node) do sent[field] = all[field] end
  return sent
end

--- The cluster as hooks are sent it.
function occurrences.cluster(cluster)
  local list = {}
  for at, node in ipairs(cluster.order) do list[at] = snapshot(cluster, node) end
  return { name = cluster.name, nodes = list, primary = cluster.primary and cluster.primary.id }
end

--- Standbys that could be promoted, the freshest first; of equally fresh ones the higher priority, then the lower number.
function occurrences.candidates(cluster, passed_over)
  local found = {}
  for _, node in ipairs(cluster.order) do
    if node.running and node.standby and node.attached and node.priority > 0 and not (passed_over or {})[node.name] then found[#found + 1] = node end
  end
  table.sort(found, function(a, b)
    if a.lsn ~= b.lsn then return a.lsn > b.lsn end
    if a.priority ~= b.priority then return a.priority > b.priority end
    return a.id < b.id
  end)
  return found
end

--- The node that is, or was, the primary: the one with the most history.
local function former_primary(cluster)
  local found
  for _, node in ipairs(cluster.order) do
    if node.was_primary and (not found or node.timeline < found.timeline) then found = node end
  end
  return found
end

local function lowest_live(cluster)
  for _, node in ipairs(cluster.order) do if node.running and node.attached then return node end end
end

local function lag_of(cluster, node)
  local old = former_primary(cluster)
  return old and node and math.max(0, old.lsn - node.lsn) or nil
end

--- Fields that follow from the cluster when the test does not say them.
local derived = {
  candidates = function(cluster) return occurrences.candidates(cluster) end,
  old_primary = former_primary,
  old_main = function(cluster) return former_primary(cluster) or cluster.order[1] end,
  new_primary = function(cluster) return cluster.primary end,
  primary = function(cluster) return cluster.primary end,
  new_main = function(cluster, given) return given.new_primary or cluster.primary or lowest_live(cluster) end,
  last_primary_lsn = function(cluster) return (former_primary(cluster) or {}).lsn end,
  lag_bytes = function(cluster, given) return lag_of(cluster, given.new_main or given.node) end,
  slot_name = function(_, given) return given.node and given.node.slot_name end,
  diverged = function(_, given) return given.node ~= nil and given.node.diverged end,
  reachable = function(_, given) return given.node ~= nil and given.node.running end,
  timeline = function(_, given) return given.node and given.node.timeline end,
  was_primary = function(_, given) return given.node ~= nil and given.node.was_primary end,
  promoting = function(cluster) return cluster.primary == nil end,
  paused = function() return true end,
  peers = function(cluster) return cluster.peers end,
  by = function() return "health_check" end,
}

--- What a field's type is when nobody says its value.
local empty = {
  text = function() return "" end, integer = function() return 0 end, number = function() return 0.0 end,
  boolean = function() return true end,
  peer = function() return { name = "other" } end,
  nodes = function() return {} end, texts = function() return {} end, peers = function() return {} end, table = function() return {} end,
}

local function node_of(cluster, event, name, value)
  local node = cluster.nodes[value] or (type(value) == "table" and value)
  if not node then
    local known = {}
    for _, other in ipairs(cluster.order) do known[#known + 1] = other.name end
    engine.fail("code", ("c:fire %s: %s = %s: the cluster has no such node; its nodes are %s")
      :format(event, name, names.show(value), table.concat(known, ", ")))
  end
  return node
end

--- As it is sent: nodes by their numbers.
local function sent(field, value)
  if value == nil then return nil end
  if field.type == "node" then return value.id end
  if field.type == "nodes" then
    local list = {}
    for at, node in ipairs(value) do list[at] = node.id end
    return list
  end
  return value
end

--- The event `name` with the fields that a test gave, `t.null` where one is nil; `header` are those of every event.
function occurrences.new(cluster, name, given, header)
  local declared = request.schema.events[name]
  if not declared then
    local known = {}
    for event in pairs(request.schema.events) do known[#known + 1] = event end
    table.sort(known)
    engine.fail("code", ("c:fire: there is no event %s%s"):format(names.show(name), names.suggestion(name, known)))
  end
  local fields, optional, known, values, resolved, absent = declared.fields, {}, {}, {}, {}, {}
  for _, field in ipairs(request.declarations[name].optional) do optional[field] = true end
  for _, field in ipairs(fields) do
    known[#known + 1] = field.name
    local value = given[field.name]
    if value == null then value, absent[field.name] = nil, true end
    if value ~= nil and field.type == "node" then value = node_of(cluster, name, field.name, value) end
    if value ~= nil and field.type == "nodes" then
      local list = {}
      for at, item in ipairs(value) do list[at] = node_of(cluster, name, field.name, item) end
      value = list
    end
    resolved[field.name] = value
  end
  for key in pairs(given) do
    local is_known = false
    for _, field in ipairs(known) do is_known = is_known or field == key end
    if not is_known then engine.fail("code", ("%s event has no %s%s"):format(name, names.show(key), names.suggestion(key, known))) end
  end
  for _, field in ipairs(fields) do
    local value = resolved[field.name]
    if value == nil and not absent[field.name] then value = header[field.name] end
    if value == nil and derived[field.name] and not absent[field.name] then value = derived[field.name](cluster, resolved) end
    if value == nil and not optional[field.name] then
      local make = empty[field.type] or engine.fail("code", ("c:fire %s: say which node is its %s: { %s = \"…\" }"):format(name, field.name, field.name))
      value = make()
    end
    resolved[field.name] = value
    values[field.name] = sent(field, value)
  end
  return { name = name, values = records.plain(values), cluster = occurrences.cluster(cluster) }
end

return occurrences
