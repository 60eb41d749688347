--- Nodes as objects: a snapshot of fields, and the host functions as methods.
local engine, load_module, request = ...
local arguments = load_module "understudy.internal.arguments"
local bindings  = load_module "understudy.internal.bindings"
local records   = load_module "understudy.internal.records"

local nodes = {}
local ids = setmetatable({}, { __mode = "k" })

function arguments.node_id(value) return ids[value] end

local function method(host)
  local name = host.op:match "^node%.(.*)$"
  local label = "node:" .. name
  return name, function(self, ...)
    local id = ids[self]
    if id == nil then engine.fail("code", ("%s is a method: write node:%s(...), with a colon"):format(label, name)) end
    return bindings.call(label, host, { node = id }, ...)
  end
end

local methods = {}
for _, host in ipairs(request.schema.host) do
  if host.op:find "^node%." then
    local name, call = method(host)
    methods[name] = call
  end
end
methods = records.anchored(methods)

--- A node from its snapshot.
function nodes.new(values)
  local node = records.new("node " .. values.name, request.schema.node, values, methods, values.name)
  ids[node] = values.id
  return node
end

--- The id of a node; nil for anything else.
function nodes.id(node) return node ~= nil and ids[node] or nil end

return nodes
