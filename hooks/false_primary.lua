--- A second server is writable: keep it away from clients, and have somebody look.
local us = require "understudy"

local hook = us.hook {
  name    = "understudy/false_primary",
  about   = "Quarantines a second writable server; stops it as well if that is wanted.",
  needs   = { "engine:quarantine", "pg.control" },
  options = { stop = us.opt.boolean(false) },
}

function hook.false_primary(ev, opt)
  local node, primary = ev.node, ev.primary
  us.step("quarantine", function()
    us.engine.quarantine(node, { reason = ("it is writable on timeline %d, and the primary is %s"):format(ev.timeline, primary.name) })
  end)
  if opt.stop then
    us.step("stop", function() node:stop { mode = "fast" } end)
  end
  us.step("tell", function()
    us.alert("critical", ("%s is writable, and so is %s"):format(node.name, primary.name), {
      node = node,
      text = ("Clients reach only %s. What was written on %s alone is lost when it is rebuilt: look before `understudy recover %s`.")
        :format(primary.name, node.name, node.name),
    })
  end)
  return us.done { stopped = opt.stop }
end

return hook
