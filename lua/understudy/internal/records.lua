--- Strict, read-only tables: a misspelt field is an error with a suggestion, never nil.
local engine, load_module = ...
local names = load_module "understudy.internal.names"

local records = {}

--- What a record stands for when it leaves Lua: a node is its name, anything else its fields.
local plain_of = setmetatable({}, { __mode = "k" })

local function refuse_assignment(label)
  return function(_, key)
    engine.fail("code", ("%s is read-only: it has no use for %s"):format(label, names.show(key)))
  end
end

--- Every function of `functions` behind `engine.anchor`: an error in it has the caller's line, whatever way it is called.
function records.anchored(functions)
  local result = {}
  for name, value in next, functions do result[name] = type(value) == "function" and engine.anchor(value) or value end
  return result
end

--- `fields` lists every name the record knows, also those that are nil in `values`; no method has the name of one.
---@param label string how it is called in messages
---@param fields string[]
---@param values table
---@param methods table<string, function>?
---@param plain any? what stands for it outside; its values when nil
function records.new(label, fields, values, methods, plain)
  local declared, known = {}, {}
  for _, name in ipairs(fields) do declared[name] = true known[#known + 1] = name end
  for name in pairs(methods or {}) do known[#known + 1] = name end
  table.sort(known)
  local proxy = setmetatable({}, {
    __name = label,
    __metatable = false,
    __tostring = function() return label end,
    __newindex = refuse_assignment(label),
    __index = function(_, key)
      local value = values[key]
      if value == nil and methods then value = methods[key] end
      if value == nil and not declared[key] then
        engine.fail("code", ("%s has no %s%s"):format(label, names.show(key), names.suggestion(key, known)))
      end
      return value
    end,
    __pairs = function()
      local at = 0
      return function()
        repeat at = at + 1 until fields[at] == nil or values[fields[at]] ~= nil
        return fields[at], values[fields[at]]
      end
    end,
  })
  plain_of[proxy] = plain or values
  return proxy
end

--- What stands for `value` outside of Lua.
function records.mark(value, plain) plain_of[value] = plain end

--- A read-only list; `extra` are fields beside the items.
function records.list(label, items, extra)
  local proxy = setmetatable({}, {
    __name = label,
    __metatable = false,
    __newindex = refuse_assignment(label),
    __len = function() return #items end,
    __index = function(_, key)
      if math.type(key) == "integer" then return items[key] end
      if extra and extra[key] ~= nil then return extra[key] end
      engine.fail("code", ("%s has no %s"):format(label, names.show(key)))
    end,
    __pairs = function() return ipairs(items) end,
  })
  plain_of[proxy] = items
  return proxy
end

--- Deeper than anything a person writes; CLuaBridge refuses what is nested more.
local deepest = 32

--- A copy in which records are replaced by what they stand for.
function records.plain(value, depth)
  depth = depth or 0
  local source = plain_of[value] or value
  if type(source) ~= "table" or depth > deepest then return source end
  local copy = {}
  for key, item in next, source do copy[key] = records.plain(item, depth + 1) end
  return copy
end

return records
