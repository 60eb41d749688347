local t = require "understudy.testing"

local nodes = { pg1 = { role = "primary", down = true }, pg2 = {}, pg3 = { lag = "9MB" } }

describe("failover", function()
  it("promotes the freshest standby", function()
    local c = t.cluster(nodes)
    local r = c:fire("failover", { node = "pg1" })
    assert.equal("done", r.outcome)
    assert.equal("pg2", c.primary.name)
    assert.effects(c, { "node.promote pg2" })
  end)

  it("takes the next standby when one refuses, after three attempts", function()
    local c = t.cluster(nodes):fail("node.promote", { on = "pg2", error = "timeout" })
    assert.equal("pg3", c:fire("failover", { node = "pg1" }).primary.name)
    assert.effects(c, { "node.promote pg2", "node.promote pg2", "node.promote pg2", "node.promote pg3" })
  end)

  it("says so when nobody is left", function()
    local c = t.cluster { pg1 = { role = "primary", down = true }, pg2 = { down = true } }
    assert.equal("no standby is left to promote", c:fire("failover", { node = "pg1" }).error)
  end)

  it("leaves a node alone that is writable already", function()
    local c = t.cluster { pg1 = { role = "primary", down = true }, pg2 = { role = "primary", timeline = 2 } }
    assert.equal("done", c:fire("failover", { node = "pg1", new_main = "pg2" }).outcome)
    assert.effects(c, {})
  end)

  it("survives a crash anywhere, and promotes exactly once", function()
    t.sweep(nodes, "failover", { node = "pg1" }, function(c, r)
      assert.equal("done", r.outcome)
      assert.equal(2, c.nodes.pg2.timeline)
    end)
  end)
end)
