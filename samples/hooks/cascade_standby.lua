--- A standby behind another standby keeps its source; it moves only when that one was lost or promoted away.
local us      = require "understudy"
local standby = require "understudy.standby"

local hook = us.hook {
  name    = "cascade_standby",
  about   = "Leaves cascading standbys where they are.",
  needs   = { "pg.control", "pg.slot", "fs:read:pgdata", "fs:write:pgdata", "engine:attach" },
  options = { replication_user = us.opt.string "repl" },
  on      = { follow_primary = { before = { "understudy/follow_primary" } } },
}

function hook.follow_primary(ev, opt)
  local node, primary = ev.node, ev.new_primary
  local source = node.follows and ev.cluster.nodes[node.follows]
  if not source or (ev.old_primary and source.id == ev.old_primary.id) then return end       -- a direct standby: the bundled hook sees to it
  if source.id ~= primary.id and us.step("source is well", function() return source:is_running() and source:in_recovery() end) then
    return us.done { follows = source }
  end
  local slot = us.step("slot", function() return primary:ensure_slot(node.slot_name) end)
  us.step("re-home", function() standby.follow(node, primary, { slot = slot, user = opt.replication_user }) end)
  us.step("attach", function() us.engine.attach(node) end)
  return us.done { follows = primary }
end

return hook
