local t = require "understudy.testing"

--- pg1 is lost, pg2 was promoted, pg3 is to follow it.
local function after(pg3)
  pg3 = pg3 or {}
  pg3.follows = pg3.follows or "pg1"
  return t.cluster { pg1 = { role = "primary", down = true }, pg2 = { role = "primary", timeline = 2 }, pg3 = pg3 }
end

local fields = { node = "pg3", new_primary = "pg2", old_primary = "pg1" }

local function check(c, r)
  assert.equal("done", r.outcome)
  assert.is_true(c.nodes.pg3.running)
  assert.equal("pg2", c.nodes.pg3.follows)
  assert.equal(2, c.nodes.pg3.timeline)
  assert.is_true(c.nodes.pg2.slots.pg3)
end

describe("follow_primary", function()
  it("needs no stop where the history allows it", function()
    local c = after()
    check(c, c:fire("follow_primary", fields))
    assert.effects(c, { "node.ensure_slot pg2", "node.set pg3", "node.set pg3", "engine.attach pg3" })
  end)

  it("rewinds a standby whose history has parted", function()
    local c = after { diverged = true }
    check(c, c:fire("follow_primary", fields))
    assert.effects(c, {
      "node.ensure_slot pg2", "node.stop pg3", "node.checkpoint pg2", "node.rewind_from pg3", "node.set pg3", "node.set pg3", "node.touch pg3",
      "node.start pg3", "engine.attach pg3",
    })
  end)

  it("sends a standby to recovery that cannot be rewound, and gives its slot up", function()
    local c = after { diverged = true, rewindable = false }
    local r = c:fire("follow_primary", fields)
    assert.equal("aborted", r.class)
    assert.matches("understudy recover pg3", r.error)
    assert.same({}, c.nodes.pg2.slots)
  end)

  it("leaves a standby down that was down", function()
    local c = after { down = true }
    local r = c:fire("follow_primary", fields)
    assert.equal("skipped", r.outcome)
    assert.matches("understudy recover pg3", r.reason)
    assert.effects(c, {})
  end)

  it("gives the slot up when the standby never streams", function()
    local c = after():fail("node.set", { on = "pg3", error = "read-only file system" })
    assert.equal("failed", c:fire("follow_primary", fields).outcome)
    assert.same({}, c.nodes.pg2.slots)
  end)

  it("uses the role that the configuration names", function()
    local c = after():set("hook.follow_primary.replication_user", "streamer")
    c:fire("follow_primary", fields)
    assert.matches("user='streamer'", c.nodes.pg3.settings.primary_conninfo)
  end)

  for _, version in ipairs { 10, 11, 12, 13, 17, 18 } do
    it(("finds its way on PostgreSQL %d"):format(version), function()
      local c = after { version = version }
      check(c, c:fire("follow_primary", fields))
    end)

    it(("survives a crash anywhere on PostgreSQL %d, also with a rewind"):format(version), function()
      for _, diverged in ipairs { false, true } do
        t.sweep(function() return after { version = version, diverged = diverged } end, "follow_primary", fields, check)
      end
    end)
  end

  it("undoes what it did after a crash anywhere, when it fails in the end", function()
    t.sweep(function() return after { diverged = true, rewindable = false } end, "follow_primary", fields, function(c, r)
      assert.equal("failed", r.outcome)
      assert.same({}, c.nodes.pg2.slots)
    end)
  end)
end)
