--- `assert`, as busted's tests write it: `assert.equal`, `assert.is_true`, `assert.are_not.same`, `assert.has_error` …, and `assert.effects`.
local engine, load_module = ...
local names    = load_module "understudy.internal.names"
local show     = load_module "understudy.internal.testing.show"
local failures = load_module "understudy.internal.testing.failures"

local asserts = {}

local function same(a, b, seen)
  if a == b then return true end
  if type(a) ~= "table" or type(b) ~= "table" then return false end
  if seen[a] == b then return true end
  seen[a] = b
  for key, value in pairs(a) do if not same(value, b[key], seen) then return false end end
  for key in pairs(b) do if a[key] == nil then return false end end
  return true
end

--- What a function raises: whether, and as a text.
local function raised(body)
  local ok, problem = pcall(body)
  return not ok, not ok and (failures.parts(problem))
end

local function is_of(type_name)
  return function(value) return type(value) == type_name, ("a %s, got %s"):format(type_name, show(value)) end
end

--- Every assertion: whether it holds, what was expected, and where that reads badly what was expected of its opposite.
local checks = {
  equal = function(expected, actual) return expected == actual, ("%s, got %s"):format(show(expected), show(actual)) end,
  same = function(expected, actual) return same(expected, actual, {}), ("%s, got %s"):format(show(expected), show(actual)) end,
  truthy = function(value) return not not value, "something true, got " .. show(value) end,
  falsy = function(value) return not value, "nil or false, got " .. show(value) end,
  ["true"] = function(value) return value == true, "true, got " .. show(value) end,
  ["false"] = function(value) return value == false, "false, got " .. show(value) end,
  ["nil"] = function(value) return value == nil, "nil, got " .. show(value) end,
  near = function(expected, actual, tolerance)
    return math.abs(expected - actual) <= tolerance, ("%s ± %s, got %s"):format(show(expected), show(tolerance), show(actual))
  end,
  matches = function(pattern, text)
    return type(text) == "string" and text:find(pattern) ~= nil, ("a text like %s, got %s"):format(show(pattern), show(text))
  end,
  error = function(body, expected)
    local failed, message = raised(body)
    if not failed then return false, "an error, but there was none" end
    return expected == nil or message == expected, ("the error %s, got %s"):format(show(expected), show(message)), "no error, got " .. show(message)
  end,
  error_matches = function(body, pattern)
    local failed, message = raised(body)
    return failed and message:find(pattern) ~= nil, ("an error like %s, got %s"):format(show(pattern), failed and show(message) or "none")
  end,
  effects = function(cluster, expected)
    local found = cluster.effects
    return same(expected, found, {}), ("the effects\n  %s\ngot\n  %s"):format(table.concat(expected, "\n  "), table.concat(found, "\n  "))
  end,
}
for _, name in ipairs { "table", "string", "number", "boolean", "function" } do checks[name] = is_of(name) end
checks.equals, checks.errors, checks.match = checks.equal, checks.error, checks.matches

local fillers = { is = true, are = true, was = true, has = true, have = true, does = true }
local negations = { no = true, ["not"] = true }

local function call(check, is_negated, ...)
  local holds, expectation, opposite = check(...)
  if holds ~= is_negated then return ... end
  engine.fail("assertion", "expected " .. (is_negated and (opposite or "other than " .. expectation) or expectation))
end

local chain

--- `is_not_nil`: filler words, negations, and the assertion; without an assertion, more words may follow after a dot.
local function read(key, is_negated)
  local rest = key
  while rest ~= "" do
    if checks[rest] then
      local check = checks[rest]
      return function(...) return call(check, is_negated, ...) end
    end
    local word, more = rest:match "^(%a+)_?(.*)$"
    if negations[word] then is_negated = not is_negated elseif not fillers[word] then break end
    rest = more
  end
  if rest == "" then return chain(is_negated) end
  local known = {}
  for name in pairs(checks) do known[#known + 1] = name end
  table.sort(known)
  engine.fail("code", ("assert has no %s%s"):format(names.show(key), names.suggestion(rest, known)))
end

function chain(is_negated)
  return setmetatable({}, {
    __index = function(_, key) return read(key, is_negated) end,
    __call = function(_, value, message)
      if (not value) == is_negated then return value, message end
      engine.fail("assertion", message ~= nil and tostring(message) or "expected something true, got " .. show(value))
    end,
  })
end

function asserts.new() return chain(false) end

return asserts
