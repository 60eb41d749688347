--- For library_spec.lua: has the name of greedy.lua, and asks for what it does.
local us = require "understudy"
local hook = us.hook { name = "greedy", needs = { "pg.promote" } }

function hook.switchover(ev)
  ev.new_main:promote()
  return us.done()
end

return hook
