--- What each call to a node does to its server. The same calls as the engine's: an idempotent one is idempotent here.
local engine, load_module = ...
local server = load_module "understudy.internal.testing.server"

local function fail(node, message, ...) engine.fail("environment", node.name .. ": " .. message:format(...)) end

local function need_running(node)
  if not node.running then fail(node, "connection refused") end
end

local calls = {}

function calls.is_running(_, node) return node.running end
function calls.ping(_, node) return node.running end
function calls.in_recovery(_, node)
  need_running(node)
  return node.standby
end
function calls.timeline_now(_, node) return node.timeline end
function calls.lsn_now(_, node)
  need_running(node)
  return node.lsn
end
function calls.disk_free(_, node) return node.disk_free end
function calls.lag_now(cluster, node)
  need_running(node)
  local primary = cluster.primary
  return primary and math.max(0, primary.lsn - node.lsn) or 0
end
function calls.controldata(_, node) return { timeline = node.checkpointed or node.timeline, state = node.running and "in production" or "shut down" } end
function calls.can_rewind_from(_, node) return node.rewindable and not node.empty end
function calls.replicates_to(cluster, node, a)
  local other = cluster:by_id(a.other)
  return node.running and other.running and other.standby and other.follows == node.name and other.timeline == node.timeline
end

function calls.promote(_, node)
  need_running(node)
  if not node.standby then return end
  node.standby, node.timeline, node.follows, node.was_primary = false, node.timeline + 1, nil, true
  node.files["standby.signal"], node.files["recovery.conf"] = nil, nil
end

function calls.start(cluster, node)
  if node.running then return end
  if node.empty then fail(node, "pg_ctl: directory \"%s\" is not a database cluster directory", node.pgdata) end
  node.running = true
  server.read_configuration(cluster, node)
end

function calls.stop(_, node) node.running = false end

function calls.restart(cluster, node)
  node.running = false
  calls.start(cluster, node)
end

function calls.reload(cluster, node)
  need_running(node)
  server.read_configuration(cluster, node)
end

function calls.checkpoint(_, node)
  need_running(node)
  node.checkpointed = node.timeline
end

function calls.ensure_slot(_, node, a)
  need_running(node)
  node.slots[a.name] = true
  return a.name
end

function calls.drop_slot(_, node, a)
  need_running(node)
  node.slots[a.name] = nil
end

function calls.rewind_from(cluster, node, a)
  local source = cluster:by_id(a.source)
  if node.running then fail(node, "pg_rewind: target server must be shut down cleanly") end
  need_running(source)
  if not node.rewindable then fail(node, "pg_rewind: could not find common ancestor of the source and target cluster's timelines") end
  if source.was_primary and source.checkpointed ~= source.timeline and source.timeline > 1 then
    fail(node, "pg_rewind: source and target cluster are on the same timeline: %s has not written a checkpoint on its new one", source.name)
  end
  node.timeline, node.lsn, node.diverged = source.timeline, source.lsn, false
end

function calls.basebackup_from(cluster, node, a)
  local source = cluster:by_id(a.source)
  if node.running then fail(node, "is running: refusing to replace its data directory") end
  need_running(source)
  if not node.empty then fail(node, "pg_basebackup: directory \"%s\" exists but is not empty", node.pgdata) end
  if a.slot and not source.slots[a.slot] then fail(node, "pg_basebackup: replication slot \"%s\" does not exist", a.slot) end
  node.files, node.settings, node.empty = { PG_VERSION = tostring(source.version) }, {}, false
  node.timeline, node.lsn, node.diverged, node.version = source.timeline, source.lsn, false, source.version
end

local kept = { "files", "settings", "timeline", "lsn", "diverged", "empty" }

function calls.move_aside(_, node)
  if node.running then fail(node, "is running: its data directory stays where it is") end
  if node.empty then return end
  if node.aside then fail(node, "%s was moved aside already: restore or forget it first", node.pgdata) end
  node.aside = {}
  for _, field in ipairs(kept) do node.aside[field] = node[field] end
  node.files, node.settings, node.empty = {}, {}, true
end

function calls.restore_aside(_, node)
  if not node.aside then return end
  for _, field in ipairs(kept) do node[field] = node.aside[field] end
  node.aside = nil
end

function calls.forget_aside(_, node) node.aside = nil end

function calls.read_file(_, node, a)
  return node.files[a.path] or fail(node, "%s/%s: no such file or directory", node.pgdata, a.path)
end
function calls.write_file(_, node, a) node.files[a.path] = a.text end
function calls.touch(_, node, a) node.files[a.path] = node.files[a.path] or "" end
function calls.remove_file(_, node, a) node.files[a.path] = nil end

--- ALTER SYSTEM and a reload; a stopped server reads it when it starts.
function calls.set(cluster, node, a)
  node.settings[a.name] = a.value
  if node.running then server.read_configuration(cluster, node) end
end

function calls.sql(cluster, node, a)
  need_running(node)
  return cluster:rows(a.text, a.parameters, node)
    or fail(node, "the test has no answer for this statement: give one with c:answers { [%q] = { … } }", a.text)
end

return calls
