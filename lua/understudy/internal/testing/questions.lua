--- What a test's library asks the daemon's side, each question once: a sweep asks the same hundreds of times.
local engine = ...

--- What crosses to the daemon is nested no deeper.
local deepest = 32

local answers = {}

local function text_order(a, b) return tostring(a) < tostring(b) end

--- Pieces of a text that is the same for equal values, and for no others.
local function write(value, pieces, depth)
  if type(value) ~= "table" or depth > deepest then
    local kind = type(value)
    pieces[#pieces + 1] = (kind == "string" or kind == "number") and ("%q"):format(value) or tostring(value)
    return
  end
  local keys = {}
  for key in next, value do keys[#keys + 1] = key end
  table.sort(keys, text_order)
  pieces[#pieces + 1] = "{"
  for _, key in ipairs(keys) do
    write(key, pieces, depth + 1)
    pieces[#pieces + 1] = "="
    write(value[key], pieces, depth + 1)
    pieces[#pieces + 1] = ","
  end
  pieces[#pieces + 1] = "}"
end

--- The answer to `op` of these arguments. It belongs to all who ask: nobody changes it.
return function(op, arguments)
  local pieces = { op }
  write(arguments, pieces, 0)
  local key = table.concat(pieces)
  if answers[key] == nil then answers[key] = engine.call(op, arguments) end
  return answers[key]
end
