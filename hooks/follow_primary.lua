--- Point a surviving standby at the new primary. Replaces follow_primary.sh.
local us      = require "understudy"
local standby = require "understudy.standby"

local hook = us.hook {
  name    = "understudy/follow_primary",
  about   = "Has a standby follow the new primary: by a reload where its history allows that, else after pg_rewind.",
  needs   = { "pg.control", "pg.rewind", "pg.slot", "fs:read:pgdata", "fs:write:pgdata", "engine:attach" },
  options = {
    replication_user = us.opt.string "repl",
    start_wait       = us.opt.duration "60s",
    stream_wait      = us.opt.duration "30s",
  },
}

local function recover(node) return ("%s: rebuild it with `understudy recover %s`"):format(node.name, node.name) end

function hook.follow_primary(ev, opt)
  local node, primary = ev.node, ev.new_primary
  if not us.step("was running", function() return node:is_running() end) then
    return us.skip(recover(node) .. ": it was not running")
  end

  local slot = us.step("slot", function() return primary:ensure_slot(node.slot_name) end,
                               function() primary:drop_slot(node.slot_name) end)

  if ev.diverged then
    us.step("rewind", function()
      node:stop { mode = "fast" }
      if not node:can_rewind_from(primary) then us.abort("%s: its history has parted from %s and cannot be rewound", recover(node), primary.name) end
      primary:checkpoint()               -- pg_rewind reads the new timeline from the control file
      node:rewind_from(primary)
    end)
  end

  us.step("follow", function()
    standby.follow(node, primary, { slot = slot, user = opt.replication_user })
    if ev.diverged then node:start { wait = opt.start_wait } end
    us.wait_until(opt.stream_wait, function() return primary:replicates_to(node) end)
  end)

  us.step("attach", function() us.engine.attach(node) end)
  return us.done { primary = primary, rewound = ev.diverged }
end

return hook
