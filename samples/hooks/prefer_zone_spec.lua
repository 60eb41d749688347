local t = require "understudy.testing"

local function zones(lag)
  return t.cluster {
    pg1 = { role = "primary", down = true, zone = "north" },
    pg2 = { zone = "south" },
    pg3 = { zone = "north", lag = lag },
  }:hooks "prefer_zone.lua"
end

describe("prefer_zone", function()
  it("stays in the zone when that loses little", function()
    assert.equal("pg3", zones("1MB"):fire("failover", { node = "pg1" }).primary.name)
  end)

  it("leaves the zone when staying would lose much", function()
    assert.equal("pg2", zones("1GB"):fire("failover", { node = "pg1" }).primary.name)
  end)

  it("takes the other one when the preferred one cannot be promoted", function()
    local c = zones("1MB"):fail("node.promote", { on = "pg3", error = "out of disk" })
    assert.equal("pg2", c:fire("failover", { node = "pg1" }).primary.name)
  end)

  it("survives a crash anywhere", function()
    t.sweep(function() return zones "1MB" end, "failover", { node = "pg1" }, function(c, r)
      assert.equal("done", r.outcome)
      assert.equal("pg3", c.primary.name)
    end)
  end)
end)
