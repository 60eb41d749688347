--- Secrets as closed boxes: a hook can join them with texts and pass them on, and never sees what is in them.
local engine, load_module = ...
local records = load_module "understudy.internal.records"

local secrets = {}
local pieces_of = setmetatable({}, { __mode = "k" })

local closed

local function pieces(value)
  if pieces_of[value] then return pieces_of[value] end
  if type(value) == "string" or type(value) == "number" then return { tostring(value) } end
  engine.fail("code", ("a secret can be joined with texts and numbers; got a %s"):format(type(value)))
end

local function joined(a, b)
  local list = {}
  for _, piece in ipairs(pieces(a)) do list[#list + 1] = piece end
  for _, piece in ipairs(pieces(b)) do list[#list + 1] = piece end
  return closed(list)
end

--- What a person may read of a piece.
local function label(list)
  local words = {}
  for at, piece in ipairs(list) do words[at] = type(piece) == "string" and piece or piece.secret and ("<secret %s>"):format(piece.secret) or label(piece.of) end
  return table.concat(words)
end

--- A value that stands for the pieces joined: texts; `{ secret = name }`; `{ as = "json" | "base64" | "uri", of = pieces }`.
function closed(list)
  local value = setmetatable({}, {
    __name = "secret", __metatable = false, __concat = joined,
    __tostring = function() return label(list) end,
    __index = function() engine.fail("code", "a secret cannot be looked into: pass it to us.http, node:sql, or stdin and env of us.run") end,
    __newindex = function() engine.fail("code", "a secret cannot be changed") end,
  })
  pieces_of[value] = list
  records.mark(value, { ["$secret"] = list })
  return value
end

--- The secret of this name; the daemon opens it where it is used.
function secrets.named(name)
  if type(name) ~= "string" or not name:find "^[%w_]+$" then engine.fail("code", "us.secret takes the secret's name: letters, digits and _") end
  return closed { { secret = name } }
end

function secrets.is(value) return pieces_of[value] ~= nil end

--- The same in another writing, done where the secret is opened.
function secrets.written(as, value) return closed { { as = as, of = pieces(value) } } end

return secrets
