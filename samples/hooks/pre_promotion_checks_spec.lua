local t = require "understudy.testing"

local question = "SELECT pg_is_wal_replay_paused() AS paused"

local function cluster(pg2)
  return t.cluster { pg1 = { role = "primary", down = true }, pg2 = pg2 or {}, pg3 = { lag = "1MB" } }
    :hooks("pre_promotion_checks.lua"):answers { [question] = { { paused = false } } }
end

describe("pre_promotion_checks", function()
  it("lets a healthy candidate be promoted", function()
    assert.equal("pg2", cluster():fire("failover", { node = "pg1" }).primary.name)
  end)

  it("passes over a candidate without disk", function()
    assert.equal("pg3", cluster({ disk_free = "1GB" }):fire("failover", { node = "pg1" }).primary.name)
  end)

  it("passes over a candidate whose replay is paused", function()
    local c = cluster():answers { [question] = function(node) return { { paused = node.name == "pg2" } } end }
    assert.equal("pg3", c:fire("failover", { node = "pg1" }).primary.name)
  end)

  it("does not stand in the way when the candidate does not answer", function()
    local c = cluster():fail("node.sql", { error = "timeout" })
    assert.equal("passed", c:fire("approve_failover", { node = "pg1", new_main = "pg2" }).outcome)
  end)
end)
