--- base64, hexadecimal, SHA-256 and percent-encoding; units, quoting and WAL positions.
local engine, load_module = ...
local options = load_module "understudy.internal.options"
local secrets = load_module "understudy.internal.secrets"

local encodings = {}

local function fail(message, ...) engine.fail("code", message:format(...)) end

local function text_of(label, value)
  if type(value) ~= "string" then fail("%s takes a text; got a %s", label, type(value)) end
  return value
end

local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local sixes = {}
for at = 1, 64 do sixes[alphabet:byte(at)] = at - 1 end

local base64 = {}

--- RFC 4648; of a secret, a secret.
function base64.encode(text)
  if secrets.is(text) then return secrets.written("base64", text) end
  local out = {}
  for at = 1, #text_of("us.base64.encode", text), 3 do
    local a, b, c = text:byte(at, at + 2)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    for place = 0, 3 do
      local six = bits >> (18 - 6 * place) & 63
      out[#out + 1] = (place == 2 and not b or place == 3 and not c) and "=" or alphabet:sub(six + 1, six + 1)
    end
  end
  return table.concat(out)
end

function base64.decode(text)
  local out, bits, count = {}, 0, 0
  for at = 1, #text_of("us.base64.decode", text) do
    local byte = text:byte(at)
    if sixes[byte] then
      bits, count = (bits << 6 | sixes[byte]) & 0xFFFFFF, count + 6
      if count >= 8 then
        count = count - 8
        out[#out + 1] = string.char(bits >> count & 255)
      end
    elseif not text:find("^[=%s]", at) then
      engine.fail("environment", ("us.base64.decode: byte %d is none of base64's"):format(at))
    end
  end
  return table.concat(out)
end
encodings.base64 = base64

encodings.hex = {
  encode = function(text) return (text_of("us.hex.encode", text):gsub(".", function(c) return ("%02x"):format(c:byte()) end)) end,
  decode = function(text)
    if #text_of("us.hex.decode", text) % 2 == 1 or text:find "%X" then engine.fail("environment", "us.hex.decode: expected pairs of hexadecimal digits") end
    return (text:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
  end,
}

encodings.uri = {
  encode = function(text)
    if secrets.is(text) then return secrets.written("uri", text) end
    return (text_of("us.uri.encode", text):gsub("[^%w%-._~]", function(c) return ("%%%02X"):format(c:byte()) end))
  end,
  decode = function(text) return (text_of("us.uri.decode", text):gsub("%%(%x%x)", function(pair) return string.char(tonumber(pair, 16)) end)) end,
}

--- FIPS 180-4: the first 32 bits of the fractional parts of the roots of the first primes.
local function roots(count, power)
  local found, candidate = {}, 2
  while #found < count do
    local is_prime = true
    for divisor = 2, candidate // 2 do if candidate % divisor == 0 then is_prime = false break end end
    if is_prime then found[#found + 1] = math.floor((candidate ^ power % 1) * 2 ^ 32) end
    candidate = candidate + 1
  end
  return found
end

local function rotate(x, n) return (x >> n | x << (32 - n)) & 0xFFFFFFFF end

local function compress(state, block, constants)
  local w = { string.unpack(">I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4I4", block) }
  for t = 17, 64 do
    local a, b = w[t - 15], w[t - 2]
    w[t] = w[t - 16] + (rotate(a, 7) ~ rotate(a, 18) ~ a >> 3) + w[t - 7] + (rotate(b, 17) ~ rotate(b, 19) ~ b >> 10) & 0xFFFFFFFF
  end
  local a, b, c, d, e, f, g, h = table.unpack(state)
  for t = 1, 64 do
    local first = h + (rotate(e, 6) ~ rotate(e, 11) ~ rotate(e, 25)) + (e & f ~ ~e & g) + constants[t] + w[t]
    local second = (rotate(a, 2) ~ rotate(a, 13) ~ rotate(a, 22)) + (a & b ~ a & c ~ b & c)
    h, g, f, e, d, c, b, a = g, f, e, d + first & 0xFFFFFFFF, c, b, a, first + second & 0xFFFFFFFF
  end
  for at, value in ipairs { a, b, c, d, e, f, g, h } do state[at] = state[at] + value & 0xFFFFFFFF end
end

--- The SHA-256 of a text, in hexadecimal digits.
function encodings.sha256(text)
  local padded = text_of("us.sha256", text) .. "\128" .. ("\0"):rep(-(#text + 9) % 64) .. string.pack(">I8", #text * 8)
  local state, constants = roots(8, 1 / 2), roots(64, 1 / 3)
  for at = 1, #padded, 64 do compress(state, padded:sub(at, at + 63), constants) end
  return ("%08x"):rep(8):format(table.unpack(state))
end

--- A libpq connection string; every value is quoted by libpq's own rules.
function encodings.conninfo(values)
  local keys, out = {}, {}
  for key in pairs(values) do keys[#keys + 1] = key end
  table.sort(keys)
  for at, key in ipairs(keys) do out[at] = key .. "='" .. tostring(values[key]):gsub("[\\']", "\\%0") .. "'" end
  return table.concat(out, " ")
end

--- A name as SQL takes it, in double quotes.
function encodings.ident(name)
  if text_of("us.ident", name):find "\0" or name == "" then fail "us.ident: a name has at least one character and no NUL" end
  return '"' .. name:gsub('"', '""') .. '"'
end

local function reader(label, kind)
  return function(value)
    local read, problem = options.read(kind, value)
    if problem then fail("%s: %s", label, problem) end
    return read
  end
end
encodings.bytes, encodings.seconds = reader("us.bytes", "bytes"), reader("us.seconds", "duration")

--- A number of bytes for people: `9.0 MB`.
function encodings.human(bytes)
  local units, at = { "bytes", "kB", "MB", "GB", "TB" }, 1
  while math.abs(bytes) >= 1024 and at < #units do bytes, at = bytes / 1024, at + 1 end
  return (at == 1 and "%d %s" or "%.1f %s"):format(bytes, units[at])
end

--- Positions are numbers of bytes; people write `16/B374D848`.
encodings.lsn = {
  parse = function(text)
    local high, low = text_of("us.lsn.parse", text):match "^(%x+)/(%x+)$"
    if not high or #high > 8 or #low > 8 then fail('us.lsn.parse: expected a position such as "16/B374D848"; got "%s"', text) end
    return tonumber(high, 16) << 32 | tonumber(low, 16)
  end,
  format = function(position) return ("%X/%X"):format(position >> 32, position & 0xFFFFFFFF) end,
  diff = function(a, b) return a - b end,
}

return encodings
