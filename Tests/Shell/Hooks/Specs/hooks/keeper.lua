--- For library_spec.lua.
local us      = require "understudy"
local standby = require "understudy.standby"
local hook = us.hook { name = "keeper", needs = { "pg.control" } }

function hook.switchover(ev)
  standby.keep_wal(ev.node, "50MB")
  return us.done()
end

return hook
