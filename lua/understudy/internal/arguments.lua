--- Arguments of host functions, read by their declarations: what is wrong with one is said before the engine is asked.
local engine, load_module = ...
local names   = load_module "understudy.internal.names"
local options = load_module "understudy.internal.options"
local records = load_module "understudy.internal.records"
local secrets = load_module "understudy.internal.secrets"

local arguments = {}

local function fail(message, ...) engine.fail("code", message:format(...)) end

--- A text, or something that reads as one; secrets stay closed.
local function text(value)
  if type(value) == "string" or secrets.is(value) then return value end
  if type(value) == "number" or type(value) == "boolean" then return tostring(value) end
end

local function texts(value)
  if type(value) ~= "table" or secrets.is(value) then return nil end
  local read = {}
  for key, item in pairs(value) do
    read[key] = text(item)
    if type(key) ~= "string" or read[key] == nil then return nil end
  end
  return read
end

local function list(value, item_of)
  if type(value) ~= "table" or secrets.is(value) then return nil end
  local read = {}
  for at, item in ipairs(value) do
    read[at] = item_of(item)
    if read[at] == nil then return nil end
  end
  return read
end

--- Types beside those of us.opt: what is expected, and how a value is read; nil is "not of this type".
local types = {
  text = { expected = "a text", read = text },
  texts = { expected = "a table of texts by name", read = texts },
  strings = { expected = "a list of texts", read = function(value) return list(value, text) end },
  integers = { expected = "a list of whole numbers", read = function(value) return list(value, function(item) return math.tointeger(item) end) end },
  number = { expected = "a number", read = function(value) return type(value) == "number" and value or nil end },
  value = { expected = "a value", read = function(value) return records.plain(value) end },
  node = { expected = "a node", read = function(value) return arguments.node_id(value) end },
}

--- Set by the module that makes nodes: a node's id, nil for anything else.
function arguments.node_id() return nil end

function arguments.read(label, parameter, value)
  local own = types[parameter.type]
  local read, problem
  if own then
    read = own.read(value)
    if read == nil then problem = ("expected %s; got %s"):format(own.expected, type(value) == "table" and "a table" or names.show(value)) end
  else
    read, problem = options.read(parameter.type, value)
  end
  if problem then fail("%s: %s: %s", label, parameter.name, problem) end
  return read
end

local function read_named(label, declared, given, into)
  local known, remaining = {}, {}
  if given ~= nil and (type(given) ~= "table" or secrets.is(given)) then fail("%s takes a table of options; got a %s", label, type(given)) end
  for key, value in pairs(given or {}) do remaining[key] = value end
  for _, option in ipairs(declared) do
    known[#known + 1] = option.name
    if remaining[option.name] ~= nil then into[option.name] = arguments.read(label, option, remaining[option.name]) end
    remaining[option.name] = nil
  end
  local extra = next(remaining)
  if extra ~= nil then fail("%s has no option %s%s", label, names.show(extra), names.suggestion(extra, known)) end
end

--- `f { argv…, option = … }`: the list is the arguments vector, the rest are options.
local function read_vector(label, host, given)
  if type(given) ~= "table" then
    fail('%s takes a table: the program, its arguments, and options, as in { "ls", "-l", timeout = "5s" }; got a %s', label, type(given))
  end
  local named, vector, read = {}, {}, {}
  for at, value in ipairs(given) do
    if secrets.is(value) then fail("%s: a secret cannot be an argument: every user of the host can see those; pass it in stdin or env", label) end
    vector[at] = text(value) or fail("%s: argument %d is a %s: expected a text", label, at, type(value))
  end
  for key, value in pairs(given) do if math.type(key) ~= "integer" then named[key] = value end end
  if #vector == 0 then fail("%s: the program is missing", label) end
  read_named(label, host.options, named, read)
  read.argv = vector
  return read
end

--- `f(text, …)` or `f { text, …, option = … }`: the text, and parameters of which each may be nil.
local function read_statement(label, host, ...)
  local given, read, parameters = table.pack(...), {}, {}
  if type(given[1]) == "table" and not secrets.is(given[1]) then
    local named, highest = {}, 0
    for key, value in pairs(given[1]) do
      if math.type(key) == "integer" then highest = math.max(highest, key) else named[key] = value end
    end
    read_named(label, host.options, named, read)
    given = table.move(given[1], 1, highest, 1, { n = highest })
  end
  if type(given[1]) ~= "string" and not secrets.is(given[1]) then
    fail("%s: text: expected a text; got %s", label, type(given[1]) == "table" and "a table" or names.show(given[1]))
  end
  read.text = given[1]
  for at = 2, given.n do parameters[at - 1] = { value = records.plain(given[at]) } end
  read.parameters = parameters
  return read
end

--- By position, then one table of options where the function has some.
local function read_positional(label, host, ...)
  local count, given, read = select("#", ...), { ... }, {}
  local most = #host.parameters + (#host.options > 0 and 1 or 0)
  if count > most then fail("%s takes %d %s; got %d", label, most, most == 1 and "argument" or "arguments", count) end
  for at, parameter in ipairs(host.parameters) do
    if given[at] ~= nil or not parameter.is_optional then read[parameter.name] = arguments.read(label, parameter, given[at]) end
  end
  if #host.options > 0 then read_named(label, host.options, given[#host.parameters + 1], read) end
  return read
end

local styles = { positional = read_positional, vector = read_vector, statement = read_statement }

--- The table of arguments for a call, from what the hook's author wrote.
function arguments.of(label, host, ...) return styles[host.style](label, host, ...) end

return arguments
