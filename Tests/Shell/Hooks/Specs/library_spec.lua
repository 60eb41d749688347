local t = require "understudy.testing"

--- What the test library says of mistakes in tests.
local function says(pattern, body) assert.error_matches(body, pattern) end

describe("mistakes in tests are named:", function()
  it("an unknown word about a node", function()
    says('pg1: a node has no "rolle"; did you mean "role"%?', function() t.cluster { pg1 = { rolle = "primary" } } end)
  end)
  it("a wrong type", function() says("pg1.lag: expected a size", function() t.cluster { pg1 = { lag = "much" } } end) end)
  it("a node that follows nobody", function() says("pg1 follows pg9, which is no node", function() t.cluster { pg1 = { follows = "pg9" } } end) end)
  it("an unknown event", function()
    says('there is no event "failvoer"; did you mean "failover"%?', function() t.cluster({ pg1 = {} }):fire "failvoer" end)
  end)
  it("an unknown field", function()
    says('node_down event has no "nod"; did you mean "node"%?', function() t.cluster({ pg1 = {} }):fire("node_down", { nod = "pg1" }) end)
  end)
  it("an unknown node", function()
    says('node = "pg9": the cluster has no such node; its nodes are pg1', function() t.cluster({ pg1 = {} }):fire("node_down", { node = "pg9" }) end)
  end)
  it("a field that must be said", function()
    says('say which node is its node: { node = "…" }', function() t.cluster({ pg1 = {} }):fire "node_down" end)
  end)
  it("an unknown call to fail", function()
    says('did you mean "node.promote"%?', function() t.cluster({ pg1 = {} }):fail "node.promot" end)
  end)
  it("an option of nobody", function()
    says("there is no hook \"failovr\"", function() t.cluster({ pg1 = {} }):set("hook.failovr.promote_wait", "1s"):fire("node_down", { node = "pg1" }) end)
  end)
  it("a hook that is not there", function()
    says("there are no hooks here", function() t.cluster({ pg1 = {} }):hooks("nowhere"):fire("node_down", { node = "pg1" }) end)
  end)
  it("an assertion that does not exist", function() says('assert has no "is_eqal"', function() assert.is_eqal(1, 1) end) end)
end)

describe("time", function()
  it("passes only in the test", function()
    local c = t.cluster { pg1 = { role = "primary", down = true }, pg2 = {} }
    c:slow("node.promote", "40s")
    c:fire("failover", { node = "pg1" })
    assert.is_true(c:virtual_time() > 40 and c:virtual_time() < 41)
  end)
end)

describe("hooks beside one another", function()
  local c
  before_each(function() c = t.cluster({ pg1 = { role = "primary" }, pg2 = {}, pg3 = {} }):hooks "hooks/parallel.lua" end)

  it("take as long as the slowest", function()
    c:slow("node.checkpoint", "20s", { on = "pg1" }):slow("node.checkpoint", "5s", { on = "pg2" })
    assert.equal("done", c:fire("switchover", { node = "pg1", new_main = "pg2" }).outcome)
    assert.near(20, c:virtual_time(), 0.5)
  end)

  it("are given up when their time is over", function()
    c:hang("node.checkpoint", { on = "pg3" })
    local r = c:fire("switchover", { node = "pg1", new_main = "pg2" })
    assert.equal("done", r.outcome)
    assert.same({ "pg3" }, r.late)
    assert.near(30, c:virtual_time(), 0.5)
  end)

  it("survive a crash anywhere", function()
    t.sweep(function() return t.cluster({ pg1 = { role = "primary" }, pg2 = {}, pg3 = {} }):hooks "hooks/parallel.lua" end,
      "switchover", { node = "pg1", new_main = "pg2" }, function(_, r) assert.equal("done", r.outcome) end)
  end)
end)

