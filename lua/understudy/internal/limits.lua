--- What a file's header says under `limits`: less than the administrator allows, for this hook alone.
local _, load_module, request = ...
local options = load_module "understudy.internal.options"

local limits = {}

local types = { memory = "bytes", cpu = "duration", cpu_slice = "duration", log_lines = "integer" }
local declared = {}
for at, name in ipairs(request.schema.header.limits) do declared[at] = { name = name, type = types[name] } end

--- The numbers, by name; raises what is misspelt or of the wrong type.
---@param given us.Limits?
function limits.read(given) return options.table("hook header: limits", declared, given) end

return limits
