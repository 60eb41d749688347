--- Attach a node again only when it really streams. Replaces failback_command.
local us = require "understudy"

local hook = us.hook {
  name    = "understudy/failback",
  about   = "Waits until a returning standby streams from the primary.",
  options = { stream_wait = us.opt.duration "20s" },
}

function hook.failback(ev, opt)
  local node, primary = ev.node, ev.cluster.primary
  if not primary or primary.id == node.id then return us.done() end
  us.wait_until(opt.stream_wait, function() return primary:replicates_to(node) end)
  return us.done { primary = primary }
end

return hook
