local t = require "understudy.testing"

local nodes = { pg1 = { role = "primary" }, pg2 = {} }
local fields = { node = "pg1", new_main = "pg2" }

describe("fence_primary", function()
  it("stops the lost primary at once", function()
    local c = t.cluster(nodes)
    assert.equal("done", c:fire("fence_primary", fields).outcome)
    assert.is_false(c.nodes.pg1.running)
  end)

  it("fails, within its patience, when the host cannot be reached", function()
    local c = t.cluster(nodes):partition({ "pg1" }, "5min")
    local r = c:fire("fence_primary", fields)
    assert.equal("failed", r.outcome)
    assert.is_true(c:virtual_time() <= 20.1)
  end)

  it("does not call a primary fenced that still runs", function()
    local c = t.cluster(nodes):slow("node.is_running", "4s")
    c.nodes.pg1.running = true
    c:fail("node.stop", { error = "permission denied" })
    assert.equal("failed", c:fire("fence_primary", fields).outcome)
  end)

  it("survives a crash anywhere", function()
    t.sweep(nodes, "fence_primary", fields, function(c, r)
      assert.equal("done", r.outcome)
      assert.is_false(c.nodes.pg1.running)
    end)
  end)
end)
