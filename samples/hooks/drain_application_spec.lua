local t = require "understudy.testing"

--- An application with `busy` batches under way; each look finds one less.
local function cluster(busy)
  return t.cluster { pg1 = { role = "primary" }, pg2 = {} }:hooks("drain_application.lua"):answers {
    ["GET http://app.internal/inflight"] = function()
      busy = busy - 1
      return { body = ('{"count": %d}'):format(math.max(busy, 0)) }
    end,
  }
end

local fields = { node = "pg1", new_main = "pg2" }

describe("drain_application", function()
  it("drains, waits, and lets the bundled switchover work", function()
    local c = cluster(3)
    assert.equal("understudy/switchover", c:fire("switchover", fields).hook)
    assert.effects(c, { "http.post app.internal", "node.checkpoint pg1" })
  end)

  it("has the application resume when it never drains", function()
    local c = cluster(1000000)
    local r = c:fire("switchover", fields)
    assert.equal("failed", r.outcome)
    assert.effects(c, { "http.post app.internal", "http.post app.internal" })
  end)

  it("has the application resume when a later hook fails", function()
    local c = cluster(1):fail("node.checkpoint", { error = "terminated by the administrator" })
    assert.equal("failed", c:fire("switchover", fields).outcome)
    assert.effects(c, { "http.post app.internal", "node.checkpoint pg1", "http.post app.internal" })
  end)

  it("survives a crash anywhere", function()
    t.sweep(function() return cluster(3) end, "switchover", fields, function(_, r) assert.equal("done", r.outcome) end)
  end)
end)
