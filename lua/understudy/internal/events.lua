--- The event record that a handler is given, from the schema and what the daemon sent.
local engine, load_module, request = ...
local nodes   = load_module "understudy.internal.nodes"
local names   = load_module "understudy.internal.names"
local records = load_module "understudy.internal.records"

local events = {}

--- Nodes by name: `ev.cluster.nodes.pg2`; in order by `ipairs`.
local function node_table(list, by_name)
  local known = {}
  for name in pairs(by_name) do known[#known + 1] = name end
  table.sort(known)
  return setmetatable({}, {
    __name = "nodes of the cluster",
    __metatable = false,
    __newindex = function() engine.fail("code", "ev.cluster.nodes is read-only") end,
    __len = function() return #list end,
    __pairs = function() return next, by_name end,
    __index = function(_, key)
      if math.type(key) == "integer" then return list[key] end
      return by_name[key] or engine.fail("code", ("the cluster has no node %s; its nodes are %s"):format(names.show(key), table.concat(known, ", ")))
    end,
  })
end

local function new_cluster(values)
  local list, by_name, by_id, standbys = {}, {}, {}, {}
  for at, snapshot in ipairs(values.nodes) do
    local node = nodes.new(snapshot)
    list[at], by_name[snapshot.name], by_id[snapshot.id] = node, node, node
    if snapshot.role == "standby" then standbys[#standbys + 1] = node end
  end
  local fields = { name = values.name, nodes = node_table(list, by_name), primary = values.primary and by_id[values.primary] }
  local methods = { standbys = function() return records.list("standbys", standbys) end }
  return records.new("cluster", { "name", "nodes", "primary" }, fields, methods), by_id
end

--- The cluster from a snapshot, on its own.
function events.cluster(values) return (new_cluster(values)) end

--- How a field of each type is made from what came; other types come as they are.
local makers = {
  node = function(id, by_id) return by_id[id] end,
  nodes = function(list, by_id)
    local items = {}
    for at, id in ipairs(list) do items[at] = by_id[id] end
    return records.list("list of nodes", items)
  end,
}

function events.new(event)
  local cluster, by_id = new_cluster(event.cluster)
  local fields, values = {}, {}
  for at, field in ipairs(request.schema.events[event.name].fields) do
    local value, make = event.values[field.name], makers[field.type]
    fields[at] = field.name
    if value ~= nil then values[field.name] = make and make(value, by_id) or value end
  end
  fields[#fields + 1], values.cluster = "cluster", cluster
  return records.new(event.name .. " event", fields, values)
end

return events
