--- What a failed test says, and what its reader wants to know beside it.
local failures = {}

local last_failed, crash_count = nil, 0

--- A test begins.
function failures.begin() last_failed, crash_count = nil, 0 end

--- A crash was survived, or not.
function failures.crashed() crash_count = crash_count + 1 end
function failures.crashes() return crash_count end

--- An event ended: its failure is said beside a failed test's.
function failures.note(result)
  last_failed = result.outcome == "failed" and ("%s failed: %s"):format(result.event, result.error) or nil
end

--- The parts of what was raised: a text, and where it is known file and line.
function failures.parts(problem)
  if type(problem) == "table" and rawget(problem, "message") then
    return problem.message, rawget(problem, "file"), rawget(problem, "line"), rawget(problem, "class")
  end
  local text = type(problem) == "string" and problem or "an error was raised that is no text"
  local file, line, rest = text:match "^([^:\n]+):(%d+): (.*)$"
  if file then return rest, file, math.tointeger(tonumber(line)) end
  return text
end

--- A sentence, file and line.
function failures.describe(problem)
  local message, file, line = failures.parts(problem)
  if last_failed and not message:find(last_failed, 1, true) then message = message .. "\n(" .. last_failed .. ")" end
  return message, file, line
end

return failures
