--- Refuse an automatic failover that would lose more than `max_loss` of WAL; a person may still force it.
local us = require "understudy"

local hook = us.hook {
  name    = "refuse_lossy_failover",
  about   = "Vetoes an automatic failover that would lose too much.",
  options = { max_loss = us.opt.bytes "1MB" },
}

function hook.approve_failover(ev, opt)
  if ev.requested_by then return end                -- an operator asked for it by name
  if not ev.last_primary_lsn then return end        -- nobody knows what would be lost
  local lost = ev.last_primary_lsn - ev.new_main.lsn
  if lost > opt.max_loss then
    return us.veto(("%s is %s behind the last known position of the primary"):format(ev.new_main.name, us.human(lost)), { retry = "15s" })
  end
end

return hook
