local t = require "understudy.testing"

local nodes = { pg1 = { role = "primary", timeline = 1 }, pg2 = { role = "primary", timeline = 2 }, pg3 = {} }
local fields = { node = "pg1", primary = "pg2" }

describe("false_primary", function()
  it("quarantines the second server and has somebody look", function()
    local c = t.cluster(nodes)
    assert.equal("done", c:fire("false_primary", fields).outcome)
    assert.matches("writable on timeline 1, and the primary is pg2", c.nodes.pg1.quarantined)
    assert.is_true(c.nodes.pg1.running)
    assert.equal("critical", c.alerts[1].severity)
    assert.equal("pg1", c.alerts[1].node)
  end)

  it("stops it as well when that is wanted", function()
    local c = t.cluster(nodes):set("hook.false_primary.stop", "on")
    c:fire("false_primary", fields)
    assert.is_false(c.nodes.pg1.running)
  end)

  it("survives a crash anywhere", function()
    t.sweep(function() return t.cluster(nodes):set("hook.false_primary.stop", "on") end, "false_primary", fields, function(c, r)
      assert.equal("done", r.outcome)
      assert.is_false(c.nodes.pg1.running)
      assert.is_truthy(c.nodes.pg1.quarantined)
    end)
  end)
end)
