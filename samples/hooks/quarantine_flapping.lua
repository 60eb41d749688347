--- A node that went down three times in an hour does not come back by itself.
local us = require "understudy"

local hook = us.hook {
  name    = "quarantine_flapping",
  about   = "Keeps a node out that goes down again and again.",
  needs   = { "kv:write" },
  options = { times = us.opt.integer(3), within = us.opt.duration "1h" },
}

function hook.node_down(ev, opt) us.kv.incr("flaps/" .. ev.node.name, { expire = opt.within }) end

function hook.approve_failback(ev, opt)
  local flaps = us.kv.get("flaps/" .. ev.node.name) or 0
  if flaps >= opt.times then
    return us.veto(("%s went down %d times within %g minutes: attach it by hand when it is well"):format(ev.node.name, flaps, opt.within / 60))
  end
end

return hook
