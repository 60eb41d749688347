--- Carry the virtual address with the watchdog's leader. Replaces escalation.sh; uses if_up_cmd, if_down_cmd and arping_cmd.
local us     = require "understudy"
local legacy = require "understudy.legacy"

local hook = us.hook {
  name  = "understudy/vip",
  about = "Takes the virtual address when this member leads, and gives it up when it does not.",
  needs = { "run:ip", "run:arping", "peer:run" },
}

local defaults = {
  up     = "/usr/bin/sudo /sbin/ip addr add $_IP_$/24 dev eth0 label eth0:0",
  down   = "/usr/bin/sudo /sbin/ip addr del $_IP_$/24 dev eth0",
  arping = "/usr/bin/sudo /usr/sbin/arping -U $_IP_$ -w 1 -I eth0",
}

--- The argument behind an option of a command.
local function after(words, option)
  for at, word in ipairs(words) do if word == option then return words[at + 1] end end
end

local function held(address)
  local shown = us.run { "ip", "-json", "address", "show", "to", address, json = true, read = true }
  for _, link in ipairs(shown.json) do
    for _, entry in ipairs(link.addr_info or {}) do if entry["local"] == address then return true end end
  end
  return false
end

local function release_elsewhere(peers)
  local stuck = us.each(peers, { parallel = 8, timeout = "5s", keep_going = true }, function(peer)
    peer:hook "de_escalation"            -- the peer runs its own half; one that cannot be reached has lost quorum and let go already
  end)
  for _, failure in ipairs(stuck) do us.log.warn("a peer did not confirm that it let go", { peer = failure.item.name, error = failure.error }) end
end

--- Somebody who answers for the address is asked by ARP before it is taken.
local function refuse_duplicates(address, device)
  if not device then return end
  local probe = us.run { "arping", "-D", "-q", "-c", "2", "-I", device, address, as = "root", ok = { 0, 1 } }
  if probe.code == 1 and not held(address) then us.abort("%s is still answered by another host", address) end
end

function hook.escalation(ev)
  local address = ev.address
  if not address then return us.skip "delegate_ip is not set: there is no address to take" end
  local up = legacy.address_command(ev.if_up_cmd or defaults.up, address)
  local down = legacy.address_command(ev.if_down_cmd or defaults.down, address)
  us.step("release elsewhere", function() release_elsewhere(ev.peers) end)
  us.step("refuse duplicates", function() refuse_duplicates(address, after(up, "dev")) end)
  us.step("take", function()
    if not held(address) then us.run(up) end
  end, function()
    if held(address) then us.run(down) end
  end)
  us.step("announce", function() us.run(legacy.address_command(ev.arping_cmd or defaults.arping, address)) end)
  return us.done { address = address }
end

function hook.de_escalation(ev)
  local address = ev.address
  if not address then return us.skip "delegate_ip is not set: there is no address to give up" end
  us.step("release", function()
    if held(address) then us.run(legacy.address_command(ev.if_down_cmd or defaults.down, address)) end
  end)
  return us.done { address = address }
end

return hook
