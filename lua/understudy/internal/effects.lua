--- The way from hook code to the engine, open only while a handler runs: one op name and one table of arguments.
local engine, load_module = ...
local records = load_module "understudy.internal.records"

local effects = {}
local allowed = false

function effects.allow() allowed = true end
function effects.forbid() allowed = false end

--- The coroutine that runs beside others now; nil outside of us.each and its like. Whoever runs it answers what it yields:
--- op, arguments, file and line of a call.
effects.task = nil

--- What the result of a planned command stands for: nobody can know it, so every use of it ends the plan.
local function unknown(marker)
  local file, line = engine.where()
  local function refuse()
    engine.fail("plan", ("the plan cannot be known past %s:%d: it depends on the output of `%s`; mark the call `read = true` or give `predict = {...}`")
      :format(file, line, marker.what))
  end
  local value = setmetatable({}, {
    __name = "unknown", __metatable = false, __index = refuse, __newindex = refuse, __call = refuse, __len = refuse, __concat = refuse, __pairs = refuse,
    __eq = refuse, __lt = refuse, __le = refuse, __add = refuse, __sub = refuse, __mul = refuse, __div = refuse, __mod = refuse, __unm = refuse,
    __tostring = function() return "unknown" end,
  })
  records.mark(value, { ["$unknown"] = marker })
  return value
end

--- Asks the engine and waits. `what` is how the hook's author calls it. Records among the arguments become what they stand for, unless
--- they are `exact`: then they are refused.
---@async
function effects.call(what, op, arguments, exact)
  if not allowed then
    engine.fail("code", what .. " was called while the file is loading: loading has no effects, call it in a handler")
  end
  local plain, answer = exact and arguments or records.plain(arguments or {}), nil
  if not effects.task then
    answer = engine.call(op, plain)
  elseif effects.task == coroutine.running() then
    local settled = coroutine.yield(op, plain, engine.where())
    if settled.failed then engine.fail(settled.failed.class, settled.failed.message) end
    answer = settled.value
  else
    engine.fail("code", what .. " cannot be called from a coroutine inside us.each, us.all, us.race or us.timeout: call it in the function itself")
  end
  if type(answer) == "table" and answer["$unknown"] then return unknown(answer["$unknown"]) end
  return answer
end

return effects
