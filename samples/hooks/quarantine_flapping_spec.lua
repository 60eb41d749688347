local t = require "understudy.testing"

local function cluster() return t.cluster { pg1 = { role = "primary" }, pg2 = {} }:hooks "quarantine_flapping.lua" end

local function fall(c, times)
  for _ = 1, times do c:fire("node_down", { node = "pg2", error = "reset" }) end
end

describe("quarantine_flapping", function()
  it("lets a node come back that fell twice", function()
    local c = cluster()
    fall(c, 2)
    assert.equal("passed", c:fire("approve_failback", { node = "pg2" }).outcome)
  end)

  it("keeps a node out that fell three times", function()
    local c = cluster()
    fall(c, 3)
    local r = c:fire("approve_failback", { node = "pg2" })
    assert.equal("vetoed", r.outcome)
    assert.matches("pg2 went down 3 times", r.reason)
  end)

  it("forgets after an hour", function()
    local c = cluster()
    fall(c, 3)
    c:advance(3601)
    assert.equal("passed", c:fire("approve_failback", { node = "pg2" }).outcome)
  end)
end)
