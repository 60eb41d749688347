local t = require "understudy.testing"

local function cluster(pg2) return t.cluster { pg1 = { role = "primary" }, pg2 = pg2 or { follows = "pg1" } } end

describe("failback", function()
  it("attaches a standby that streams", function()
    assert.equal("done", cluster():fire("failback", { node = "pg2" }).outcome)
  end)

  it("does not attach one that does not stream within its patience", function()
    local c = cluster { follows = "pg1", timeline = 7 }
    assert.equal("failed", c:fire("failback", { node = "pg2" }).outcome)
    assert.near(20, c:virtual_time(), 1)
  end)

  it("has nothing to ask when the node is the primary, or there is none", function()
    assert.equal("done", cluster():fire("failback", { node = "pg1" }).outcome)
    local c = t.cluster { pg1 = { role = "primary", down = true }, pg2 = {} }
    assert.equal("done", c:fire("failback", { node = "pg2" }).outcome)
  end)

  it("survives a crash anywhere", function()
    t.sweep(cluster, "failback", { node = "pg2" }, function(_, r) assert.equal("done", r.outcome) end)
  end)
end)
