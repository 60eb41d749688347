--- Functions that run beside one another: each in a coroutine, and every call that they wait for is under way at the same time.
---
--- The engine is asked with one op, `together`: which calls begin, which are given up, and for which of them it is to wait.
local engine, load_module = ...
local effects = load_module "understudy.internal.effects"

local tasks = {}
local last_id = 0

--- Runs the task on, until it asks for something or has ended.
local function advance(task, answer)
  local outer, step = effects.task, engine.step(task.step)
  effects.task = task.coroutine
  local result = table.pack(coroutine.resume(task.coroutine, answer))
  effects.task = outer
  task.step = engine.step(step)
  if coroutine.status(task.coroutine) == "dead" then
    task.ok, task.value, task.problem = result[1], result[2], not result[1] and result[2] or nil
    return nil
  end
  last_id = last_id + 1
  task.id = last_id
  return { id = task.id, op = result[2], arguments = result[3], file = result[4], line = result[5], step = task.step }
end

local function new(body, index, step) return { coroutine = coroutine.create(body), index = index, step = step } end

--- The name of the step that runs now.
local function current_step()
  local step = engine.step(nil)
  engine.step(step)
  return step
end

--- Runs `bodies`, at most `parallel` at once; `settled(task)` hears of each that ended and returns true when the rest is to be given up.
---@async
function tasks.run(what, bodies, parallel, settled)
  local running, begin, next_body, is_over, step = {}, {}, 1, false, current_step()

  local function heard(task, request)
    if request then
      running[task.id] = task
      begin[#begin + 1] = request
    elseif settled(task) then
      is_over = true
    end
  end

  local function fill()
    local count = 0
    for _ in pairs(running) do count = count + 1 end
    while not is_over and next_body <= #bodies and count < parallel do
      local task = new(bodies[next_body], next_body, step)
      next_body = next_body + 1
      heard(task, advance(task))
      if task.id then count = count + 1 end
    end
  end

  fill()
  while next(running) and not is_over do
    local wait = {}
    for id in pairs(running) do wait[#wait + 1] = id end
    table.sort(wait)
    local starting = begin
    begin = {}
    for _, finished in ipairs(effects.call(what, "together", { begin = starting, wait = wait, cancel = {} })) do
      local task = running[finished.id]
      running[finished.id], task.id = nil, nil
      if not is_over then heard(task, advance(task, finished)) end
    end
    fill()
  end
  local cancel = {}
  for id, task in pairs(running) do
    cancel[#cancel + 1] = id
    coroutine.close(task.coroutine)
  end
  table.sort(cancel)
  if #cancel > 0 then effects.call(what, "together", { begin = {}, wait = {}, cancel = cancel }) end
end

return tasks
