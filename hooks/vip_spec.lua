local t = require "understudy.testing"

local address = "192.0.2.50"
local show = "ip -json address show to " .. address
local fields = { address = address }

--- A host whose address is added and removed by `ip`; `duplicate` answers for it elsewhere.
local function host(duplicate)
  local c = t.cluster { pg1 = { role = "primary" } }
  c.commands = {}
  return c:answers {
    [show] = function()
      return { stdout = c.held and ('[{}, {"ifname": "eth0", "addr_info": [{"local": "%s", "prefixlen": 24}]}]'):format(address) or "[{}]" }
    end,
    ip = function(call)
      c.commands[#c.commands + 1] = table.concat(call.argv, " ")
      c.held = call.argv[3] == "add"
    end,
    arping = function(call) return { code = call.argv[2] == "-D" and duplicate and 1 or 0 } end,
  }
end

describe("escalation", function()
  it("takes the address with pgpool's own command, as root", function()
    local c = host()
    assert.equal("done", c:fire("escalation", fields).outcome)
    assert.is_true(c.held)
    assert.same({ "ip addr add 192.0.2.50/24 dev eth0 label eth0:0" }, c.commands)
    assert.effects(c, { "run arping", "run ip", "run arping" })
  end)

  it("uses the commands that the configuration names", function()
    local c = host()
    c:fire("escalation", { address = address, if_up_cmd = "/usr/bin/sudo -n /sbin/ip addr add $_IP_$/28 dev bond0" })
    assert.same({ "ip addr add 192.0.2.50/28 dev bond0" }, c.commands)
  end)

  it("refuses an address that another host still answers for", function()
    local c = host(true)
    local r = c:fire("escalation", fields)
    assert.matches("192.0.2.50 is still answered by another host", r.error)
    assert.is_falsy(c.held)
  end)

  it("adds nothing when it has the address already", function()
    local c = host()
    c.held = true
    assert.equal("done", c:fire("escalation", fields).outcome)
    assert.same({}, c.commands)
  end)

  it("gives the address up again when it cannot announce it", function()
    local c = host():answers { arping = function(call) return { code = call.argv[2] == "-D" and 0 or 2 } end }
    assert.equal("failed", c:fire("escalation", fields).outcome)
    assert.is_false(c.held)
  end)

  it("has nothing to do without an address", function()
    assert.equal("skipped", host():fire("escalation").outcome)
  end)

  it("survives a crash anywhere", function()
    t.sweep(host, "escalation", fields, function(c, r)
      assert.equal("done", r.outcome)
      assert.is_true(c.held)
    end)
  end)
end)

describe("de_escalation", function()
  it("gives the address up", function()
    local c = host()
    c.held = true
    assert.equal("done", c:fire("de_escalation", fields).outcome)
    assert.is_false(c.held)
  end)

  it("is content when the address is gone", function()
    local c = host()
    assert.equal("done", c:fire("de_escalation", fields).outcome)
    assert.same({}, c.commands)
  end)

  it("survives a crash anywhere", function()
    local function holding()
      local c = host()
      c.held = true
      return c
    end
    t.sweep(holding, "de_escalation", fields, function(c, r)
      assert.equal("done", r.outcome)
      assert.is_false(c.held)
    end)
  end)
end)
