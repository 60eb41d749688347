--- JSON (RFC 8259) in plain Lua, so that a hook's data crosses no boundary to be read.
local engine, load_module = ...
local secrets = load_module "understudy.internal.secrets"

local json = {}

--- JSON's null, which a Lua table cannot hold as nil.
json.null = setmetatable({}, { __name = "null", __metatable = false, __tostring = function() return "null" end })

local arrays = setmetatable({}, { __mode = "k" })

--- Marks a table as a list, so that an empty one is [] and not {}.
function json.array(list)
  arrays[list] = true
  return list
end

--- Deeper than data is; a table that contains itself ends here too.
local deepest = 64

local function fail(message, ...) engine.fail("code", message:format(...)) end

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function quoted(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return escapes[c] or ("\\u%04x"):format(c:byte()) end) .. '"'
end

local function number(value)
  if math.type(value) == "integer" then return tostring(value) end
  if value ~= value or value == math.huge or value == -math.huge then fail("JSON has no number %s", tostring(value)) end
  local short = ("%.15g"):format(value)
  return tonumber(short) == value and short or ("%.17g"):format(value)
end

--- 1…n without gaps; nil where a key is something else.
local function length(value)
  local count = 0
  for key in pairs(value) do
    if math.type(key) ~= "integer" then return nil end
    count = count + 1
  end
  return count == #value and count or nil
end

local write

