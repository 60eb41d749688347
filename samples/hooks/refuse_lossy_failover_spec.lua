local t = require "understudy.testing"

local function behind(lag)
  return t.cluster { pg1 = { role = "primary", down = true }, pg2 = { lag = lag } }:hooks "refuse_lossy_failover.lua"
end

local fields = { node = "pg1", new_main = "pg2" }

describe("refuse_lossy_failover", function()
  it("lets a failover go on that loses little", function()
    assert.equal("passed", behind("100kB"):fire("approve_failover", fields).outcome)
  end)

  it("refuses one that loses much, and says how much", function()
    local r = behind("9MB"):fire("approve_failover", fields)
    assert.equal("vetoed", r.outcome)
    assert.matches("pg2 is 9.0 MB behind", r.reason)
    assert.equal(15, r.retry)
  end)

  it("keeps the cluster waiting instead of promoting", function()
    local c = behind "9MB"
    assert.equal("vetoed", c:fire("failover", { node = "pg1" }).outcome)
    assert.is_nil(c.primary)
  end)

  it("obeys a person", function()
    local r = behind("9MB"):fire("approve_failover", { node = "pg1", new_main = "pg2", requested_by = "alice" })
    assert.equal("passed", r.outcome)
  end)
end)
