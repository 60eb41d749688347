--- The library that hooks see: `local us = require "understudy"`.
---
--- Code reads as if it blocked: every call to the engine suspends the hook until the engine has done the work.
local engine, load_module, request = ...
local bindings  = load_module "understudy.internal.bindings"
local bundled   = load_module "understudy.internal.bundled"
local encodings = load_module "understudy.internal.encodings"
local flow      = load_module "understudy.internal.flow"
local hooks     = load_module "understudy.internal.hooks"
local json      = load_module "understudy.internal.json"
local locks     = load_module "understudy.internal.locks"
local options   = load_module "understudy.internal.options"
local outcomes  = load_module "understudy.internal.outcomes"
local records   = load_module "understudy.internal.records"
local secrets   = load_module "understudy.internal.secrets"
local steps     = load_module "understudy.internal.steps"

local us = { api = 1, opt = options.constructors }

local function fail(message, ...) engine.fail("code", message:format(...)) end

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

--- Seconds until the event's budget ends.
---@return number
function us.remaining() return math.max(0, (request.event.values.deadline or engine.now()) - engine.now()) end

--- A secret by its name: closed, and opened by the engine where it is used.
---@param name string
function us.secret(name) return secrets.named(name) end

local log, levels = {}, { "debug", "info", "warn", "error" }
for _, level in ipairs(levels) do
  log[level] = function(message, fields)
    if fields ~= nil and type(fields) ~= "table" then fail("us.log.%s takes a text and a table of fields; got a %s", level, type(fields)) end
    engine.log(level, tostring(message), records.plain(fields or {}))
  end
end
us.log = records.new("us.log", levels, records.anchored(log))

us.step, us.undo, us.once = steps.step, steps.undo, steps.once
for name, call in pairs(flow) do us[name] = call end
us.lock = locks.lock
us.run, us.alert = bindings.of "run", bindings.of "alert"

--- The cluster as it is now.
---@async
---@return us.Cluster
function us.cluster() return load_module("understudy.internal.events").cluster(bindings.of "cluster" ()) end

local function library(name, members)
  local known = {}
  for member in pairs(members) do known[#known + 1] = member end
  table.sort(known)
  return records.new("us." .. name, known, records.anchored(members))
end

us.json = library("json", { encode = json.encode, decode = json.decode })
us.null, us.array = json.null, json.array
for _, name in ipairs { "base64", "hex", "uri", "lsn" } do us[name] = library(name, encodings[name]) end
for _, name in ipairs { "sha256", "conninfo", "ident", "bytes", "seconds", "human" } do us[name] = encodings[name] end

us.http, us.fs, us.engine, us.metric = bindings.group "http", bindings.group "fs", bindings.group "engine", bindings.group "metric"
us.kv = bindings.group("kv", { shared = function(name) return locks.shared(name) end })

local fields = {}
for name in pairs(us) do fields[#fields + 1] = name end
table.sort(fields)
return records.new("us", fields, records.anchored(us))
