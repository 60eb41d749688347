local t = require "understudy.testing"

describe("notify_slack", function()
  local c
  before_each(function()
    c = t.cluster { pg1 = { role = "primary" } }:hooks "notify_slack.lua"
  end)

  it("posts an alert once, however often it is told", function()
    local alert = { id = "ev-7", severity = "critical", title = "pg1 is gone" }
    c:fire("alert", alert)
    c:fire("alert", alert)
    assert.effects(c, { "http.post slack_webhook" })
  end)

  it("is silent below the threshold", function()
    c:fire("alert", { severity = "info", title = "a node is back" })
    assert.effects(c, {})
  end)

  it("is louder when the configuration says so", function()
    c:set("hook.notify_slack.at_least", "info"):fire("alert", { severity = "info", title = "a node is back" })
    assert.effects(c, { "http.post slack_webhook" })
  end)

  it("tries again when Slack is down, and gives up without harm", function()
    c:fail("http.post", { error = "connection refused" })
    assert.equal("failed", c:fire("alert", { severity = "critical", title = "pg1 is gone" }).outcome)
  end)
end)
