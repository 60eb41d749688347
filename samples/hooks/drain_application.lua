--- Let the application finish its batch before a planned switchover; put it back whatever happens.
local us = require "understudy"

local hook = us.hook {
  name    = "drain_application",
  about   = "Asks the application to drain before a switchover, and to resume after it.",
  needs   = { "http:app.internal" },
  options = { url = us.opt.string "http://app.internal", patience = us.opt.duration "30s" },
  on      = { switchover = { before = { "understudy/switchover" } } },
}

function hook.switchover(_, opt)
  us.step("drain", function() us.http.post(opt.url .. "/drain", { timeout = "3s" }) end,
                   function() us.http.post(opt.url .. "/resume", { timeout = "3s" }) end)
  us.wait_until(opt.patience, function() return us.http.get(opt.url .. "/inflight").json.count == 0 end)
  -- returning nothing: the bundled switchover runs next
end

function hook.switchover_finished(_, opt) us.http.post(opt.url .. "/resume", { timeout = "3s", retries = 5 }) end

return hook
