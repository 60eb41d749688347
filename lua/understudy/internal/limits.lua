--- What a file's header says under `limits`: less than the administrator allows, for this hook alone.
local _, load_module = ...
local options = load_module "understudy.internal.options"

local limits = {}

---@class us.Limits
---@field memory string|integer? bytes that Lua may hold
---@field cpu string|number? CPU time of one handler, a duration
---@field cpu_slice string|number? CPU time between two requests to the engine
---@field log_lines integer?

local declared = {
  { name = "memory", type = "bytes" }, { name = "cpu", type = "duration" }, { name = "cpu_slice", type = "duration" },
  { name = "log_lines", type = "integer" },
}

--- The numbers, by name; raises what is misspelt or of the wrong type.
---@param given us.Limits?
function limits.read(given) return options.table("hook header: limits", declared, given) end

return limits
