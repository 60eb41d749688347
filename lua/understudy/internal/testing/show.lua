--- Values as a failed test shows them: short, and the same every time.

--- Deeper than a reader follows, and more entries than he reads.
local deepest, most = 4, 20

local show

local function key_text(key)
  if type(key) == "string" and key:find "^[%a_][%w_]*$" then return key end
  return "[" .. show(key) .. "]"
end

local function show_table(value, depth)
  local parts, listed = {}, #value
  for at = 1, math.min(listed, most) do parts[at] = show(value[at], depth + 1) end
  local keys = {}
  for key in pairs(value) do
    if math.type(key) ~= "integer" or key < 1 or key > listed then keys[#keys + 1] = key end
  end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for _, key in ipairs(keys) do
    if #parts >= most then
      parts[#parts + 1] = "…"
      break
    end
    parts[#parts + 1] = ("%s = %s"):format(key_text(key), show(value[key], depth + 1))
  end
  return #parts == 0 and "{}" or "{ " .. table.concat(parts, ", ") .. " }"
end

function show(value, depth)
  depth = depth or 0
  if type(value) == "string" then return ("%q"):format(value):gsub("\\\n", "\\n") .. "" end
  if type(value) ~= "table" or depth > deepest then return tostring(value) end
  return show_table(value, depth)
end

return show
