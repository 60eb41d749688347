--- Brings a handler to where it stood, and undoes what it did.
---
--- The daemon answers its calls from the journal. Where the recording ends the handler is left where it is: it runs in a coroutine
--- that is not resumed again, so that no pcall of its own keeps it going.
local _, load_module = ...
local effects = load_module "understudy.internal.effects"
local steps   = load_module "understudy.internal.steps"

local undo = {}

--- What the daemon answers to a request of the handler's; nil where the recording ends.
local function answer(op, arguments)
  local ok, value = pcall(effects.call, "undo", op, arguments)
  if ok then return { value = value } end
  if type(value) ~= "table" then return { failed = { class = "code", message = tostring(value) } } end
  if value.class == "replay" then return nil end
  return { failed = { class = value.class, message = value.message } }
end

--- Runs the handler as far as it was recorded, then what it registered to undo it. Names what could not be undone.
---@async
function undo.run(handler, event, values)
  local body = coroutine.create(function() pcall(handler, event, values) end)
  local given
  repeat
    effects.task = body
    local _, op, arguments = coroutine.resume(body, given)
    effects.task = nil
    given = coroutine.status(body) == "suspended" and answer(op, arguments) or nil
  until not given
  return steps.undo_all()
end

return undo
