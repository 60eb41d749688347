--- Which known name a misspelt one was meant to be.
local names = {}

--- Insertions, deletions, replacements and swaps of neighbours between two words.
local function distance(a, b)
  local before, last = {}, {}
  for j = 0, #b do last[j] = j end
  for i = 1, #a do
    local row = { [0] = i }
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      row[j] = math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
      if i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j) then
        row[j] = math.min(row[j], before[j - 2] + 1)
      end
    end
    before, last = last, row
  end
  return last[#b]
end

--- Names longer than this are nobody's slip of the finger, and comparing them would take long.
local longest = 64

---@param word string
---@param known string[]
---@return string? nearest nil when none is near enough to be meant
function names.nearest(word, known)
  if #word > longest then return nil end
  local best, least = nil, math.max(2, #word // 3) + 1
  for _, name in ipairs(known) do
    local d = distance(word, name)
    if d < least then best, least = name, d end
  end
  return best
end

--- The keys of a table that are texts, in order.
---@return string[]
function names.keys(map)
  local keys = {}
  for key in pairs(map) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

--- The end of a sentence that says a name is unknown.
function names.suggestion(word, known)
  local near = type(word) == "string" and names.nearest(word, known)
  return near and ('; did you mean "%s"?'):format(near) or ""
end

--- How a key reads in a message.
function names.show(key)
  return type(key) == "string" and ('"%s"'):format(key:sub(1, longest)) or tostring(key)
end

return names
