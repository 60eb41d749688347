local us = require "understudy"
local hook = us.hook { name = "mistaken" }

function hook.standby_lost()
  us.alert("warn", "no such severity")
end
function hook.switchover()
  us.metric.gauge("no such name", 1)
end
function hook.failover()
  return true
end

return hook
