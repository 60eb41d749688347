--- The globals of hook code: Lua's libraries without what reaches outside, `require` for the given folders only, and
--- no new globals by accident.
local engine, load_module, request = ...
local names = load_module "understudy.internal.names"

local environment = {}

local function copy(library)
  local fresh = {}
  for name, value in next, library do fresh[name] = value end
  return fresh
end

local kept = { "assert", "error", "ipairs", "next", "pairs", "pcall", "xpcall", "select", "tonumber", "tostring", "type",
               "rawequal", "rawget", "rawlen", "rawset", "setmetatable", "getmetatable", "collectgarbage", "_VERSION" }
local libraries = { "string", "table", "math", "utf8", "coroutine", "os" }

--- Of one chunk: it is compiled in one go, and nothing can interrupt that.
local longest_chunk = 1 << 20

local function check_chunk(count)
  if count > longest_chunk then engine.fail("code", "load: a chunk is at most 1 MB") end
end

--- Text from a string or a function that gives pieces.
local function read_chunk(chunk)
  if type(chunk) == "string" then check_chunk(#chunk) end
  if type(chunk) ~= "function" then return chunk end
  local pieces, count = {}, 0
  while true do
    local piece = chunk()
    if piece == nil or piece == "" then return table.concat(pieces) end
    count = count + #piece
    check_chunk(count)
    pieces[#pieces + 1] = piece
  end
end

local function new_load(globals)
  return function(chunk, name, _, env)
    local text = read_chunk(chunk)
    if type(text) ~= "string" then engine.fail("code", ("load takes a text or a function; got a %s"):format(type(chunk))) end
    return engine.compile(text, "=(load " .. tostring(name or "chunk") .. ")", env or globals)
  end
end

--- Words of letters, digits and _, joined by dots.
local function is_module_name(name)
  return type(name) == "string" and name ~= "" and not name:find "[^%w_.]" and not ("." .. name .. "."):find "%.%."
end

--- Site modules first, then the library's public ones; each is run once, as its own file, with the hook's globals.
local function new_require(globals)
  local loaded = {}
  return function(name)
    if not is_module_name(name) then
      engine.fail("code", ("require: %s is no module name: expected words of letters, digits and _, joined by dots"):format(names.show(name)))
    end
    if loaded[name] == nil then
      local source = request.modules[name]
      if source then
        local chunk, problem = engine.compile(source.text, "@" .. source.chunk, globals)
        if not chunk then engine.fail("code", problem) end
        local module = chunk(name)
        loaded[name] = module == nil and true or module
      elseif request.library[name] and not name:find "^understudy%.internal" then
        loaded[name] = load_module(name)
      else
        local known = { "understudy" }
        for other in pairs(request.modules) do known[#known + 1] = other end
        table.sort(known)
        engine.fail("code", ("there is no module %s in lib/ or in Understudy's library%s"):format(names.show(name), names.suggestion(name, known)))
      end
    end
    return loaded[name]
  end
end

local function new_print()
  return function(...)
    local texts = table.pack(...)
    for at = 1, texts.n do texts[at] = tostring(texts[at]) end
    engine.log("info", table.concat(texts, "\t"), {})
  end
end

--- A table for one hook file and the modules it requires.
function environment.new()
  local globals = {}
  for _, name in ipairs(kept) do globals[name] = _G[name] end
  for _, name in ipairs(libraries) do globals[name] = copy(_G[name]) end
  globals._G, globals.load, globals.require, globals.print = globals, new_load(globals), new_require(globals), new_print()
  return setmetatable(globals, {
    __metatable = false,
    __newindex = function(_, name)
      engine.fail("code", ("assignment to undeclared global %s (did you forget 'local'?)"):format(names.show(name)))
    end,
  })
end

return environment
