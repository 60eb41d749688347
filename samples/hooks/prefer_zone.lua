--- Promote inside the lost primary's zone when a standby there is nearly as fresh as the best one.
local us = require "understudy"

local hook = us.hook {
  name    = "prefer_zone",
  about   = "Prefers a candidate in the zone of the lost primary.",
  options = { slack = us.opt.bytes "16MB" },
}

function hook.choose_candidate(ev, opt)
  local best = ev.candidates[1]                     -- the engine's own order: the freshest first
  for _, node in ipairs(ev.candidates) do
    if node.zone == ev.node.zone and best.lsn - node.lsn <= opt.slack then return node end
  end
  -- no opinion: let the next hook, or the engine, choose
end

return hook
