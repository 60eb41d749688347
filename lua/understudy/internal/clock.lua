--- The time of hook code: it stands still between two answers of the engine, so that a replay sees the same.
local _, _, request = ...

local clock = {}

local began = request.clock and request.clock.at or 0
local present = began

--- What random numbers begin with; recorded, like the time.
clock.seed = request.clock and request.clock.seed or 0

--- Seconds since 1970, with a fraction.
function clock.now() return present end

--- Seconds since the handler began.
function clock.elapsed() return present - began end

--- The engine answered; `at` is its time. Never goes back.
function clock.set(at)
  if at and at > present then present = at end
end

return clock
