local t = require "understudy.testing"

local nodes = { pg1 = { role = "primary" }, pg2 = { follows = "pg1" } }
local fields = { node = "pg1", new_main = "pg2" }

describe("switchover", function()
  it("has the primary make a checkpoint", function()
    local c = t.cluster(nodes)
    assert.equal("done", c:fire("switchover", fields).outcome)
    assert.effects(c, { "node.checkpoint pg1" })
  end)

  it("does nothing when that is not wanted", function()
    local c = t.cluster(nodes):set("hook.switchover.checkpoint", "off")
    assert.equal("done", c:fire("switchover", fields).outcome)
    assert.effects(c, {})
  end)

  it("fails when the primary cannot: nothing was changed yet", function()
    assert.equal("failed", t.cluster(nodes):fail("node.checkpoint"):fire("switchover", fields).outcome)
  end)

  it("survives a crash anywhere", function()
    t.sweep(nodes, "switchover", fields, function(_, r) assert.equal("done", r.outcome) end)
  end)
end)
