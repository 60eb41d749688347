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

--- Runs one statement with $1… parameters: read-only, unless the hook has sql:write and the event may change something. Needs sql:read.
---@async
---@param text string|us.Secret One statement.
---@param ... any
---@return table[] rows with `columns`, `count` and `command`
function Node:sql(text, ...) end

--- Whether the server answers, even if only to refuse the login.
---@async
---@return boolean
function Node:is_running() end

--- Whether the node is a standby, as it says itself.
---@async
---@return boolean
function Node:in_recovery() end

--- Whether the node takes a login and answers.
---@async
---@return boolean
function Node:ping() end

--- How far it is behind the primary now; nil where that cannot be known.
---@async
---@return integer?
function Node:lag_bytes() end

--- Its history's number.
---@async
---@return integer?
function Node:timeline() end

--- The furthest WAL that it holds, in bytes.
---@async
---@return integer?
function Node:lsn() end

--- What pg_controldata prints, by its labels.
---@async
---@return table<string, string>
function Node:controldata() end

--- Bytes that are free where the data directory is.
---@async
---@return integer?
function Node:disk_free() end

--- Whether the other node streams from this one.
---@async
---@param other us.Node
---@return boolean
function Node:replicates_to(other) end

--- Whether pg_rewind can make this stopped node follow the source.
---@async
---@param source us.Node
---@return boolean
function Node:can_rewind_from(source) end

--- A file's text, of at most 1 MB. Needs fs:read:<path>.
---@async
---@param path string Below the data directory, or absolute.
---@return string
function Node:read_file(path) end

--- Makes a standby the primary and waits until it is writable; a node that is writable already is left alone. Needs pg.promote.
---@async
---@param options { wait: string|number? }?
function Node:promote(options) end

--- Starts the server and waits until it takes logins; one that runs is left alone. Needs pg.control.
---@async
---@param options { wait: string|number? }?
function Node:start(options) end

--- Stops the server and waits until it has ended; one that is stopped is left alone. Needs pg.control.
---@async
---@param options { mode: string?, wait: string|number? }?
function Node:stop(options) end

--- Stops and starts the server. Needs pg.control.
---@async
---@param options { mode: string?, wait: string|number? }?
function Node:restart(options) end

--- Has the server read its configuration again. Needs pg.control.
---@async
function Node:reload() end

--- Makes a checkpoint. Needs pg.control.
---@async
function Node:checkpoint() end

--- Sets it by ALTER SYSTEM and reloads; in postgresql.auto.conf where the server is stopped. Needs pg.control.
---@async
---@param name string A setting of PostgreSQL's.
---@param value string|us.Secret? nil takes the setting back.
function Node:set(name, value) end

--- Makes a physical replication slot if there is none; returns its name. Needs pg.slot.
---@async
---@param name string
---@return string
function Node:ensure_slot(name) end

--- Drops a replication slot if there is one and nobody uses it. Needs pg.slot.
---@async
---@param name string
function Node:drop_slot(name) end

--- Runs pg_rewind on the stopped node, from the source. Needs pg.rewind.
---@async
---@param source us.Node
---@param options { timeout: string|number? }?
function Node:rewind_from(source, options) end

--- Runs pg_basebackup into the node's empty or missing data directory. Needs pg.basebackup.
---@async
---@param source us.Node
---@param options { slot: string?, max_rate: string|integer?, checkpoint: string?, timeout: string|number? }?
function Node:basebackup_from(source, options) end

--- Renames the data directory; a stopped node's only. Needs fs:write:pgdata.
---@async
function Node:move_aside() end

--- Puts the directory that was moved aside back, and what stands there aside. Needs fs:write:pgdata.
---@async
function Node:restore_aside() end

--- Removes what was moved aside. Needs fs:write:pgdata.
---@async
function Node:forget_aside() end

--- Writes a file whole: beside it first, then in its place. Needs fs:write:<path>.
---@async
---@param path string Below the data directory, or absolute.
---@param text string|us.Secret
---@param options { mode: integer? }?
function Node:write_file(path, text, options) end