describe("rights", function()
  it("are checked as the daemon checks them", function()
    local c = t.cluster({ pg1 = { role = "primary" }, pg2 = {} }):hooks "hooks/greedy.lua"
    local r = c:fire("switchover", { node = "pg1", new_main = "pg2" })
    assert.equal("code", r.class)
    assert.matches('node:promote needs the capability "pg.promote"', r.error)
  end)

  it("are those of the file that the cluster loaded, whatever was loaded since", function()
    local nodes, fields = { pg1 = { role = "primary" }, pg2 = {} }, { node = "pg1", new_main = "pg2" }
    local first = t.cluster(nodes):hooks "hooks/greedy.lua"
    assert.equal("code", first:fire("switchover", fields).class)
    assert.equal("done", t.cluster(nodes):hooks("hooks/modest.lua"):fire("switchover", fields).outcome)
    assert.equal("code", first:fire("switchover", { id = "again", node = "pg1", new_main = "pg2" }).class)
  end)

  it("are what the configuration grants, when the test says so", function()
    local c = t.cluster({ pg1 = { role = "primary" } }):hooks("hooks/parallel.lua"):set("hook.parallel.grants", "sql:read")
    says('needs "pg.control", which it is not granted', function() c:fire("switchover", { node = "pg1", new_main = "pg1" }) end)
  end)
end)

describe("a sweep", function()
  it("finds what is lost between two changes", function()
    local function cluster() return t.cluster({ pg1 = { role = "primary" }, pg2 = {} }):hooks "hooks/forgetful.lua" end
    says("after a crash following change 1 of %d, node.stop pg2: expected true, got false", function()
      t.sweep(cluster, "switchover", { node = "pg1", new_main = "pg2" }, function(c) assert.is_true(c.nodes.pg2.running) end)
    end)
  end)
end)

describe("standby.keep_wal", function()
  it("says it in the words of the version", function()
    for version, expected in pairs { [12] = { "wal_keep_segments", "4" }, [13] = { "wal_keep_size", "50MB" } } do
      local c = t.cluster({ pg1 = { role = "primary", version = version } }):hooks "hooks/keeper.lua"
      assert.equal("done", c:fire("switchover", { node = "pg1", new_main = "pg1" }).outcome)
      assert.equal(expected[2], c.nodes.pg1.settings[expected[1]])
    end
  end)
end)

describe("a hook that is wrong", function()
  local function run(event, fields)
    local c = t.cluster({ pg1 = { role = "primary", down = true }, pg2 = {} }):hooks "hooks/mistaken.lua"
    return c:run(event, fields)
  end

  it("has its own line when it returns what the event has no use for", function()
    assert.matches("^mistaken.lua:10: failover must return", run("failover", { node = "pg1", new_main = "pg2" }).error)
  end)

  it("cannot alert with a severity of its own, or count under any name", function()
    assert.matches('^mistaken.lua:5: us.alert: severity: expected info, warning or critical; got "warn"', run("standby_lost", { node = "pg2" }).error)
    assert.matches("^mistaken.lua:8: us.metric.gauge: a metric's name is a%-z, 0%-9 and _", run("switchover", { node = "pg1", new_main = "pg2" }).error)
  end)

  it("has no role that servers do not have", function()
    says("pg1.role: expected one of primary, standby", function() t.cluster { pg1 = { role = "primry" } } end)
  end)
end)

describe("c:fire of a failover", function()
  local nodes = { pg1 = { role = "primary" }, pg2 = {} }

  it("fences the old primary before it promotes, as the engine does", function()
    local c = t.cluster(nodes)
    assert.equal("done", c:fire("failover", { node = "pg1" }).outcome)
    assert.effects(c, { "node.stop pg1", "node.promote pg2" })
  end)

  it("goes on where fencing fails and is not required, and does not wait for it", function()
    local c = t.cluster(nodes):hang("node.stop", { on = "pg1" })
    assert.equal("done", c:fire("failover", { node = "pg1" }).outcome)
    assert.equal("pg2", c.primary.name)
    assert.is_true(c:virtual_time() < 1)
  end)

  it("promotes nothing where fencing fails and is required", function()
    local c = t.cluster(nodes):set("fencing", "required"):fail("node.stop", { error = "permission denied" })
    assert.matches("permission denied", c:fire("failover", { node = "pg1" }).error)
    assert.effects(c, { "node.stop pg1" })
    says("fencing is required or best_effort", function() c:set("fencing", "always") end)
  end)
end)
