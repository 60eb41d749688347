--- Keep an Elastic IP on the watchdog's leader. Replaces aws_eip_if_cmd.sh.
local us = require "understudy"

local hook = us.hook {
  name     = "aws_elastic_ip",
  about    = "Associates an Elastic IP with the leader's instance.",
  replaces = "understudy/vip",
  needs    = { "run:aws", "http:169.254.169.254" },
  options  = { allocation = us.opt.string() },
}

local function my_instance()
  local metadata = "http://169.254.169.254/latest/"
  local token = us.http.put(metadata .. "api/token", { headers = { ["X-aws-ec2-metadata-token-ttl-seconds"] = "60" } }).body
  return us.http.get(metadata .. "meta-data/instance-id", { headers = { ["X-aws-ec2-metadata-token"] = token } }).body
end

function hook.escalation(_, opt)
  us.step("associate", function()
    us.run { "aws", "ec2", "associate-address", "--instance-id", my_instance(), "--allocation-id", opt.allocation,
             "--allow-reassociation", timeout = "10s", retries = 1 }
  end)
  return us.done { allocation = opt.allocation }
end

function hook.de_escalation() return us.skip "the next leader takes the address by itself" end

return hook
