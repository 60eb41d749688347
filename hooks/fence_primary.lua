--- Make sure that the lost primary writes no more, where its host can still be reached.
local us = require "understudy"

local hook = us.hook {
  name    = "understudy/fence_primary",
  about   = "Stops the lost primary at once, if its host can be reached.",
  needs   = { "pg.control" },
  options = { patience = us.opt.duration "10s" },
}

--- A failure is no secret: with fencing = required nothing is promoted, with best_effort the failover goes on.
function hook.fence_primary(ev, opt)
  local node = ev.node
  us.step("stop", function()
    us.timeout(opt.patience, function() node:stop { mode = "immediate" } end)
  end)
  us.step("verify", function()
    us.wait_until(opt.patience, function() return not node:is_running() end)
  end)
  return us.done { fenced = node }
end

return hook
