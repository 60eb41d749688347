--- What a handler may return, and how it reaches the engine.
local engine, load_module = ...
local records = load_module "understudy.internal.records"

local outcomes = {}
local made = setmetatable({}, { __mode = "k" })

---@class us.Outcome

--- The event is handled: no later hook is asked.
function outcomes.done(info)
  if info ~= nil and type(info) ~= "table" then
    engine.fail("code", ("us.done takes a table of what was done, or nothing; got a %s"):format(type(info)))
  end
  local outcome = setmetatable({}, { __name = "outcome", __metatable = false })
  made[outcome] = { outcome = "done", value = records.plain(info or {}) }
  return outcome
end

--- Turns a handler's result into the engine's answer; anything but an outcome or nothing is a mistake.
function outcomes.judge(event, answer)
  if answer == nil then return { outcome = "passed" } end
  if made[answer] then return made[answer] end
  local got = type(answer) == "string" and ('the text "%s"'):format(answer) or "a " .. type(answer)
  engine.fail("code", ("%s must return us.done{...}, or nothing to let the next hook go on; got %s"):format(event, got))
end

return outcomes
