--- A PostgreSQL server as tests have it: a table, and what each call to a node does to it.
local engine, load_module = ...
local options = load_module "understudy.internal.options"
local names   = load_module "understudy.internal.names"

local server = {}

--- What the primary has written, in bytes, when nothing else is said.
local written = 1 << 30

--- What a test may say of a node: the type of each, and what stands without it.
local fields = {
  role = "one_of", down = "boolean", lag = "bytes", lsn = "bytes", zone = "string", priority = "integer", version = "integer", host = "string",
  port = "integer", pgdata = "string", timeline = "integer", slot_name = "string", follows = "string", disk_free = "bytes",
  diverged = "boolean", rewindable = "boolean", empty = "boolean", attached = "boolean", slots = "list", files = "list", tags = "list",
}

local roles = { "primary", "standby" }

local function check(name, spec)
  if type(name) ~= "string" or type(spec) ~= "table" then
    engine.fail("code", 't.cluster takes a table of nodes by name: t.cluster { pg1 = { role = "primary" }, pg2 = {} }')
  end
  local known, read = {}, {}
  for field in pairs(fields) do known[#known + 1] = field end
  table.sort(known)
  for key, value in pairs(spec) do
    local type_name = fields[key]
    if not type_name then engine.fail("code", ("t.cluster: %s: a node has no %s%s"):format(name, names.show(key), names.suggestion(key, known))) end
    local problem
    if type_name == "list" then
      if type(value) ~= "table" then problem = "expected a table; got " .. names.show(value) end
      read[key] = value
    else
      read[key], problem = options.read(type_name, value, roles)
    end
    if problem then engine.fail("code", ("t.cluster: %s.%s: %s"):format(name, key, problem)) end
  end
  return read
end

local function or_else(value, default)
  if value == nil then return default end
  return value
end

--- A server as `spec` says; `id` is its number.
function server.new(name, id, given)
  local spec = check(name, given)
  local is_primary = spec.role == "primary"
  local files = {}
  for path, text in pairs(spec.files or {}) do files[path] = text end
  if not is_primary and not spec.empty then files["standby.signal"] = files["standby.signal"] or "" end
  if not spec.empty then files.PG_VERSION = tostring(spec.version or 17) end
  local slots = {}
  for _, slot in ipairs(spec.slots or {}) do slots[slot] = true end
  return {
    name = name, id = id, host = spec.host or name .. ".db", port = spec.port or 5432, pgdata = spec.pgdata or "/pg/" .. name, zone = spec.zone or "",
    priority = spec.priority or 1, version = spec.version or 17, slot_name = spec.slot_name or name:lower():gsub("[^%w]", "_") .. "", tags = spec.tags or {},
    running = not spec.down, standby = not is_primary, timeline = spec.timeline or 1, lsn = spec.lsn or written - (spec.lag or 0), slots = slots,
    files = files, settings = {}, follows = spec.follows, diverged = spec.diverged or false, rewindable = or_else(spec.rewindable, true),
    empty = spec.empty or false, attached = or_else(spec.attached, true), disk_free = spec.disk_free or 1 << 40, was_primary = is_primary,
  }
end

--- Where a server's connection strings point to: the value of `host=` and of `port=`.
local function target(cluster, node)
  local text = node.settings.primary_conninfo
  for _, path in ipairs { "postgresql.auto.conf", "recovery.conf" } do
    local file = node.files[path]
    text = file and file:match "primary_conninfo%s*=%s*'(.-)'\n" or text
  end
  if not text then return node.follows end
  local host, port = text:gsub("''", "'"):match "host='?([^%s']+)", text:gsub("''", "'"):match "port='?(%d+)"
  for name, other in pairs(cluster.nodes) do
    if other.host == host and tostring(other.port) == port then return name end
  end
end

--- A server reads its files: whether it is a standby, whom it follows, and as far as histories allow, that one's timeline.
function server.read_configuration(cluster, node)
  if node.files["standby.signal"] or node.files["recovery.conf"] then node.standby = true end
  node.follows = target(cluster, node)
  local source = node.follows and cluster.nodes[node.follows]
  if node.standby and source and source.running and not node.diverged then node.timeline, node.lsn = source.timeline, source.lsn end
end

return server
