--- Online recovery of a standby. Replaces recovery_1st_stage and pgpool_remote_start.
local us      = require "understudy"
local standby = require "understudy.standby"

local hook = us.hook {
  name    = "understudy/recovery",
  about   = "Rebuilds a standby by pg_rewind or a base backup; the old copy is kept until the new one streams.",
  needs   = { "pg.control", "pg.rewind", "pg.basebackup", "pg.slot", "fs:read:pgdata", "fs:write:pgdata" },
  options = {
    method           = us.opt.one_of({ "auto", "rewind", "basebackup" }, "auto"),
    replication_user = us.opt.string "repl",
    max_rate         = us.opt.bytes(0),
    start_wait       = us.opt.duration "10min",
  },
}

local function rewind(node, primary)
  primary:checkpoint()                   -- pg_rewind reads the timeline from the control file
  local ok, why = us.try(node.rewind_from, node, primary)
  if ok then return "rewind" end
  us.log.warn("pg_rewind failed; taking a base backup instead", { node = node, why = tostring(why) })
  return "basebackup"
end

function hook.recovery_1st_stage(ev, opt)
  local node, primary = ev.node, ev.primary
  us.step("is stopped", function()
    if node:is_running() then us.abort("%s is running: refusing to replace %s", node.name, node.pgdata) end
  end)

  local slot = us.step("slot", function() return primary:ensure_slot(ev.slot_name) end,
                               function() primary:drop_slot(ev.slot_name) end)

  local method = us.step("method", function()
    if opt.method ~= "auto" then return opt.method end
    return node:can_rewind_from(primary) and "rewind" or "basebackup"
  end)

  if method == "rewind" then
    method = us.step("rewind", function() return rewind(node, primary) end)
  end

  if method == "basebackup" then
    us.step("set aside", function() node:move_aside() end, function() node:restore_aside() end)
    us.step("base backup", function()
      node:restore_aside()               -- an attempt that was interrupted may have left a copy, whole or not: begin afresh
      node:move_aside()
      node:basebackup_from(primary, { slot = slot, max_rate = opt.max_rate, checkpoint = "fast" })
    end)
  end

  us.step("standby configuration", function()
    standby.follow(node, primary, { slot = slot, user = opt.replication_user })
  end)
  return us.done { method = method }
end

function hook.recovery_2nd_stage()
  us.abort "native replication is not there yet: a standby that streams is whole after the first stage"
end

function hook.remote_start(ev, opt)
  local node = ev.node
  us.step("start", function()
    if not node:is_running() then node:start { wait = opt.start_wait } end
    us.wait_until(opt.start_wait, function() return ev.primary:replicates_to(node) end)
  end)
  us.step("discard old copy", function() node:forget_aside() end)
  return us.done()
end

return hook