local function write_list(value, count, out, depth)
  out[#out + 1] = "["
  for at = 1, count do
    if at > 1 then out[#out + 1] = "," end
    write(value[at], out, depth)
  end
  out[#out + 1] = "]"
end

local function write_map(value, out, depth)
  local keys = {}
  for key in pairs(value) do
    if type(key) ~= "string" then fail("a JSON object's keys are texts; got a %s", type(key)) end
    keys[#keys + 1] = key
  end
  table.sort(keys)
  out[#out + 1] = "{"
  for at, key in ipairs(keys) do
    out[#out + 1] = (at > 1 and "," or "") .. quoted(key) .. ":"
    write(value[key], out, depth)
  end
  out[#out + 1] = "}"
end

function write(value, out, depth)
  if depth > deepest then fail("JSON is not nested more than %d deep here; does the table contain itself?", deepest) end
  local kind = type(value)
  if value == nil or value == json.null then out[#out + 1] = "null"
  elseif kind == "boolean" then out[#out + 1] = tostring(value)
  elseif kind == "number" then out[#out + 1] = number(value)
  elseif kind == "string" then out[#out + 1] = quoted(value)
  elseif secrets.is(value) then
    out[#out + 1] = '"'
    out[#out + 1] = secrets.written("json", value)
    out[#out + 1] = '"'
  elseif kind == "table" then
    local count = length(value)
    if count and (count > 0 or arrays[value]) then write_list(value, count, out, depth + 1) else write_map(value, out, depth + 1) end
  else fail("a %s cannot be written as JSON", kind) end
end

--- A value as JSON; with a secret in it the text is a secret too.
function json.encode(value)
  local out, has_secret = {}, false
  write(value, out, 0)
  for _, piece in ipairs(out) do has_secret = has_secret or type(piece) ~= "string" end
  if not has_secret then return table.concat(out) end
  local text = ""
  for _, piece in ipairs(out) do text = text .. piece end
  return text
end

local unescapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }

local function skip(text, at) return text:find("[^ \t\r\n]", at) or #text + 1 end

local function malformed(text, at, expected)
  local line = 1
  for _ in text:sub(1, at):gmatch "\n" do line = line + 1 end
  error({ json = ("JSON, line %d: expected %s; got %s"):format(line, expected, at > #text and "the end" or ("%q"):format(text:sub(at, at + 15))) }, 0)
end

local function read_unicode(text, at)
  local code = tonumber(text:match("^%x%x%x%x", at) or malformed(text, at, "four hexadecimal digits"), 16)
  if code < 0xD800 or code > 0xDFFF then return code, at + 4 end
  local low = code < 0xDC00 and text:match("^\\u(%x%x%x%x)", at + 4)
  low = low and tonumber(low, 16)
  if not low or low < 0xDC00 or low > 0xDFFF then malformed(text, at, "a pair of surrogates") end
  return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00), at + 10
end

local function read_text(text, at)
  local parts, from = {}, at + 1
  while true do
    local stop = text:find('["\\%c]', from) or malformed(text, #text + 1, "the end of a text")
    parts[#parts + 1] = text:sub(from, stop - 1)
    local c = text:sub(stop, stop)
    if c == '"' then return table.concat(parts), stop + 1 end
    if c ~= "\\" then malformed(text, stop, "a text without control characters") end
    local escape = text:sub(stop + 1, stop + 1)
    if escape == "u" then
      local code
      code, from = read_unicode(text, stop + 2)
      parts[#parts + 1] = utf8.char(code)
    else
      parts[#parts + 1] = unescapes[escape] or malformed(text, stop, "an escape that JSON knows")
      from = stop + 2
    end
  end
end

local read

local function read_list(text, at, depth)
  local list = json.array {}
  at = skip(text, at + 1)
  if text:sub(at, at) == "]" then return list, at + 1 end
  while true do
    list[#list + 1], at = read(text, at, depth)
    at = skip(text, at)
    local c = text:sub(at, at)
    if c == "]" then return list, at + 1 end
    if c ~= "," then malformed(text, at, "a comma or ]") end
    at = skip(text, at + 1)
  end
end

local function read_map(text, at, depth)
  local map = {}
  at = skip(text, at + 1)
  if text:sub(at, at) == "}" then return map, at + 1 end
  while true do
    local key
    if text:sub(at, at) ~= '"' then malformed(text, at, "a name in quotes") end
    key, at = read_text(text, at)
    at = skip(text, at)
    if text:sub(at, at) ~= ":" then malformed(text, at, "a colon") end
    map[key], at = read(text, skip(text, at + 1), depth)
    at = skip(text, at)
    local c = text:sub(at, at)
    if c == "}" then return map, at + 1 end
    if c ~= "," then malformed(text, at, "a comma or }") end
    at = skip(text, at + 1)
  end
end

local words = { ["true"] = true, ["false"] = false, null = json.null }

function read(text, at, depth)
  if depth > deepest then malformed(text, at, "nothing nested this deep") end
  local c = text:sub(at, at)
  if c == "{" then return read_map(text, at, depth + 1) end
  if c == "[" then return read_list(text, at, depth + 1) end
  if c == '"' then return read_text(text, at) end
  local word = text:match("^%l+", at)
  if word and words[word] ~= nil then return words[word], at + #word end
  local digits = text:match("^-?%d+%.?%d*[eE]?[-+]?%d*", at)
  if not digits or not tonumber(digits) or digits:find "^-?0%d" or digits:find "%.$" or digits:find "%.[eE]" then malformed(text, at, "a value") end
  return math.tointeger(tonumber(digits)) and not digits:find "[.eE]" and math.tointeger(tonumber(digits)) or tonumber(digits), at + #digits
end

--- Reads JSON; a null is us.null inside of lists and tables.
function json.decode(text)
  if type(text) ~= "string" then fail("us.json.decode takes a text; got a %s", type(text)) end
  local ok, value, at = pcall(read, text, skip(text, 1), 0)
  if ok and skip(text, at) <= #text then ok, value = pcall(malformed, text, skip(text, at), "the end") end
  if ok then return value end
  if type(value) == "table" and value.json then engine.fail("environment", value.json) end
  error(value, 0)
end

--- The value, or nil where the text is no JSON.
function json.quietly(text)
  if not text:find "^%s*[%[{\"%dtfn-]" then return nil end
  local ok, value = pcall(json.decode, text)
  if ok then return value end
end

return json
