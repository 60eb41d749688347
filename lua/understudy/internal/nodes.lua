--- Nodes as objects: a snapshot of fields, and the host functions as methods.
local engine, load_module, request = ...
local options = load_module "understudy.internal.options"
local effects = load_module "understudy.internal.effects"
local records = load_module "understudy.internal.records"

local nodes = {}
local ids = setmetatable({}, { __mode = "k" })

local function fail(message, ...) engine.fail("code", message:format(...)) end

--- Rows come as columns and lists of values; they leave as strict records.
local function rows(answer)
  local items = {}
  for at, row in ipairs(answer.rows) do
    local values = {}
    for column, name in ipairs(answer.columns) do values[name] = row[column] end
    items[at] = records.new("row", answer.columns, values)
  end
  return records.list("rows", items, { columns = answer.columns, count = answer.count, command = answer.command })
end

local function arguments(label, host, ...)
  if #host.options > 0 then
    if select("#", ...) > 1 then fail("%s takes one table of options", label) end
    return options.table(label, host.options, (...))
  end
  for at, parameter in ipairs(host.parameters) do
    local value, problem = options.read(parameter.type, (select(at, ...)))
    if value == nil then fail("%s: %s: %s", label, parameter.name, problem) end
  end
  if not host.is_variadic and select("#", ...) > #host.parameters then fail("%s takes %d arguments; got %d", label, #host.parameters, select("#", ...)) end
  return ...
end

local function method(host)
  local label = "node:" .. host.name
  return function(self, ...)
    local id = ids[self] or fail("%s is a method: write node:%s(...), with a colon", label, host.name)
    local answer = effects.call(label, "node." .. host.name, id, arguments(label, host, ...))
    if host.returns == "rows" then return rows(answer) end
    return answer
  end
end

local methods = {}
for _, host in ipairs(request.schema.host) do methods[host.name] = method(host) end
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
