local t = require "understudy.testing"

--- A primary that answers the hook's only question with `row`.
local function cluster(row)
  return t.cluster { pg1 = { role = "primary" }, pg2 = {} }:hooks("check_wal_archive.lua"):answers { pg_stat_archiver = { row } }
end

describe("check_wal_archive", function()
  it("is content while WAL is archived", function()
    local c = cluster { last_failed_wal = t.null, failing = false, age = 30 }
    assert.equal("done", c:fire("timer").outcome)
    assert.same({}, c.alerts)
    assert.equal(30, c.metrics.archive_age_seconds)
  end)

  it("says so when archiving fails", function()
    local c = cluster { failing = true, age = 30, last_failed_wal = "00000001000000000000002A" }
    c:fire "timer"
    assert.equal("critical", c.alerts[1].severity)
    assert.matches("2A", c.alerts[1].title)
  end)

  it("says so when nothing was archived for long", function()
    local c = cluster { last_failed_wal = t.null, failing = false, age = 1200 }
    c:fire "timer"
    assert.equal("warning", c.alerts[1].severity)
  end)

  it("asks nobody while there is no primary", function()
    local c = t.cluster { pg1 = { role = "primary", down = true } }:hooks "check_wal_archive.lua"
    assert.equal("skipped", c:fire("timer").outcome)
  end)
end)
