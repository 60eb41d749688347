--- What the daemon keeps for hooks, as tests have it: finished steps, keys and values, locks, what they report, and what they ask of the engine.
local engine = ...

local calls = {}

local function step_key(context, name) return context.event .. "/" .. context.hook .. "/" .. name end

calls["step.begin"] = function(cluster, a, context)
  local entry = cluster.steps[step_key(context, a.name)]
  return { is_finished = entry ~= nil, value = entry and entry.value }
end
calls["step.end"] = function(cluster, a, context) cluster.steps[step_key(context, a.name)] = { value = a.value } end

calls.sleep = function(cluster, a) cluster:advance(a.seconds) end

--- A value that has not expired.
local function entry(cluster, key)
  local found = cluster.kv[key]
  if found and found.expires and found.expires <= cluster.clock then return nil end
  return found
end

local function store(cluster, a, value)
  cluster.kv[a.key] = { value = value, expires = a.expire and cluster.clock + a.expire }
  return value
end

calls["kv.get"] = function(cluster, a) return (entry(cluster, a.key) or {}).value end
calls["kv.set"] = function(cluster, a) store(cluster, a, a.value) end
calls["kv.delete"] = function(cluster, a) cluster.kv[a.key] = nil end
calls["kv.incr"] = function(cluster, a)
  local found = entry(cluster, a.key)
  if found and math.type(found.value) ~= "integer" then engine.fail("environment", ("kv.incr: %s holds no whole number"):format(a.key)) end
  return store(cluster, a, (found and found.value or 0) + (a.by or 1))
end
calls["kv.compare_and_set"] = function(cluster, a)
  local found = entry(cluster, a.key)
  if (found and found.value) ~= a.expected then return false end
  store(cluster, a, a.value)
  return true
end
calls["kv.list"] = function(cluster, a)
  local keys = {}
  for key in pairs(cluster.kv) do
    if key:sub(1, #(a.prefix or "")) == (a.prefix or "") and entry(cluster, key) then keys[#keys + 1] = key end
  end
  table.sort(keys)
  return keys
end

return calls
