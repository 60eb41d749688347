--- For library_spec.lua: after a crash between stop and start it takes the stopped server for one that was stopped before.
local us = require "understudy"
local hook = us.hook { name = "forgetful", needs = { "pg.control" } }

function hook.switchover(ev)
  if not ev.new_main:is_running() then return us.skip "it was not running" end
  ev.new_main:stop()
  ev.new_main:start()
  return us.done()
end

return hook
