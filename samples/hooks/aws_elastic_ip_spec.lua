local t = require "understudy.testing"

local function leader()
  return t.cluster { pg1 = { role = "primary" } }:hooks("aws_elastic_ip.lua"):set("hook.aws_elastic_ip.allocation", "eipalloc-1"):answers {
    ["PUT http://169.254.169.254/latest/api/token"] = { body = "token" },
    ["GET http://169.254.169.254/latest/meta-data/instance-id"] = { body = "i-42" },
  }
end

describe("aws_elastic_ip", function()
  it("associates the address with this instance", function()
    local said
    local c = leader():answers { aws = function(call)
      said = table.concat(call.argv, " ")
      return { stdout = "{}" }
    end }
    assert.equal("done", c:fire("escalation").outcome)
    assert.equal("aws ec2 associate-address --instance-id i-42 --allocation-id eipalloc-1 --allow-reassociation", said)
  end)

  it("fails when aws refuses, so that the engine tries again", function()
    local c = leader():answers { aws = { code = 255, stderr = "UnauthorizedOperation" } }
    local r = c:fire "escalation"
    assert.equal("failed", r.outcome)
    assert.matches("UnauthorizedOperation", r.error)
  end)

  it("leaves the address where it is when another member takes over", function()
    assert.equal("skipped", leader():fire("de_escalation").outcome)
  end)

  it("survives a crash anywhere", function()
    t.sweep(leader, "escalation", {}, function(_, r) assert.equal("done", r.outcome) end)
  end)
end)
