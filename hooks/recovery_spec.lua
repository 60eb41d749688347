local t = require "understudy.testing"

--- pg1 is the primary on timeline 3, pg2 is down and to be rebuilt.
local function down(pg2)
  pg2 = pg2 or {}
  pg2.down, pg2.files = true, { marker = "old" }
  return t.cluster { pg1 = { role = "primary", timeline = 3 }, pg2 = pg2 }
end

local fields = { node = "pg2", primary = "pg1" }

local function rebuilt(c)
  assert.equal(3, c.nodes.pg2.timeline)
  assert.is_true(c.nodes.pg1.slots.pg2)
  assert.is_truthy(c.nodes.pg2.files["standby.signal"] or c.nodes.pg2.files["recovery.conf"])
end

describe("recovery_1st_stage", function()
  it("rewinds where that is possible", function()
    local c = down()
    local r = c:fire("recovery_1st_stage", fields)
    assert.equal("rewind", r.method)
    rebuilt(c)
    assert.equal("old", c.nodes.pg2.files.marker)
  end)

  it("takes a base backup otherwise, and keeps the old copy", function()
    local c = down { rewindable = false }
    assert.equal("basebackup", c:fire("recovery_1st_stage", fields).method)
    rebuilt(c)
    assert.equal("old", c.nodes.pg2.aside.files.marker)
  end)

  it("takes a base backup when rewinding fails", function()
    local c = down():fail("node.rewind_from", { error = "pg_rewind: fatal" })
    assert.equal("basebackup", c:fire("recovery_1st_stage", fields).method)
    assert.equal(1, #c:logged "taking a base backup instead")
  end)

  it("puts the old copy and the slots back when the backup fails", function()
    local c = down({ rewindable = false }):fail("node.basebackup_from", { error = "no space left on device" })
    local r = c:fire("recovery_1st_stage", fields)
    assert.equal("failed", r.outcome)
    assert.matches("no space left on device", r.error)
    assert.equal("old", c.nodes.pg2.files.marker)
    assert.is_nil(c.nodes.pg2.aside)
    assert.same({}, c.nodes.pg1.slots)
  end)

  it("refuses to replace a running server", function()
    local c = down()
    c.nodes.pg2.running = true
    assert.matches("refusing to replace /pg/pg2", c:fire("recovery_1st_stage", fields).error)
    assert.effects(c, {})
  end)

  it("limits its rate when the configuration does", function()
    local c = down({ rewindable = false }):set("hook.recovery.max_rate", "32MB")
    assert.equal("done", c:fire("recovery_1st_stage", fields).outcome)
  end)

  for _, version in ipairs { 10, 12, 18 } do
    for _, method in ipairs { "rewind", "basebackup" } do
      it(("survives a crash anywhere, by %s on PostgreSQL %d"):format(method, version), function()
        local function cluster() return down({ version = version }):set("hook.recovery.method", method) end
        t.sweep(cluster, "recovery_1st_stage", fields, function(c, r)
          assert.equal("done", r.outcome)
          rebuilt(c)
          if method == "basebackup" then assert.equal("old", c.nodes.pg2.aside.files.marker) end
        end)
      end)
    end
  end

  it("puts everything back after a crash anywhere, when it fails in the end", function()
    local function cluster() return down({ rewindable = false }):fail("node.basebackup_from", { error = "no space left on device" }) end
    t.sweep(cluster, "recovery_1st_stage", fields, function(c, r)
      assert.equal("failed", r.outcome)
      assert.equal("old", c.nodes.pg2.files.marker)
      assert.same({}, c.nodes.pg1.slots)
    end)
  end)
end)

describe("recovery_2nd_stage", function()
  it("says that it is not there yet", function()
    assert.matches("not there yet", down():fire("recovery_2nd_stage", fields).error)
  end)
end)

describe("remote_start", function()
  local function copied() return t.cluster { pg1 = { role = "primary", timeline = 3 }, pg2 = { down = true, follows = "pg1" } } end

  it("starts the node, sees it stream, and lets the old copy go", function()
    local c = copied()
    c.nodes.pg2.aside = { files = {} }
    assert.equal("done", c:fire("remote_start", fields).outcome)
    assert.is_true(c.nodes.pg2.running)
    assert.is_nil(c.nodes.pg2.aside)
  end)

  it("keeps the old copy when the node does not stream", function()
    local c = copied()
    c.nodes.pg2.aside, c.nodes.pg2.diverged = { files = {} }, true
    assert.equal("failed", c:fire("remote_start", fields).outcome)
    assert.is_truthy(c.nodes.pg2.aside)
  end)

  it("survives a crash anywhere", function()
    t.sweep(copied, "remote_start", fields, function(c, r)
      assert.equal("done", r.outcome)
      assert.is_true(c.nodes.pg2.running)
    end)
  end)
end)
