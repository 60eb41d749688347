--- Host functions as Lua functions, made from their declarations: `http.get` becomes `us.http.get`.
local engine, load_module, request = ...
local arguments = load_module "understudy.internal.arguments"
local effects   = load_module "understudy.internal.effects"
local json      = load_module "understudy.internal.json"
local records   = load_module "understudy.internal.records"

local bindings = {}

--- Rows come as columns and lists of values; they leave as strict records.
local function rows(answer)
  local items = {}
  for at, row in ipairs(answer.rows) do
    local values = {}
    for column, name in ipairs(answer.columns) do values[name] = row[column] end
    items[at] = records.new("row", answer.columns, values)
  end
  return records.list("rows", items, { columns = answer.columns, count = answer.count, command = answer.command })
end

--- Has `on_line` hear the lines of a program while it runs; its result. What was only foreseen has all its lines at once.
---@async
local function follow(label, answer, on_line)
  while answer.running do
    local ok, problem = true, nil
    for _, line in ipairs(answer.lines) do
      ok, problem = pcall(on_line, line)
      if not ok then break end
    end
    answer = effects.call(label, "run.lines", { command = answer.running, ends = not ok })
    if not ok then error(problem, 0) end
    if not answer.running then return answer end
  end
  for line in (answer.stdout .. answer.stderr):gmatch "[^\n]+" do on_line(line) end
  return answer
end

--- A command's result; `on_line` hears each line of its output and its errors, and `json = true` reads it.
local function command(answer, given, label)
  if given.on_line ~= nil then answer = follow(label, answer, given.on_line) end
  if given.json then answer.json = json.decode(answer.stdout) end
  return records.new("result of a command", { "code", "stdout", "stderr", "took", "json" }, answer)
end

local function response(answer)
  answer.json = json.quietly(answer.body)
  return records.new("HTTP response", { "status", "headers", "body", "json" }, answer)
end

local makers = { rows = rows, command = command, response = response }

--- `json = value` becomes the body, with its header.
local function with_json(given)
  if type(given) ~= "table" or given.json == nil then return given end
  local copy, headers = {}, {}
  for key, value in pairs(given) do copy[key] = value end
  if copy.body ~= nil then engine.fail("code", "an HTTP request has json = or body =, not both") end
  for name, value in pairs(copy.headers or {}) do headers[name] = value end
  headers["Content-Type"] = headers["Content-Type"] or "application/json"
  copy.body, copy.json, copy.headers = json.encode(given.json), nil, headers
  return copy
end

--- What of a command's table is for this side only.
local function without_local(label, given)
  if type(given) ~= "table" then return given end
  if given.on_line ~= nil and type(given.on_line) ~= "function" then
    engine.fail("code", ("%s: on_line: expected a function; got a %s"):format(label, type(given.on_line)))
  end
  local copy = {}
  for key, value in pairs(given) do if key ~= "on_line" and key ~= "json" then copy[key] = value end end
  return copy
end

--- Calls a host function as its author wrote it; `more` are arguments that the author does not write.
---@async
function bindings.call(label, host, more, ...)
  local first, second = ...
  local given
  if host.returns == "response" then
    given = arguments.of(label, host, first, with_json(second))
  elseif host.returns == "command" then
    given = arguments.of(label, host, without_local(label, first))
    if first.on_line ~= nil then given.follow = true end
  else
    given = arguments.of(label, host, ...)
  end
  for name, value in pairs(more) do given[name] = value end
  local answer = effects.call(label, host.op, given)
  local make = makers[host.returns]
  if make and answer ~= nil and tostring(answer) ~= "unknown" then return make(answer, type(first) == "table" and first or {}, label) end
  return answer
end

local functions, declared, none = {}, {}, {}
for _, host in ipairs(request.schema.host) do
  local label = "us." .. host.op
  declared[host.op] = host
  functions[host.op] = function(...) return bindings.call(label, host, none, ...) end
end

--- Calls an op with arguments that its author does not write.
---@async
function bindings.within(op, more, ...) return bindings.call("us." .. op, declared[op], more, ...) end

--- The function of an op; it must be declared.
function bindings.of(op) return functions[op] or error("no host function is declared as " .. op) end

--- Every function of a group as a record: `us.kv`, `us.http`.
function bindings.group(group, more)
  local members, known = {}, {}
  for name, value in pairs(more or {}) do members[name] = value end
  for op, call in pairs(functions) do
    local name = op:match("^" .. group .. "%.([%w_]+)$")
    if name then members[name] = call end
  end
  for name in pairs(members) do known[#known + 1] = name end
  table.sort(known)
  return records.new("us." .. group, known, records.anchored(members))
end

return bindings
