local t = require "understudy.testing"

local nodes = { pg1 = { role = "primary", down = true }, pg2 = {}, pg3 = { lag = "9MB" } }

describe("failover", function()
  it("promotes the freshest standby", function()
    local c = t.cluster(nodes)
    local r = c:fire("failover", { node = "pg1" })
    assert.equal("done", r.outcome)
    assert.equal("pg2", c.primary.name)
    assert.effects(c, { "node.stop pg1", "node.promote pg2" })
  end)

  it("takes the next standby when one refuses, after three attempts", function()
    local c = t.cluster(nodes):fail("node.promote", { on = "pg2", error = "timeout" })
    assert.equal("pg3", c:fire("failover", { node = "pg1" }).primary.name)
    assert.effects(c, { "node.stop pg1", "node.promote pg2", "node.promote pg2", "node.promote pg2", "node.promote pg3" })
  end)

  it("is content with a promotion that was slow to say so", function()
    local c = t.cluster(nodes):slow("node.promote", "50s")
    assert.equal("done", c:fire("failover", { node = "pg1" }).outcome)
    assert.is_true(c:virtual_time() > 50)
  end)

  it("ends within its budget when the promotion never comes back", function()
    local c = t.cluster(nodes):hang("node.promote", { on = "pg2", times = 1 })
    local r = c:run("failover", { node = "pg1", new_main = "pg2" })
    assert.equal("budget", r.class)
    assert.near(90, c:virtual_time(), 0.1)
  end)

  it("passes over a standby that cannot be reached", function()
    local c = t.cluster(nodes):partition { "pg2" }
    assert.equal("pg3", c:fire("failover", { node = "pg1" }).primary.name)
  end)

  it("says so when nobody is left", function()
    local c = t.cluster { pg1 = { role = "primary", down = true }, pg2 = { down = true } }
    assert.equal("no standby is left to promote", c:fire("failover", { node = "pg1" }).error)
    local r = c:run("failover", { node = "pg1" })
    assert.equal("aborted", r.class)
    assert.matches("no healthy standby is left to promote", r.error)
  end)

  it("leaves a node alone that is writable already", function()
    local c = t.cluster { pg1 = { role = "primary", down = true }, pg2 = { role = "primary", timeline = 2 } }
    assert.equal("done", c:fire("failover", { node = "pg1", new_main = "pg2" }).outcome)
    assert.effects(c, {})
  end)

  it("does nothing any more when another member leads", function()
    local c = t.cluster(nodes):lose_leader_after(1)
    local r = c:run("failover", { node = "pg1", new_main = "pg2" })
    assert.equal("leadership", r.class)
    assert.effects(c, { "node.promote pg2" })
  end)

  it("survives a crash anywhere, and promotes exactly once", function()
    t.sweep(nodes, "failover", { node = "pg1" }, function(c, r)
      assert.equal("done", r.outcome)
      assert.equal(2, c.nodes.pg2.timeline)
    end)
  end)
end)

describe("standby_lost", function()
  local lost = { pg1 = { role = "primary", slots = { "pg2", "pg3" } }, pg2 = { down = true }, pg3 = {} }

  it("keeps the slot, so that a reboot is no rebuild", function()
    local c = t.cluster(lost)
    assert.equal("done", c:fire("standby_lost", { node = "pg2" }).outcome)
    assert.effects(c, {})
  end)

  it("drops the slot when that is wanted", function()
    local c = t.cluster(lost):set("hook.failover.lost_standby", "drop_slot")
    c:fire("standby_lost", { node = "pg2" })
    assert.same({ pg3 = true }, c.nodes.pg1.slots)
  end)

  it("survives a crash anywhere", function()
    t.sweep(function() return t.cluster(lost):set("hook.failover.lost_standby", "drop_slot") end, "standby_lost", { node = "pg2" }, function(c, r)
      assert.equal("done", r.outcome)
      assert.same({ pg3 = true }, c.nodes.pg1.slots)
    end)
  end)
end)
