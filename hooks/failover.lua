--- Promote a standby when the primary is lost. Replaces failover.sh.
local us = require "understudy"

local hook = us.hook {
  name    = "understudy/failover",
  about   = "Promotes the standby that the engine chose.",
  needs   = { "pg.promote", "pg.slot" },
  options = {
    promote_wait = us.opt.duration "60s",
    lost_standby = us.opt.one_of({ "keep_slot", "drop_slot" }, "keep_slot"),
  },
}

function hook.failover(ev, opt)
  local new = ev.new_main or us.abort "no healthy standby is left to promote"

  us.step("promote", function()
    if new:in_recovery() then new:promote { wait = opt.promote_wait } end
  end)

  us.step("verify", function()
    us.wait_until(opt.promote_wait, function() return not new:in_recovery() end)
  end)

  return us.done { primary = new }
end

--- The slot stays by default: a standby that was away for a reboot finds its WAL again. max_slot_wal_keep_size bounds what it may hold.
function hook.standby_lost(ev, opt)
  if opt.lost_standby == "drop_slot" and ev.primary then
    us.step("drop slot", function() ev.primary:drop_slot(ev.node.slot_name) end)
  end
  return us.done()
end

return hook
