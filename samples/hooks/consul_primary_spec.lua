local t = require "understudy.testing"

local address = "http://consul.internal:8500/v1/kv/pg/primary"

--- Consul with `value` under the key, an index of 7, and what is written.
local function cluster(status, value)
  local written = {}
  local c = t.cluster { pg1 = { role = "primary", down = true }, pg2 = { role = "primary", timeline = 2 } }:hooks "consul_primary.lua"
  c:answers {
    ["GET " .. address] = { status = status, body = value and ('[{"ModifyIndex": 7, "Value": "%s"}]'):format(value) or "" },
    ["PUT " .. address .. "?cas=" .. (value and 7 or 0)] = function(call)
      written[#written + 1] = call.body
      return { body = "true" }
    end,
  }
  return c, written
end

local finished = { node = "pg1", new_primary = "pg2", ok = true, outcome = "promoted", epoch = 5 }

describe("consul_primary", function()
  it("writes the first value", function()
    local c, written = cluster(404)
    assert.equal("passed", c:fire("failover_finished", finished).outcome)
    assert.equal(1, #written)
    assert.matches('"pg2.db"', written[1])
  end)

  it("replaces an older one", function()
    local c, written = cluster(200, "eyJlcG9jaCI6NH0=")             -- {"epoch":4}
    c:fire("failover_finished", finished)
    assert.equal(1, #written)
  end)

  it("never replaces a newer one", function()
    local c, written = cluster(200, "eyJlcG9jaCI6OX0=")             -- {"epoch":9}
    assert.equal("passed", c:fire("failover_finished", finished).outcome)
    assert.same({}, written)
  end)
end)
