--- What a test lets the world answer: methods of its cluster.

--- SQL's NULL, in rows.
local null = setmetatable({}, { __name = "NULL", __tostring = function() return "NULL" end })

local answers = {}

--- What statements, commands and addresses answer: `["SELECT …"] = rows` (or a part of the statement), `["ip addr"] = "text"`,
--- `["GET http://…"] = { body = "…" }`, or functions that say so.
function answers.answers(cluster, list)
  for question, answer in pairs(list) do cluster.answered[question] = answer end
  return cluster
end

--- What was said to the whole text, else to the longest part of it.
local function find(cluster, text)
  if cluster.answered[text] ~= nil then return cluster.answered[text] end
  local best
  for question in pairs(cluster.answered) do
    if text:find(question, 1, true) and (not best or #question > #best) then best = question end
  end
  return best and cluster.answered[best]
end

local function column_names(rows)
  local found, seen = {}, {}
  for _, row in ipairs(rows) do
    for column in pairs(row) do
      if not seen[column] then seen[column], found[#found + 1] = true, column end
    end
  end
  table.sort(found)
  return found
end

--- The rows for a statement, as the daemon sends rows; nil when the test said nothing.
function answers.rows(cluster, text, parameters, node)
  local said = find(cluster, text)
  if type(said) == "function" then said = said(node, parameters) end
  if said == nil then return nil end
  local columns, rows = column_names(said), {}
  for at, row in ipairs(said) do
    rows[at] = {}
    for place, name in ipairs(columns) do
      if row[name] ~= null then rows[at][place] = row[name] end
    end
  end
  return { columns = columns, rows = rows, count = #rows, command = "SELECT " .. #rows }
end

return { methods = answers, null = null }
