--- The daemon's memory of an event, as tests have it: finished steps, undos, what is done once, and the passing of time.
local journal = {}

local function step_key(context, name) return context.event .. "/" .. context.hook .. "/" .. name end

local function begun(entry) return { is_finished = entry ~= nil, value = entry and entry.value } end

journal["step.begin"] = function(cluster, a, context) return begun(cluster.steps[step_key(context, a.name)]) end
journal["step.end"] = function(cluster, a, context) cluster.steps[step_key(context, a.name)] = { value = a.value } end

journal["undo.register"] = function() end
journal["undo.begin"] = function(cluster, a, context) return begun(cluster.undone[step_key(context, a.name)]) end
--- A step that was undone has not finished.
journal["undo.end"] = function(cluster, a, context)
  local key = step_key(context, a.name)
  cluster.undone[key], cluster.steps[key] = {}, nil
end

local function once_key(context, key) return context.hook .. "/" .. key end

journal["once.begin"] = function(cluster, a, context)
  local entry = cluster.onces[once_key(context, a.key)]
  if entry and entry.expires and entry.expires <= cluster.clock then entry = nil end
  return begun(entry)
end
journal["once.end"] = function(cluster, a, context)
  cluster.onces[once_key(context, a.key)] = { value = a.value, expires = a.expire and cluster.clock + a.expire }
end

journal["sleep"] = function(cluster, a) cluster:advance(a.seconds) end
journal["progress"] = function(cluster, a) cluster.progress[#cluster.progress + 1] = a end
journal["span.begin"] = function() end
journal["span.end"] = function() end

return journal