--- Makes an empty file if there is none. Needs fs:write:<path>.
---@async
---@param path string
function Node:touch(path) end

--- Adds include_if_exists to postgresql.conf, once. Needs fs:write:pgdata.
---@async
---@param path string Relative to the data directory.
function Node:include_conf(path) end

--- Runs a program on the node's host, by the node's transport. Needs ssh:<program>.
---@async
---@param command { [integer]: string, json: boolean?, on_line: fun(line: string)?, timeout: string|number?, stdin: string|us.Secret?, env: table<string, string|us.Secret>?, as: string?, ok: integer[]?, read: boolean?, stream: boolean?, retries: integer?, predict: any? } the program, its arguments, and options
---@return { code: integer, stdout: string, stderr: string, took: number, json: any }
function Node:run(command) end

---@class us
local us = {}
--- Runs a program here, without a shell; an exit code that is not in `ok` is an error. Needs run:<program>.
---@async
---@param command { [integer]: string, json: boolean?, on_line: fun(line: string)?, timeout: string|number?, stdin: string|us.Secret?, env: table<string, string|us.Secret>?, as: string?, ok: integer[]?, read: boolean?, stream: boolean?, retries: integer?, predict: any? } the program, its arguments, and options
---@return { code: integer, stdout: string, stderr: string, took: number, json: any }
function us.run(command) end

---@class us.engine
local engine = {}
--- Holds clients between their transactions. Needs engine:pause.
---@async
---@param options { limit: string|number?, databases: string[]? }?
function engine.pause_clients(options) end
--- Lets clients that were paused go on. Needs engine:pause.
---@async
function engine.resume_clients() end
--- Has the configuration read again. Needs engine:reload.
---@async
function engine.reload() end
--- Puts a node into service. Needs engine:attach. Not yet: nodes are attached by the engine itself when they answer again.
---@async
---@param node us.Node
function engine.attach(node) end
--- Takes a node out of service. Needs engine:detach. Not yet: nodes are detached by the engine itself when they fail.
---@async
---@param node us.Node
---@param options { drain: string|number? }?
function engine.detach(node, options) end
--- Keeps a node out of service. Needs engine:quarantine. Not yet: there is no quarantine yet.
---@async
---@param node us.Node
---@param options { reason: string?, for: string|number? }?
function engine.quarantine(node, options) end
--- Ends a quarantine. Needs engine:quarantine. Not yet: there is no quarantine yet.
---@async
---@param node us.Node
function engine.unquarantine(node) end
--- Makes a node the primary. Needs engine:promote. Not yet: the engine promotes only when a primary is lost.
---@async
---@param node us.Node
function engine.promote(node) end
--- Changes the primary while both are alive. Needs engine:promote. Not yet: there is no switchover yet.
---@async
---@param options { to: us.Node? }?
function engine.switchover(options) end
--- Has a node rebuilt. Needs engine:recover. Not yet: there is no online recovery yet.
---@async
---@param node us.Node
---@param options { at: string? }?
function engine.schedule_recovery(node, options) end
--- Names the primary. Needs engine:promote. Not yet: the engine learns of a primary from the databases only.
---@async
---@param node us.Node
function engine.set_primary(node) end
--- Changes a node's share of reads. Needs engine:weight. Not yet: a weight is read from the configuration only.
---@async
---@param node us.Node
---@param weight number
function engine.set_weight(node, weight) end
--- Hands the leadership to another member. Needs engine:resign. Not yet: there is one member only.
---@async
function engine.resign() end

