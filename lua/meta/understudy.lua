---@meta understudy
-- Written by `understudy render stubs` from the declarations; not loaded by anything.
-- luacheck: ignore

---@class us.Event
---@field id string Names the event through every restart and attempt.
---@field name string What the event is called.
---@field at number When it began, in seconds since 1970.
---@field deadline number When its budget ends, in seconds since 1970.
---@field epoch integer The fencing token: an effect with an old one is refused.
---@field attempt integer 1 for the first.
---@field cause string health_check, operator, api, schedule, or hook:<name>.
---@field requested_by string? Who asked for it; nil when nobody did.
---@field cluster us.Cluster

--- A snapshot of a node, with methods that reach it.
---@class us.Node
---@field id integer Its number in the configuration.
---@field name string How people call it.
---@field host string Host name, address, or the path of a socket directory.
---@field port integer Its port.
---@field pgdata string Its data directory; empty when the configuration does not say.
---@field role string? primary or standby, as it said itself; nil when it did not answer.
---@field status string waiting, up or down.
---@field slot_name string The replication slot that it uses as a standby.
---@field priority integer Between equally fresh candidates; 0 is never promoted.
---@field zone string Where it stands; empty when the configuration does not say.
---@field lsn integer? The furthest WAL that it holds, in bytes; nil when it did not answer.
---@field timeline integer? Its history's number; nil when it did not answer.
---@field lag_bytes integer? How far it is behind the primary; nil when that is not known.
local Node = {}

---@class us.Cluster
---@field name string
---@field nodes table<string|integer, us.Node> by name, or in order
---@field primary us.Node? the node that takes writes
---@field standbys fun(self: us.Cluster): us.Node[]

--- Makes a standby the primary and waits until it is writable; a node that is writable already is left alone. Needs pg.promote.
---@async
---@param options { wait: string|number? }?
function Node:promote(options) end

--- Runs one statement with $1… parameters: read-only, unless the hook needs sql:write and the event may change something. Needs sql:read.
---@async
---@param text string
---@param ... any
---@return table[] rows with `columns`, `count` and `command`
function Node:sql(text, ...) end

--- Whether the node is a standby, as it says itself.
---@async
---@return boolean
function Node:in_recovery() end

---@class us.Failover : us.Event
---@field node us.Node The node that was lost.
---@field new_main us.Node? The node to promote; nil when nobody is left.
---@field old_primary us.Node The primary of the epoch before.
---@field candidates us.Node[] The standbys that could be promoted, the freshest first.
---@field last_primary_lsn integer? The furthest position of the lost primary that was seen, in bytes; nil when none was.
---@field lag_bytes integer? How far new_main is behind it; nil when that is not known.

---@class us.FailoverFinished : us.Event
---@field ok boolean Whether there is a primary again.
---@field node us.Node The node that was lost.
---@field old_primary us.Node The primary of the epoch before.
---@field new_primary us.Node? The primary now; nil when there is none.
---@field outcome string promoted, reopened, or abandoned.
---@field error string? Why it failed; nil when it did not.
---@field took number Seconds from the loss to the end.

---@class us.NodeDown : us.Event
---@field node us.Node The node.
---@field was_primary boolean Whether it was the primary.
---@field error string What was seen last.

---@class us.Hook
local Hook = {}

--- The primary is lost and a standby is to be promoted. Budget 90 s.
---@param ev us.Failover
---@param opt table<string, any>
---@return us.Outcome?
function Hook.failover(ev, opt) end

--- A failover has finished, or has failed. Budget 30 s.
---@param ev us.FailoverFinished
---@param opt table<string, any>
function Hook.failover_finished(ev, opt) end

--- The verdict that a node is down stands. Budget 10 s.
---@param ev us.NodeDown
---@param opt table<string, any>
function Hook.node_down(ev, opt) end
