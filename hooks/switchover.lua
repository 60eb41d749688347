--- Clients are held: have the primary write everything down, so that its shutdown is short.
local us = require "understudy"

local hook = us.hook {
  name    = "understudy/switchover",
  about   = "Has the primary make a checkpoint before it is demoted.",
  needs   = { "pg.control" },
  options = { checkpoint = us.opt.boolean(true) },
}

function hook.switchover(ev, opt)
  if opt.checkpoint then
    us.step("checkpoint", function() ev.node:checkpoint() end)
  end
  return us.done()
end

return hook