---@class us.fs
local fs = {}
--- A file's text, of at most 1 MB. Needs fs:read:<prefix>.
---@async
---@param path string Absolute.
---@return string
function fs.read(path) end
--- Whether there is something of this name. Needs fs:read:<prefix>.
---@async
---@param path string Absolute.
---@return boolean
function fs.exists(path) end
--- The names in a directory, sorted. Needs fs:read:<prefix>.
---@async
---@param path string Absolute.
---@return any
function fs.list(path) end
--- `size`, `mode`, `modified` and `kind` (file, directory, link, other); nil where there is nothing. Needs fs:read:<prefix>.
---@async
---@param path string Absolute.
---@return any
function fs.stat(path) end
--- Writes a file whole: beside it first, on disk, then in its place. Needs fs:write:<prefix>.
---@async
---@param path string Absolute.
---@param text string|us.Secret
---@param options { mode: integer? }?
function fs.write(path, text, options) end
--- Makes a directory; one that is there is left alone. Needs fs:write:<prefix>.
---@async
---@param path string Absolute.
---@param options { mode: integer? }?
function fs.mkdir(path, options) end
--- Removes a file or an empty directory; one that is not there is fine. Needs fs:write:<prefix>.
---@async
---@param path string Absolute.
---@param options { recursive: string? }?
function fs.remove(path, options) end

---@class us.http
local http = {}
--- Asks for a resource: `status`, `headers`, `body`, `json`; at most 4 MB. In place of `body`, `json =` takes a value. Needs http:<host>.
---@async
---@param url string|us.Secret
---@param options { headers: table<string, string|us.Secret>?, body: string|us.Secret?, timeout: string|number?, retries: integer?, ok: integer[]?, ca: string?, cert: string?, predict: any? }?
---@return { status: integer, headers: table<string, string>, body: string, json: any }
function http.get(url, options) end
--- Sends to a resource. Needs http:<host>.
---@async
---@param url string|us.Secret
---@param options { headers: table<string, string|us.Secret>?, body: string|us.Secret?, timeout: string|number?, retries: integer?, ok: integer[]?, ca: string?, cert: string?, predict: any? }?
---@return { status: integer, headers: table<string, string>, body: string, json: any }
function http.post(url, options) end
--- Replaces a resource. Needs http:<host>.
---@async
---@param url string|us.Secret
---@param options { headers: table<string, string|us.Secret>?, body: string|us.Secret?, timeout: string|number?, retries: integer?, ok: integer[]?, ca: string?, cert: string?, predict: any? }?
---@return { status: integer, headers: table<string, string>, body: string, json: any }
function http.put(url, options) end
--- Removes a resource. Needs http:<host>.
---@async
---@param url string|us.Secret
---@param options { headers: table<string, string|us.Secret>?, body: string|us.Secret?, timeout: string|number?, retries: integer?, ok: integer[]?, ca: string?, cert: string?, predict: any? }?
---@return { status: integer, headers: table<string, string>, body: string, json: any }
function http.delete(url, options) end

---@class us.kv
local kv = {}
--- The value of a key; nil where there is none.
---@async
---@param key string
---@return any
function kv.get(key) end
--- The keys that begin so, sorted.
---@async
---@param prefix string?
---@return any
function kv.list(prefix) end
--- Sets a key: at most 64 kB, and 1 MB for all of a hook's. Needs kv:write.
---@async
---@param key string
---@param value any
---@param options { expire: string|number? }?
function kv.set(key, value, options) end
--- Forgets a key. Needs kv:write.
---@async
---@param key string
function kv.delete(key) end
--- Adds to a number and returns it; a key that is not there is 0. Needs kv:write.
---@async
---@param key string
---@param options { by: integer?, expire: string|number? }?
---@return integer?
function kv.incr(key, options) end
--- Sets a key if its value is the expected one; whether it did. Needs kv:write.
---@async
---@param key string
---@param expected any? nil: the key is not there.
---@param value any
---@param options { expire: string|number? }?
---@return boolean
function kv.compare_and_set(key, expected, value, options) end

---@class us.metric
local metric = {}
--- Adds to a counter, understudy_hook_<name>; at most 50 series a hook.
---@async
---@param name string
---@param value number
---@param labels table<string, string|us.Secret>?
function metric.counter(name, value, labels) end
--- Sets a gauge.
---@async
---@param name string
---@param value number
---@param labels table<string, string|us.Secret>?
function metric.gauge(name, value, labels) end
--- Notes a value: its count, sum, least and most are kept.
---@async
---@param name string
---@param value number
---@param labels table<string, string|us.Secret>?
function metric.histogram(name, value, labels) end

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
