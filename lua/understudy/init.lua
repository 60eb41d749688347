--- The library that hooks see: `local us = require "understudy"`.
---
--- Code reads as if it blocked: every call to the engine suspends the hook until the engine has done the work.
local engine, load_module = ...
local hooks    = load_module "understudy.internal.hooks"
local effects  = load_module "understudy.internal.effects"
local options  = load_module "understudy.internal.options"
local records  = load_module "understudy.internal.records"
local outcomes = load_module "understudy.internal.outcomes"
local bundled  = load_module "understudy.internal.bundled"

---@class us.OptionTypes
---@field number fun(default: number?): us.Option
---@field list fun(default: string|string[]|nil): us.Option texts
---@field node fun(default: string?): us.Option a node of the cluster, by its name
---@field secret fun(default: string?): us.Option the name of a secret
---@field duration fun(default: string|number|nil): us.Option seconds
---@field bytes fun(default: string|integer|nil): us.Option
---@field integer fun(default: integer?): us.Option
---@field string fun(default: string?): us.Option
---@field boolean fun(default: boolean?): us.Option
---@field one_of fun(choices: string[], default: string?): us.Option

---@class understudy
---@field api integer
---@field opt us.OptionTypes
---@field log us.Log
local us = { api = 1, opt = options.constructors }

local function fail(message, ...) engine.fail("code", message:format(...)) end

local function check_function(what, value)
  if type(value) ~= "function" then fail("%s takes a function; got a %s", what, type(value)) end
end

--- Declares the hook that this file defines: give it one function per event, and return it at the end of the file.
---@param header us.Header
---@return us.Hook
function us.hook(header) return hooks.new(header) end

--- The event is handled: later hooks are not asked. `info` goes to the event's record.
---@param info table?
---@return us.Outcome
function us.done(info) return outcomes.done(info) end

--- There is nothing to do for this event: later hooks are not asked.
---@param reason string
---@return us.Outcome
function us.skip(reason) return outcomes.skip(reason) end

--- The event is to be tried again `after` a while.
---@param after string|number a duration
---@param reason string
---@return us.Outcome
function us.retry(after, reason) return outcomes.retry(after, reason) end

--- No: for events that ask for consent. `retry` is when to ask again, `next` takes another candidate.
---@param reason string
---@param given { retry: string|number?, next: boolean? }?
---@return us.Outcome
function us.veto(reason, given) return outcomes.veto(reason, given) end

--- The handler that Understudy brings for an event: `return us.bundled "failover" (ev)`.
---@param event string
---@return fun(ev: us.Event, opt: table?): us.Outcome?
function us.bundled(event) return bundled.handler(event) end

--- Ends the event as failed, for a reason that is the hook's own; further arguments are for its `%s`.
---@param reason string
function us.abort(reason, ...)
  if type(reason) ~= "string" then fail("us.abort takes a reason, a text; got a %s", type(reason)) end
  engine.fail("aborted", select("#", ...) > 0 and reason:format(...) or reason)
end

local steps = {}

--- Runs `body` once per event: its result is recorded, and a hook that is run again after a crash is given the result.
---@async
---@generic T
---@param name string unique within the event
---@param body fun(): T
---@return T
function us.step(name, body, ...)
  if type(name) ~= "string" or name == "" then fail("us.step takes a name and a function; got a %s as name", type(name)) end
  check_function("us.step", body)
  if select("#", ...) > 0 then fail "us.step takes a name and a function; undo functions are not supported yet" end
  if steps[name] then fail('step "%s" was run at %s already: give each step its own name', name, steps[name]) end
  steps[name] = ("%s:%d"):format(engine.where())
  local begun = effects.call("us.step", "step.begin", name)
  if begun.is_finished then return begun.value end
  local previous = engine.step(name)
  local _ <close> = setmetatable({}, { __close = function() engine.step(previous) end })
  local value = body()
  effects.call("us.step", "step.end", name, value)
  return value
end

--- Tests `condition` at once, then every `every`, until it is true; an error when that takes longer than `limit`.
---@async
---@param limit string|number a duration
---@param condition fun(): any
---@param given { every: string|number }? 500ms
---@return any value what the condition returned
function us.wait_until(limit, condition, given)
  check_function("us.wait_until", condition)
  local patience, problem = options.read("duration", limit)
  if problem then fail("us.wait_until: %s", problem) end
  local pause = options.table("us.wait_until", { { name = "every", type = "duration" } }, given).every or 0.5
  local deadline = engine.now() + patience
  while true do
    local value = condition()
    if value then return value end
    local left = deadline - engine.now()
    if left <= 0 then engine.fail("environment", ("us.wait_until: the condition was not met within %g s"):format(patience)) end
    effects.call("us.wait_until", "sleep", math.min(pause, left))
  end
end

---@class us.Log
---@field debug fun(message: string, fields: table?)
---@field info fun(message: string, fields: table?)
---@field warn fun(message: string, fields: table?)
---@field error fun(message: string, fields: table?)
local log, levels = {}, { "debug", "info", "warn", "error" }
for _, level in ipairs(levels) do
  log[level] = function(message, fields)
    if fields ~= nil and type(fields) ~= "table" then fail("us.log.%s takes a text and a table of fields; got a %s", level, type(fields)) end
    engine.log(level, tostring(message), records.plain(fields or {}))
  end
end
us.log = records.new("us.log", levels, records.anchored(log))

return records.new("us", { "api", "opt", "log", "hook", "bundled", "done", "skip", "retry", "veto", "abort", "step", "wait_until" }, records.anchored(us))
