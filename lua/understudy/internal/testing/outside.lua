--- What tests have instead of the world: programs, files, HTTP, other members, each answered by what the test said.
local engine = ...

local calls = {}

local function fail(message, ...) engine.fail("environment", message:format(...)) end

--- What the test said, or what a function that it gave says.
local function answered(answer, ...)
  if type(answer) == "function" then return answer(...) end
  return answer
end

--- An address, with the names of secrets in place of what they are.
local function address_text(url)
  if type(url) == "string" then return url end
  local pieces = {}
  for at, piece in ipairs(url["$secret"]) do pieces[at] = type(piece) == "string" and piece or piece.secret or "…" end
  return table.concat(pieces)
end

--- A command: by the whole line, by its program, else it ends well and says nothing.
local function run(cluster, a)
  local line = table.concat(a.argv, " ")
  local said = cluster.answered[line]
  if said == nil then said = cluster.answered[a.argv[1]] end
  local answer = answered(said, a)
  if type(answer) == "string" then answer = { stdout = answer } end
  answer = answer or {}
  local result = { code = answer.code or 0, stdout = answer.stdout or "", stderr = answer.stderr or "", took = answer.took or 0 }
  local allowed = a.ok or { 0 }
  for _, code in ipairs(allowed) do if code == result.code then return result end end
  fail("`%s` ended with code %d%s", line, result.code, result.stderr ~= "" and ": " .. result.stderr or "")
end

calls.run = run
calls["node.run"] = function(cluster, a) return run(cluster, a) end
calls["peer.run"] = function(cluster, a) return run(cluster, a) end
calls["peer.ping"] = function() return true end
calls["peer.hook"] = function() return { outcome = "done" } end

for _, method in ipairs { "get", "put", "post", "delete" } do
  calls["http." .. method] = function(cluster, a)
    local address = address_text(a.url)
    local said = cluster.answered[method:upper() .. " " .. address]
    if said == nil then said = cluster.answered[address] end
    local answer = answered(said, a) or {}
    local result = { status = answer.status or 200, headers = answer.headers or {}, body = answer.body or "" }
    if not a.ok and result.status // 100 == 2 then return result end
    for _, status in ipairs(a.ok or {}) do if status == result.status then return result end end
    fail("%s %s answered %d", method:upper(), address, result.status)
  end
end

calls["fs.read"] = function(cluster, a) return cluster.files[a.path] or fail("%s: no such file or directory", a.path) end
calls["fs.exists"] = function(cluster, a) return cluster.files[a.path] ~= nil end
calls["fs.stat"] = function(cluster, a) return cluster.files[a.path] and { size = #cluster.files[a.path], kind = "file" } end
calls["fs.write"] = function(cluster, a) cluster.files[a.path] = a.text end
calls["fs.mkdir"] = function() end
calls["fs.remove"] = function(cluster, a) cluster.files[a.path] = nil end
calls["fs.list"] = function(cluster, a)
  local found = {}
  for path in pairs(cluster.files) do
    local name = path:match("^" .. a.path:gsub("%p", "%%%0"):gsub("/*$", "") .. "/([^/]+)$")
    if name then found[#found + 1] = name end
  end
  table.sort(found)
  return found
end

return { calls = calls, address_text = address_text }
