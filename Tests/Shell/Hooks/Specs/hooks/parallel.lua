--- For library_spec.lua: several calls at once.
local us = require "understudy"
local hook = us.hook { name = "parallel", needs = { "pg.control" } }

function hook.switchover(ev)
  local late = us.each(ev.cluster.nodes, { parallel = 3, timeout = "30s", keep_going = true }, function(node) node:checkpoint() end)
  local names = {}
  for at, failure in ipairs(late) do names[at] = failure.item.name end
  return us.done { late = names }
end

return hook
