--- The first chunk of a sandbox that runs a file of tests: the library as hooks have it, and the words that tests are written in.
local engine, request = ...

local chunks = {}

--- Compiles a chunk of the library once: every handler that a test fires begins a library of its own.
local function compile(source)
  chunks[source.chunk] = chunks[source.chunk] or assert(engine.compile(source.text, "@" .. source.chunk, _G))
  return chunks[source.chunk]
end

local modules = {}

local function load_module(name)
  if modules[name] == nil then
    local source = request.library[name] or error("the library has no module " .. name)
    modules[name] = compile(source)(engine, load_module, request)
  end
  return modules[name]
end

request.compile = compile
--- Every host function by its name, and their names.
request.ops, request.op_names = {}, {}
for at, declared in ipairs(request.schema.host) do request.ops[declared.op], request.op_names[at] = declared, declared.op end

local environment = load_module "understudy.internal.environment"
local specs       = load_module "understudy.internal.testing.specs"
local asserts     = load_module "understudy.internal.testing.asserts"

local globals = environment.new()
request.print = rawget(globals, "print")
for name, word in pairs(specs.words) do rawset(globals, name, word) end
rawset(globals, "assert", asserts.new())

local chunk, problem = engine.compile(request.source.text, "@" .. request.source.chunk, globals)
if not chunk then engine.fail("code", problem) end
engine.handling(chunk)
chunk()
return { kind = "done", value = specs.run() }
