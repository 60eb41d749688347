local t = require "understudy.testing"
local legacy = require "understudy.legacy"

local function node(id, name) return { id = id, host = name .. ".example.com", port = 5432 + id, pgdata = "/data/" .. name } end

local lost, new, old = node(0, "pg1"), node(2, "pg3"), node(1, "pg2")
local all = "%d %h %p %D %m %H %M %P %r %R %N %S %%"

--- Every letter by itself, as one event gives it.
local function letters(ev)
  local found = {}
  for letter in ("dhpDmHMPrRNS"):gmatch "." do found[letter] = legacy.argv("x %" .. letter, ev)[2] end
  return found
end

describe("placeholders", function()
  local whole = { name = "failover", node = lost, new_main = new, old_main = old, old_primary = lost }

  it("are what pgpool puts there", function()
    assert.same({
      d = "0", h = "pg1.example.com", p = "5432", D = "/data/pg1", m = "2", H = "pg3.example.com", M = "1", P = "0",
      r = "5434", R = "/data/pg3", N = "pg1.example.com", S = "5432",
    }, letters(whole))
  end)

  it("are -1 and empty where there is no node", function()
    assert.same({
      d = "0", h = "pg1.example.com", p = "5432", D = "/data/pg1", m = "-1", H = "", M = "-1", P = "-1", r = "", R = "", N = "", S = "",
    }, letters { name = "failover", node = lost })
  end)

  it("name the new primary as main node in follow_primary", function()
    local found = letters { name = "follow_primary", node = lost, new_primary = new, old_primary = old }
    assert.same({ "2", "pg3.example.com", "5434", "/data/pg3" }, { found.m, found.H, found.r, found.R })
    assert.same({ "1", "pg2.example.com", "5433" }, { found.P, found.N, found.S })
  end)

  it("name the node that comes back in failback", function()
    local found = letters { name = "failback", node = old, new_main = lost, old_primary = lost }
    assert.same({ "1", "pg2.example.com", "0", "0" }, { found.d, found.h, found.m, found.P })
  end)

  it("keep the place of an empty value: nothing shifts", function()
    local argv = legacy.argv("/x " .. all, { name = "failover", node = { id = 0, host = "h", port = 5432, pgdata = "" } })
    assert.equal(14, #argv)
    assert.equal("", argv[5])
    assert.equal("%", argv[14])
  end)

  it("stay one argument, whatever is in them", function()
    local ev = { name = "failover", node = { id = 0, host = "a b; rm -rf / $(reboot) 'x", port = 1, pgdata = "/with blanks/%m" } }
    assert.same({ "/x", "a b; rm -rf / $(reboot) 'x", "/with blanks/%m" }, legacy.argv("/x %h %D", ev))
  end)
end)

describe("command lines", function()
  local ev = { name = "failover", node = lost, new_main = new, old_main = old, old_primary = lost }
  local words = {
    ["/etc/pgpool-II/failover.sh %d %h %p %D %m %H %M %P %r %R %N %S"] = {
      "/etc/pgpool-II/failover.sh", "0", "pg1.example.com", "5432", "/data/pg1", "2", "pg3.example.com", "1", "0", "5434", "/data/pg3",
      "pg1.example.com", "5432",
    },
    ["/etc/pgpool-II/follow_primary.sh %d %h %p %D %m %H %M %P %r %R"] = {
      "/etc/pgpool-II/follow_primary.sh", "0", "pg1.example.com", "5432", "/data/pg1", "2", "pg3.example.com", "1", "0", "5434", "/data/pg3",
    },
    ["  /x\t%d   %h:%p  "] = { "/x", "0", "pg1.example.com:5432" },
    ["/x '100%% sure' \"%D/base\""] = { "/x", "100% sure", "/data/pg1/base" },
    ["/x 'as %d'"] = { "/x", "as 0" },
    ["/x '' \"\" a''b"] = { "/x", "", "", "ab" },
  }
  for template, expected in pairs(words) do
    it(("splits %q as sh would"):format(template), function() assert.same(expected, legacy.argv(template, ev)) end)
  end

  local refused = {
    ["/x %d >> /tmp/log"] = "needs a shell (found >)", ["/x %d | tee log"] = "needs a shell (found |)", ["/x; /y"] = "needs a shell (found ;)",
    ["/x $HOME"] = "needs a shell (found $)", ['/x "$HOME"'] = "needs a shell (found $)", ["/x `id`"] = "needs a shell (found `)",
    ["/x *.log"] = "needs a shell (found *)", ["'' x"] = "an empty command line", ["/x %x"] = "unknown placeholder %x",
    ["/x 'open"] = "unbalanced ' in", [" "] = "an empty command line",
  }
  for template, message in pairs(refused) do
    it(("refuses %q with a reason"):format(template), function()
      assert.error_matches(function() legacy.command(template) end, (message:gsub("%p", "%%%0")))
    end)
  end

  it("refuses a placeholder inside single quotes for a shell, which does not look into them", function()
    assert.error_matches(function() legacy.command("/x 'as %d'", { shell = true }) end, "single quotes")
  end)
end)

describe("a legacy hook", function()
  local nodes = { pg1 = { role = "primary", down = true, host = "a b; reboot" }, pg2 = {}, pg3 = { lag = "1MB" } }
  local said

  before_each(function() said = {} end)

  --- A cluster whose scripts promote what they are told to, and whose command lines are noted.
  local function cluster()
    local c = t.cluster(nodes):hooks "legacy/legacy_pgpool.lua"
    local function script(call)
      said[#said + 1] = call.argv
      if call.argv[1] == "/etc/pgpool2/failover.sh" and call.argv[6] ~= "-1" then c:promote(call.argv[7]) end
      return { code = 0 }
    end
    return c:answers {
      ["/etc/pgpool2/failover.sh"] = script, ["/bin/sh"] = script,
      ["/pg/pg2/recovery_1st_stage"] = script, ["/pg/pg2/pgpool_remote_start"] = script,
    }
  end

  it("runs the failover script with one argument for each placeholder", function()
    local c = cluster()
    assert.equal("done", c:fire("failover", { node = "pg1" }).outcome)
    assert.equal("pg2", c.primary.name)
    assert.same({
      "/etc/pgpool2/failover.sh", "0", "a b; reboot", "5432", "/pg/pg1", "1", "pg2.db", "0", "0", "5432", "/pg/pg2", "a b; reboot", "5432",
    }, said[1])
  end)

  it("gives values to a shell as its arguments, never as program text", function()
    local c = cluster()
    c:fire("failback", { node = "pg1" })
    assert.same({ "/bin/sh", "-c", 'echo "${1}" >> /tmp/failback.log', "legacy", "a b; reboot" }, said[1])
  end)

  it("gives recovery scripts pgpool's seven arguments", function()
    local c = cluster()
    c.nodes.pg2.standby, c.nodes.pg2.host = false, "/run/postgresql"
    c:fire("recovery_1st_stage", { node = "pg1", primary = "pg2" })
    c:fire("remote_start", { node = "pg1", primary = "pg2" })
    assert.same({ "/pg/pg2/recovery_1st_stage", "/pg/pg2", "a b; reboot", "/pg/pg1", "5432", "0", "5432", "localhost" }, said[1])
    assert.same({ "/pg/pg2/pgpool_remote_start", "a b; reboot", "/pg/pg1" }, said[2])
  end)

  it("fails when the script does, and the bundled hook promotes", function()
    local c = cluster():answers { ["/etc/pgpool2/failover.sh"] = { code = 1, stderr = "passwordless SSH failed" } }
    local r = c:fire("failover", { node = "pg1" })
    assert.equal("understudy/failover", r.hook)
    assert.equal("pg2", c.primary.name)
  end)

  it("runs a finished script only once, wherever the daemon was killed", function()
    t.sweep(cluster, "failover", { node = "pg1" }, function(c, r)
      assert.equal("done", r.outcome)
      assert.equal(2, c.nodes.pg2.timeline)
    end)
  end)
end)
