--- Promote a standby when the primary is lost. Replaces failover.sh.
local us = require "understudy"

local hook = us.hook {
  name    = "understudy/failover",
  about   = "Promotes the standby that the engine chose.",
  needs   = { "pg.promote" },
  options = {
    promote_wait = us.opt.duration "60s",
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

return hook
