--- The way from hook code to the engine, open only while a handler runs.
local engine = ...

local effects = {}
local allowed = false

function effects.allow() allowed = true end
function effects.forbid() allowed = false end

--- Asks the engine and waits. `what` is how the hook's author calls it.
---@async
function effects.call(what, op, ...)
  if not allowed then
    engine.fail("code", what .. " was called while the file is loading: loading has no effects, call it in a handler")
  end
  return engine.call(op, ...)
end

return effects
