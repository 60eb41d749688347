--- Post every alert to Slack; never slows a failover down, never posts the same thing twice.
local us = require "understudy"

local hook = us.hook {
  name    = "notify_slack",
  about   = "Posts alerts to a Slack channel.",
  needs   = { "http:hooks.slack.com", "secret:slack_webhook" },
  options = { at_least = us.opt.one_of({ "info", "warning", "critical" }, "warning") },
}

local rank = { info = 1, warning = 2, critical = 3 }

function hook.alert(ev, opt)
  if rank[ev.severity] < rank[opt.at_least] then return end
  us.once("slack/" .. ev.id, function()
    us.http.post(us.secret "slack_webhook", {
      timeout = "5s", retries = 3, json = { text = ("*%s* %s (%s)"):format(ev.cluster.name, ev.title, ev.id) },
    })
  end, { expire = "7d" })
end

return hook
