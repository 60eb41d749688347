--- The words that tests are written in, busted's: `describe`, `it`, `before_each`, `after_each`, `pending`.
local engine, load_module = ...
local failures = load_module "understudy.internal.testing.failures"

local specs = {}

--- A group of tests, as `describe` opens it.
local function new_group(name, parent) return { name = name, parent = parent, tests = {}, before = {}, after = {} } end

local root = new_group ""
local open = root
local is_running = false

local function check(word, name, body)
  if type(name) ~= "string" or type(body) ~= "function" then
    engine.fail("code", ("%s takes a text and a function; got a %s and a %s"):format(word, type(name), type(body)))
  end
  if is_running then engine.fail("code", word .. " stands in the file or in a describe, not in a test") end
end

local function setter(word, list)
  return function(body)
    if type(body) ~= "function" then engine.fail("code", ("%s takes a function; got a %s"):format(word, type(body))) end
    local bodies = open[list]
    bodies[#bodies + 1] = body
  end
end

specs.words = {
  describe = function(name, body)
    check("describe", name, body)
    open = new_group(name, open)
    body()
    open = open.parent
  end,
  it = function(name, body)
    check("it", name, body)
    root.tests[#root.tests + 1] = { name = name, body = body, group = open }
  end,
  pending = function() end,
  before_each = setter("before_each", "before"),
  after_each = setter("after_each", "after"),
}

--- `describe`s from the outermost to the test's own.
local function groups(test)
  local list, group = {}, test.group
  while group do
    table.insert(list, 1, group)
    group = group.parent
  end
  return list
end

local function full_name(test)
  local words = {}
  for _, group in ipairs(groups(test)) do if group.name ~= "" then words[#words + 1] = group.name end end
  words[#words + 1] = test.name
  return table.concat(words, " ")
end

--- The preparations from the outermost, the test, and what follows it, from the innermost, also when it failed.
local function perform(test)
  local around = groups(test)
  local ok, problem = pcall(function()
    for _, group in ipairs(around) do for _, body in ipairs(group.before) do body() end end
    test.body()
  end)
  for at = #around, 1, -1 do
    for _, body in ipairs(around[at].after) do
      local cleared, why = pcall(body)
      if ok and not cleared then ok, problem = false, why end
    end
  end
  return ok, problem
end

--- Runs every test; what came of each.
function specs.run()
  local results = {}
  is_running = true
  for at, test in ipairs(root.tests) do
    failures.begin()
    -- Should the test end this process, the daemon knows which one it was.
    engine.call("test.begin", { name = full_name(test), before = results[at - 1] })
    local ok, problem = perform(test)
    local result = { name = full_name(test), crashes = failures.crashes() }
    if not ok then result.failure, result.file, result.line = failures.describe(problem) end
    results[at] = result
  end
  return results
end

return specs
