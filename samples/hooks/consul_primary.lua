--- Tell Consul where the primary is, in the order of epochs, so that a late writer can never win.
local us = require "understudy"

local hook = us.hook {
  name    = "consul_primary",
  about   = "Writes the primary's address to a key of Consul's.",
  needs   = { "http:consul.internal", "secret:consul_token" },
  options = { url = us.opt.string "http://consul.internal:8500", key = us.opt.string "pg/primary" },
}

function hook.failover_finished(ev, opt)
  if not ev.new_primary then return end
  local url = opt.url .. "/v1/kv/" .. opt.key
  local headers = { ["X-Consul-Token"] = us.secret "consul_token" }
  us.retrying({ attempts = 5, first = "200ms" }, function()
    local now = us.http.get(url, { headers = headers, ok = { 200, 404 } }).json
    local cas = now and now[1].ModifyIndex or 0
    if now and us.json.decode(us.base64.decode(now[1].Value)).epoch >= ev.epoch then return end
    local put = us.http.put(url .. "?cas=" .. cas, { headers = headers, json = { host = ev.new_primary.host, port = ev.new_primary.port, epoch = ev.epoch } })
    if put.body ~= "true" then error "consul: somebody else wrote in between" end
  end)
end

return hook
