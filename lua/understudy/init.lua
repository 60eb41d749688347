--- The library that hooks see: `local us = require "understudy"`.
---
--- Code reads as if it blocked: every call to the engine suspends the hook until the engine has done the work.
local engine, load_module = ...
local hooks    = load_module "understudy.internal.hooks"
local effects  = load_module "understudy.internal.effects"
local options  = load_module "understudy.internal.options"
local records  = load_module "understudy.internal.records"
local outcomes = load_module "understudy.internal.outcomes"

---@class us.OptionTypes
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

--- Ends the event as failed, for a reason that is the hook's own.
---@param reason string
function us.abort(reason) engine.fail("aborted", tostring(reason)) end

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

return records.new("us", { "api", "opt", "log", "hook", "done", "abort", "step", "wait_until" }, records.anchored(us))
