local t = require "understudy.testing"

--- pg1 is lost, pg2 is the primary now; pg3 followed pg1, pg4 follows pg3.
local function cascade(pg3)
  local c = t.cluster {
    pg1 = { role = "primary", down = true },
    pg2 = { role = "primary", timeline = 2 },
    pg3 = pg3 or { follows = "pg1" },
    pg4 = { follows = "pg3" },
  }
  return c:hooks "cascade_standby.lua"
end

local fields = { node = "pg4", new_primary = "pg2", old_primary = "pg1" }

describe("cascade_standby", function()
  it("leaves a standby alone whose source is well", function()
    local c = cascade()
    local r = c:fire("follow_primary", fields)
    assert.equal("cascade_standby", r.hook)
    assert.effects(c, {})
    assert.equal("pg3", c.nodes.pg4.follows)
  end)

  it("takes it to the new primary when its source is gone", function()
    local c = cascade { down = true, follows = "pg1" }
    c:fire("follow_primary", fields)
    assert.equal("pg2", c.nodes.pg4.follows)
    assert.equal(2, c.nodes.pg4.timeline)
  end)

  it("leaves direct standbys to the bundled hook", function()
    local r = cascade():fire("follow_primary", { node = "pg3", new_primary = "pg2", old_primary = "pg1" })
    assert.equal("understudy/follow_primary", r.hook)
  end)

  it("survives a crash anywhere", function()
    t.sweep(function() return cascade { down = true, follows = "pg1" } end, "follow_primary", fields, function(c, r)
      assert.equal("done", r.outcome)
      assert.equal("pg2", c.nodes.pg4.follows)
    end)
  end)
end)
