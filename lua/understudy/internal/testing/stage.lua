--- A hook process, played: the library begins afresh and runs one handler, as the daemon would have it run.
local engine, load_module, request = ...
local failures = load_module "understudy.internal.testing.failures"

local stage = {}

--- Has the `os` of a hook's globals tell the test's time.
local function tell_time(cluster, globals)
  local clock, began = rawget(globals, "os"), cluster.clock
  if not clock then return end
  local time, date = os.time, os.date
  clock.time = function(fields) return fields == nil and math.floor(cluster.clock) or time(fields) end
  clock.date = function(format, at) return date(format or "%c", at or math.floor(cluster.clock)) end
  clock.clock = function() return cluster.clock - began end
end

--- Has what a hook prints shown beside its tests, as well as logged.
local function show_prints(globals, seen)
  local log = not seen[globals] and rawget(globals, "print")
  if not log then return end
  seen[globals] = true
  globals.print = function(...)
    log(...)
    request.print(...)
  end
end

--- What the library of the handler is given for the primitives of CLuaBridge.
local function primitives(host)
  local cluster, step, seen = host.cluster, nil, {}
  local fake = {}
  function fake.call(op, arguments)
    if not coroutine.isyieldable() then
      engine.fail("code", op .. " cannot be called from inside a table.sort comparator, gsub callback or metamethod")
    end
    return host:call(op, arguments)
  end
  function fake.log(level, message, fields) cluster:log(level, message, fields) end
  function fake.now() return cluster.clock end
  function fake.step(name)
    local before = step
    step = name
    return before
  end
  function fake.compile(text, name, env)
    if env == _G then return request.compile { text = text, chunk = name:sub(2) } end
    tell_time(cluster, env)
    show_prints(env, seen)
    return engine.compile(text, name, env)
  end
  return setmetatable(fake, { __index = engine })
end

--- `task` is "run" or "undo"; `sent` is what the daemon would send for the hook, `loaded` what it has of all hooks. The report's value, or nil
--- and the fault.
function stage.run(task, sent, event, loaded, host)
  local whole = {
    event = event, modules = loaded.modules, bundled = { [event.name] = loaded.bundled[event.name] }, schema = request.schema, library = request.library,
    clock = { at = host.context.began, seed = 1 },
  }
  for key, value in pairs(sent) do whole[key] = value end
  whole.task = task
  -- A stack of its own, as in the daemon: what is wrong with a hook has a line of the hook's, not of the test that fired the event.
  local ok, report = pcall(coroutine.wrap(request.compile(request.library["understudy.internal.boot"])), primitives(host), whole)
  if ok then return report.value end
  local message, file, line, class = failures.parts(report)
  return nil, { message = message, file = file, line = line, class = class or "code" }
end

return stage
