--- What a handler may return, and how it reaches the engine.
local engine, load_module, request = ...
local names   = load_module "understudy.internal.names"
local nodes   = load_module "understudy.internal.nodes"
local options = load_module "understudy.internal.options"
local records = load_module "understudy.internal.records"

local outcomes = {}
local made = setmetatable({}, { __mode = "k" })

local function fail(message, ...) engine.fail("code", message:format(...)) end

local function make(values)
  local outcome = setmetatable({}, { __name = "outcome", __metatable = false })
  made[outcome] = values
  return outcome
end

local function check_reason(what, reason)
  if type(reason) ~= "string" or reason == "" then fail("%s takes a reason, a text; got %s", what, names.show(reason)) end
  return reason
end

local function duration(what, value)
  local read, problem = options.read("duration", value)
  if read == nil then fail("%s: %s", what, problem) end
  return read
end

--- The event is handled: no later hook is asked.
function outcomes.done(info)
  if info ~= nil and type(info) ~= "table" then fail("us.done takes a table of what was done, or nothing; got a %s", type(info)) end
  return make { outcome = "done", value = records.plain(info or {}) }
end

--- There is nothing to do, for a reason: no later hook is asked.
function outcomes.skip(reason) return make { outcome = "skipped", reason = check_reason("us.skip", reason) } end

--- The event is to be tried again, after a while.
function outcomes.retry(after, reason)
  return make { outcome = "retry", after = duration("us.retry", after), reason = check_reason("us.retry", reason) }
end

--- No: for `approve` events.
function outcomes.veto(reason, given)
  local read = options.table("us.veto", { { name = "retry", type = "duration" }, { name = "next", type = "boolean" } }, given)
  return make { outcome = "veto", reason = check_reason("us.veto", reason), retry = read.retry, next = read.next or false }
end

local function show(answer)
  if type(answer) == "string" then return ('the string "%s"'):format(answer:sub(1, 64)) end
  if type(answer) == "number" or type(answer) == "boolean" then return tostring(answer) end
  local outcome = made[answer]
  if outcome then return "us." .. (outcome.outcome == "skipped" and "skip" or outcome.outcome) end
  return nodes.id(answer) and "a node" or "a " .. type(answer)
end

--- The cure for a node's name where a node belongs.
local function node_hint(answer)
  for _, node in ipairs(request.event.cluster.nodes) do
    if node.name == answer then return (" (did you mean ev.cluster.nodes.%s?)"):format(answer) end
  end
  return ""
end

local function choice(value) return { outcome = "chosen", value = value } end

--- By what the event asks for: the answer's value, or nil and what was expected.
local choosers = {
  nodes = function(answer)
    if nodes.id(answer) then return choice { nodes.id(answer) } end
    local ids = {}
    for at, node in ipairs(type(answer) == "table" and not made[answer] and answer or {}) do
      if not nodes.id(node) then return nil, "a node, a list of nodes or nil" end
      ids[at] = nodes.id(node)
    end
    if #ids > 0 then return choice(ids) end
    return nil, "a node, a list of nodes or nil"
  end,
  words = function(answer, schema)
    for _, word in ipairs(schema.words) do if answer == word then return choice(word) end end
    return nil, '"' .. table.concat(schema.words, '", "') .. '" or nil'
  end,
  truth = function(answer)
    if type(answer) == "boolean" then return choice(answer) end
    return nil, "true, false or nil"
  end,
  node_or_group = function(answer)
    if type(answer) == "string" or nodes.id(answer) then return choice(nodes.id(answer) or answer) end
    return nil, "a node, the name of a group or nil"
  end,
}

local judges = {
  choose = function(answer, schema) return choosers[schema.answer](answer, schema) end,
  approve = function(answer)
    local outcome = made[answer]
    if outcome and outcome.outcome == "veto" then return outcome end
    return nil, 'us.veto "reason" or nil'
  end,
  ["do"] = function(answer)
    local outcome = made[answer]
    if outcome and outcome.outcome ~= "veto" then return outcome end
    return nil, "us.done{...}, us.skip, us.retry, or nothing to let the next hook go on"
  end,
  tell = function() return { outcome = "passed" } end,
}

--- Turns a handler's result into the engine's answer; what the event has no use for is a mistake.
function outcomes.judge(event, answer)
  if answer == nil then return { outcome = "passed" } end
  local schema = request.schema.events[event]
  local result, expected = judges[schema.kind](answer, schema)
  if result then return result end
  fail("%s must return %s; got %s%s", event, expected, show(answer), type(answer) == "string" and node_hint(answer) or "")
end

return outcomes
