--- The first chunk of every sandbox: looks into a hook file, or runs one of its handlers.
---
--- `engine` are the primitives of CLuaBridge's host.c. `request` is what the daemon sent: `task`, `library` (the
--- modules of this folder by name), `schema` (events and host functions), `source` (the hook file), `settings`, `event`.
local engine, request = ...

local modules = {}

--- The library's own `require`: modules are given `engine` and this function.
local function load_module(name)
  if modules[name] == nil then
    local source = request.library[name] or error("the library has no module " .. name)
    modules[name] = assert(engine.compile(source.text, "@" .. source.chunk, _G))(engine, load_module, request)
  end
  return modules[name]
end

local environment = load_module "understudy.internal.environment"
local hooks       = load_module "understudy.internal.hooks"
local options     = load_module "understudy.internal.options"
local events      = load_module "understudy.internal.events"
local effects     = load_module "understudy.internal.effects"
local outcomes    = load_module "understudy.internal.outcomes"

--- Runs the file's main chunk and returns what it defines.
local function open(source)
  local chunk, problem = engine.compile(source.text, "@" .. source.chunk, environment.new())
  if not chunk then engine.fail("code", problem) end
  engine.handling(chunk)
  return hooks.definition(chunk()) or engine.fail("code", "the file must end with `return hook`, the object that us.hook made")
end

local function inspect()
  local definition = open(request.source)
  local _, problems = options.values(definition, request.settings)
  return hooks.report(definition, problems)
end

--- The hook's handler for the event, with what it is given.
local function prepared()
  local definition = open(request.source)
  local values, problems = options.values(definition, request.settings)
  if problems[1] then engine.fail("code", problems[1].message) end
  local handler = definition.handlers[request.event.name]
  local event = events.new(request.event)
  engine.handling(handler)
  effects.allow()
  return handler, event, values
end

local function run()
  local handler, event, values = prepared()
  local answer = handler(event, values)
  effects.forbid()
  return outcomes.judge(request.event.name, answer)
end

--- Brings the handler to where it stood (the daemon answers from the journal, then refuses), and undoes what it did.
local function undo()
  local handler, event, values = prepared()
  return { failures = load_module "understudy.internal.undo".run(handler, event, values) }
end

return { kind = "done", value = ({ inspect = inspect, run = run, undo = undo })[request.task]() }
