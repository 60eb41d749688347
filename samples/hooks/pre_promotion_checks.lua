--- Ask the candidate itself before promoting it.
local us = require "understudy"

local hook = us.hook {
  name    = "pre_promotion_checks",
  about   = "Vetoes a candidate whose replay is paused or whose disk is nearly full.",
  needs   = { "sql:read" },
  options = { min_free = us.opt.bytes "5GB" },
}

function hook.approve_failover(ev, opt)
  local node = ev.new_main
  local row = node:sql("SELECT pg_is_wal_replay_paused() AS paused")[1]
  if row.paused then return us.veto(node.name .. ": WAL replay is paused (pg_wal_replay_resume() first)", { next = true }) end
  local free = node:disk_free()
  if free < opt.min_free then return us.veto(("%s: %s of disk are too little for a primary"):format(node.name, us.human(free)), { next = true }) end
end

return hook
