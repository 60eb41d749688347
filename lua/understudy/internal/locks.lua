--- Locks over all events, and values that several hooks share.
local engine, load_module = ...
local bindings = load_module "understudy.internal.bindings"
local records  = load_module "understudy.internal.records"

local locks = {}

--- Runs `body` while no other event holds the lock `name`; waits for it at most `wait` (10s). The lock ends by itself after `lease`
--- (60s). `body` is given the fencing token, which rises with each holder.
---@async
---@param name string
---@param given { wait: string|number?, lease: string|number? }?
---@param body fun(token: integer): any
function locks.lock(name, given, body)
  if type(body) ~= "function" then engine.fail("code", ("us.lock takes a name, options and a function; got a %s"):format(type(body))) end
  local token = bindings.of "lock.acquire" (name, given or {})
  local result = table.pack(pcall(body, token))
  bindings.of "lock.release" (name, token)
  if not result[1] then error(result[2], 0) end
  return table.unpack(result, 2, result.n)
end

--- `us.kv` of a namespace that hooks share.
function locks.shared(space)
  if type(space) ~= "string" or not space:find "^[%w_]+$" then engine.fail("code", "us.kv.shared takes a name: letters, digits and _") end
  local members, known = {}, { "get", "set", "delete", "incr", "list", "compare_and_set" }
  for _, name in ipairs(known) do
    members[name] = function(...) return bindings.within("kv." .. name, { shared = space }, ...) end
  end
  return records.new("us.kv.shared", known, records.anchored(members))
end

return locks
