--- What the daemon keeps and does for hooks, as tests have it: keys and values, locks, metrics, alerts, and the engine's actions.
local engine, load_module = ...
local occurrences = load_module "understudy.internal.testing.occurrences"

local calls = {}

local function full_key(a, context) return (a.shared and "shared/" .. a.shared or context.hook) .. "/" .. (a.key or a.prefix or "") end

--- A value that has not expired.
local function entry(cluster, key)
  local found = cluster.kv[key]
  if found and found.expires and found.expires <= cluster.clock then return nil end
  return found
end

local function store(cluster, key, a, value)
  cluster.kv[key] = { value = value, expires = a.expire and cluster.clock + a.expire }
  return value
end

calls["kv.get"] = function(cluster, a, context) return (entry(cluster, full_key(a, context)) or {}).value end
calls["kv.set"] = function(cluster, a, context) store(cluster, full_key(a, context), a, a.value) end
calls["kv.delete"] = function(cluster, a, context) cluster.kv[full_key(a, context)] = nil end
calls["kv.incr"] = function(cluster, a, context)
  local key = full_key(a, context)
  local found = entry(cluster, key)
  if found and math.type(found.value) ~= "integer" then engine.fail("environment", ("us.kv.incr: %s holds no whole number"):format(a.key)) end
  return store(cluster, key, a, (found and found.value or 0) + (a.by or 1))
end
calls["kv.compare_and_set"] = function(cluster, a, context)
  local key = full_key(a, context)
  if (entry(cluster, key) or {}).value ~= a.expected then return false end
  store(cluster, key, a, a.value)
  return true
end
calls["kv.list"] = function(cluster, a, context)
  local keys, prefix, space = {}, full_key(a, context), full_key({ shared = a.shared }, context)
  for key in pairs(cluster.kv) do
    if key:sub(1, #prefix) == prefix and entry(cluster, key) then keys[#keys + 1] = key:sub(#space + 1) end
  end
  table.sort(keys)
  return keys
end

calls["lock.acquire"] = function(cluster, a)
  local held = cluster.locks[a.name]
  if held and held.ends > cluster.clock then
    local wait = a.wait or 10
    if held.ends > cluster.clock + wait then
      cluster:advance(wait)
      engine.fail("environment", ("the lock \"%s\" is held by another event"):format(a.name))
    end
    cluster.clock = held.ends
  end
  local token = (held and held.token or 0) + 1
  cluster.locks[a.name] = { token = token, ends = cluster.clock + (a.lease or 60) }
  return token
end
calls["lock.release"] = function(cluster, a)
  local held = cluster.locks[a.name]
  if held and held.token == a.token then held.ends = 0 end
end

for _, kind in ipairs { "counter", "gauge", "histogram" } do
  calls["metric." .. kind] = function(cluster, a)
    local before = kind == "counter" and cluster.metrics[a.name] or 0
    cluster.metrics[a.name] = before + a.value
  end
end
calls["alert"] = function(cluster, a)
  cluster.alerts[#cluster.alerts + 1] = { severity = a.severity, title = a.title, text = a.text, node = a.node and cluster:by_id(a.node).name }
end

calls["cluster"] = occurrences.cluster

local function on_node(change)
  return function(cluster, a) change(cluster:by_id(a.node), a) end
end
calls["engine.attach"] = on_node(function(node) node.attached = true end)
calls["engine.detach"] = on_node(function(node) node.attached = false end)
calls["engine.quarantine"] = on_node(function(node, a) node.attached, node.quarantined = false, a.reason or "" end)
calls["engine.unquarantine"] = on_node(function(node) node.quarantined = nil end)
calls["engine.schedule_recovery"] = on_node(function(node) node.recovery_scheduled = true end)
calls["engine.set_weight"] = on_node(function(node, a) node.weight = a.weight end)
for _, name in ipairs { "promote", "switchover", "set_primary", "pause_clients", "resume_clients", "reload", "resign" } do
  calls["engine." .. name] = function() end
end

return calls
