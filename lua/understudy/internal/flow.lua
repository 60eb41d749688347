--- Waiting, repeating, and doing several things at once.
local engine, load_module = ...
local effects = load_module "understudy.internal.effects"
local options = load_module "understudy.internal.options"
local tasks   = load_module "understudy.internal.tasks"

local flow = {}

local function fail(message, ...) engine.fail("code", message:format(...)) end

local function check_function(what, value)
  if type(value) ~= "function" then fail("%s takes a function; got a %s", what, type(value)) end
end

local function duration(what, value)
  local seconds, problem = options.read("duration", value)
  if problem then fail("%s: %s", what, problem) end
  return seconds
end

--- Waits.
---@async
---@param length string|number a duration
function flow.sleep(length) effects.call("us.sleep", "sleep", { seconds = duration("us.sleep", length) }) end

--- Tests `condition` at once, then every `every`, until it is true; an error when that takes longer than `limit`.
---@async
---@param limit string|number a duration
---@param condition fun(): any
---@param given { every: string|number }? 500ms
---@return any value what the condition returned
function flow.wait_until(limit, condition, given)
  check_function("us.wait_until", condition)
  local patience = duration("us.wait_until", limit)
  local pause = options.table("us.wait_until", { { name = "every", type = "duration" } }, given).every or 0.5
  local deadline = engine.now() + patience
  while true do
    local value = condition()
    if value then return value end
    local left = deadline - engine.now()
    if left <= 0 then engine.fail("environment", ("us.wait_until: the condition was not met within %g s"):format(patience)) end
    effects.call("us.wait_until", "sleep", { seconds = math.min(pause, left) })
  end
end

local retry_options = {
  { name = "attempts", type = "integer" }, { name = "first", type = "duration" }, { name = "factor", type = "integer" }, { name = "max", type = "duration" },
}

--- Runs `body` until it succeeds: at most `attempts` times (3), after pauses of `first` (1s), times `factor` (2) each, at most `max` (30s).
---@async
---@param given { attempts: integer?, first: string|number?, factor: integer?, max: string|number? }
---@param body fun(): any
function flow.retrying(given, body)
  check_function("us.retrying", body)
  local how = options.table("us.retrying", retry_options, given)
  local attempts, pause = how.attempts or 3, how.first or 1
  for attempt = 1, attempts do
    local result = table.pack(pcall(body))
    if result[1] then return table.unpack(result, 2, result.n) end
    if attempt == attempts then error(result[2], 0) end
    effects.call("us.retrying", "sleep", { seconds = pause })
    pause = math.min(pause * (how.factor or 2), how.max or 30)
  end
  fail("us.retrying: attempts must be at least 1; got %d", attempts)
end

--- Ends with an error when `body` takes longer than `limit`.
---@async
---@param limit string|number a duration
---@param body fun(): any
function flow.timeout(limit, body)
  check_function("us.timeout", body)
  local patience, first = duration("us.timeout", limit), nil
  local sleeper = function() effects.call("us.timeout", "sleep", { seconds = patience }) end
  tasks.run("us.timeout", { body, sleeper }, 2, function(task)
    first = task
    return true
  end)
  if first.problem then error(first.problem, 0) end
  if first.index == 2 then engine.fail("environment", ("us.timeout: not finished within %g s"):format(patience)) end
  return first.value
end

local function check_list(what, list)
  if type(list) ~= "table" then fail("%s takes a list of functions; got a %s", what, type(list)) end
  for at, body in ipairs(list) do
    if type(body) ~= "function" then fail("%s: item %d is a %s: expected a function", what, at, type(body)) end
  end
end

--- Runs functions beside one another and returns their results in order; the first error ends the others.
---@async
---@param list (fun(): any)[]
---@return any[]
function flow.all(list)
  check_list("us.all", list)
  local results, problem = {}, nil
  tasks.run("us.all", list, math.max(1, #list), function(task)
    results[task.index], problem = task.value, task.problem
    return task.problem ~= nil
  end)
  if problem then error(problem, 0) end
  return results
end

--- Runs functions beside one another and returns what the first to end returned; the others are given up.
---@async
---@param list (fun(): any)[]
function flow.race(list)
  check_list("us.race", list)
  if #list == 0 then fail "us.race: the list is empty" end
  local first
  tasks.run("us.race", list, #list, function(task)
    first = task
    return true
  end)
  if first.problem then error(first.problem, 0) end
  return first.value
end

local each_options = { { name = "parallel", type = "integer" }, { name = "timeout", type = "duration" }, { name = "keep_going", type = "boolean" } }

--- Runs `body(item)` for every item, `parallel` (1) at once, each for at most `timeout`. Returns the failures, each with `item` and
--- `error`; without `keep_going` the first failure is raised and ends the others.
---@async
---@param list any[]
---@param given { parallel: integer?, timeout: string|number?, keep_going: boolean? }
---@param body fun(item: any)
---@return { item: any, error: string }[]
function flow.each(list, given, body)
  check_function("us.each", body)
  local how = options.table("us.each", each_options, given)
  local bodies, failures, problem = {}, {}, nil
  for _, item in ipairs(list) do
    bodies[#bodies + 1] = function()
      if how.timeout then return flow.timeout(how.timeout, function() body(item) end) end
      body(item)
    end
  end
  tasks.run("us.each", bodies, math.max(1, how.parallel or 1), function(task)
    if task.problem == nil then return false end
    failures[#failures + 1] = { item = list[task.index], error = tostring(task.problem) }
    problem = problem or task.problem
    return not how.keep_going
  end)
  if problem and not how.keep_going then error(problem, 0) end
  return failures
end

--- Calls `body` and says whether it went well: true and its results, or false and what is wrong.
---@param body fun(...): any
function flow.try(body, ...)
  check_function("us.try", body)
  return pcall(body, ...)
end

--- Says how far the work is, from 0 to 1; long events that say nothing for long are ended.
---@async
---@param fraction number
---@param text string?
function flow.progress(fraction, text)
  if type(fraction) ~= "number" or fraction < 0 or fraction > 1 then fail("us.progress takes a fraction from 0 to 1; got %s", tostring(fraction)) end
  effects.call("us.progress", "progress", { fraction = fraction, text = text and tostring(text) })
end

--- Seconds since 1970.
---@return number
function flow.now() return engine.now() end

--- Runs `body` as a named part of the event; the trace shows how long it took.
---@async
---@param name string
---@param body fun(): any
function flow.span(name, body)
  check_function("us.span", body)
  effects.call("us.span", "span.begin", { name = tostring(name) })
  local result = table.pack(pcall(body))
  effects.call("us.span", "span.end", { name = tostring(name) })
  if not result[1] then error(result[2], 0) end
  return table.unpack(result, 2, result.n)
end

return flow
