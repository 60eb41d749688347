---@meta understudy
-- Written by `understudy render stubs` from the declarations; not loaded by anything.
-- luacheck: ignore

---@class us.Event
---@field id string Names the event through every restart and attempt.
---@field name string What the event is called.
---@field at number When it began, in seconds since 1970.
---@field deadline number When its budget ends, in seconds since 1970.
---@field epoch integer The fencing token: an effect with an old one is refused.
---@field term integer Who leads Understudy: rises with every change of leader; 0 with one member.
---@field attempt integer 1 for the first.
---@field generation integer The generation of hooks that the event began with, and ends with.
---@field dry_run boolean Whether effects are only planned.
---@field cause string health_check, operator, api, schedule, or hook:<name>.
---@field requested_by string? Who asked for it; nil when nobody did.
---@field parent string? The id of the event that caused this one.
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
---@field version integer? The major version of its PostgreSQL; nil when it did not answer yet.
---@field follows string? The node that it streams from; nil when that is not known.
local Node = {}

---@class us.Cluster
---@field name string
---@field nodes table<string|integer, us.Node> by name, or in order
---@field primary us.Node? the node that takes writes
local Cluster = {}

--- Another member of the watchdog.
---@class us.Peer
---@field name string

---@class us.Outcome

---@class us.Option

---@class us.Secret
---@operator concat(string|number|us.Secret): us.Secret

---@class us.Header
---@field name string a-z, 0-9 and _, unique.
---@field about string? One sentence, for lists.
---@field version string? For lists.
---@field needs string[]? Capabilities, which the configuration grants: hook.<name>.grants.
---@field options table<string, us.Option>? What the configuration may set, hook.<name>.<option>; each is made by us.opt.
---@field replaces string? The bundled hook that this one switches off, for the events that both define.
---@field on table<string, us.Use>? How the handlers of single events are used, by event.
---@field limits us.Limits? Less than the administrator allows, for this hook.
---@field api integer? The version of the library that the file was written for: 1.
---@field trust "restricted"? Gives rights up: no event that does work, no commands, files, writing SQL or engine actions.

---@class us.Use
---@field before string|string[]? Hooks that run later.
---@field after string|string[]? Hooks that run earlier.
---@field budget string|number? A duration, shorter than the event's own.
---@field on_error "allow"|"veto"? For approve events: what it means when this hook fails.
---@field parallel integer? For events of which several may run at once.
---@field every string|number? For timer: a duration, as in on = { timer = { every = "10min" } }.
---@field cron string? For timer, in place of every: minute, hour, day, month, weekday, as in "0 3 * * *".
---@field where "L"|"N"? For timer: on the leader, or on every member. L.

---@class us.Limits
---@field memory string|integer? Bytes that Lua may hold.
---@field cpu string|number? CPU time of one handler, a duration.
---@field cpu_slice string|number? CPU time between two requests to the engine.
---@field log_lines integer? Lines in the log.

--- Runs one statement with $1… parameters: as health_check_user and read-only, or as recovery_user where the hook has sql:write and the event may change something. Needs sql:read.
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

--- How far it is behind the primary now, in bytes; nil where that cannot be known. The field `lag_bytes` is of the event's snapshot.
---@async
---@return integer?
function Node:lag_now() end

--- Its history's number now; the field `timeline` is of the event's snapshot.
---@async
---@return integer?
function Node:timeline_now() end

--- The furthest WAL that it holds now, in bytes; the field `lsn` is of the event's snapshot.
---@async
---@return integer?
function Node:lsn_now() end

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

--- The nodes of ev.cluster, or of us.cluster(), that said they are standbys.
---@return us.Node[]
function Cluster:standbys() end

---@class us
---@field api integer The version of this library: 1.
---@field null any JSON's null, where nil would leave a key out.
local us = {}

--- Declares the hook that this file defines: give it one function per event, and return it at the end of the file.
---@param header us.Header
---@return us.Hook
function us.hook(header) end

--- The handler that Understudy brings for an event: `return us.bundled "failover" (ev)`.
---@param event string
---@return fun(ev: us.Event, opt: table?): us.Outcome?
function us.bundled(event) end

--- The event is handled: later hooks are not asked.
---@param info table? For the event's record.
---@return us.Outcome
function us.done(info) end

--- There is nothing to do for this event: later hooks are not asked.
---@param reason string
---@return us.Outcome
function us.skip(reason) end

--- The event is to be tried again after a while.
---@param after string|number
---@param reason string
---@return us.Outcome
function us.retry(after, reason) end

--- No, for events that ask for consent.
---@param reason string
---@param options { retry: string|number?, next: boolean? }? retry: when to ask again; next: take another candidate.
---@return us.Outcome
function us.veto(reason, options) end

--- Ends the event as failed, for a reason that is the hook's own.
---@param reason string
---@param ... any For the reason's %s.
function us.abort(reason, ...) end

--- Runs `body` once for an event and returns what it returned: after a crash the recorded result is given. Undos run last first.
---@async
---@param name string Unique within the event.
---@param body fun(): any
---@param undo fun()? Run when the event fails later.
---@return any
function us.step(name, body, undo) end

--- What is to be run when the event fails from here on.
---@async
---@param name string Unique within the event.
---@param body fun()
function us.undo(name, body) end

--- Runs `body` for a key until it has finished once, over all events of this hook; at least once, for a crash in it runs it again.
---@async
---@param key string
---@param body fun(): any
---@param options { expire: string|number? }?
---@return any
function us.once(key, body, options) end

--- Waits.
---@async
---@param length string|number
function us.sleep(length) end

--- Calls `condition` at once and then every so often until it is true, and returns that; an error when it takes longer than the limit.
---@async
---@param limit string|number
---@param condition fun(): any
---@param options { every: string|number? }? 500ms.
---@return any
function us.wait_until(limit, condition, options) end

--- Runs `body` until it succeeds, with pauses; the last error when it does not.
---@async
---@param options { attempts: integer?, first: string|number?, factor: integer?, max: string|number? } 3 attempts, pauses of 1s, times 2, at most 30s.
---@param body fun(): any
---@return any
function us.retrying(options, body) end

--- Ends with an error when `body` takes longer than the limit.
---@async
---@param limit string|number
---@param body fun(): any
---@return any
function us.timeout(limit, body) end

--- Runs `body` while no other event holds the lock. Needs lock.
---@async
---@param name string
---@param options { wait: string|number?, lease: string|number? } Waits 10s; ends by itself after 60s.
---@param body fun(token: integer): any Given the fencing token, which rises with each holder.
---@return any
function us.lock(name, options, body) end

--- Seconds since 1970.
---@return number
function us.now() end

--- Seconds until the event's budget ends.
---@return number
function us.remaining() end

--- Runs functions beside one another and returns their results in order; the first error ends the others.
---@async
---@param list (fun(): any)[]
---@return any[]
function us.all(list) end

--- Runs functions beside one another and returns what the first to end returned; the others are given up.
---@async
---@param list (fun(): any)[]
---@return any
function us.race(list) end

--- Runs `body(item)` for every item and returns the failures; without keep_going the first one is raised.
---@async
---@param list any[]
---@param options { parallel: integer?, timeout: string|number?, keep_going: boolean? } 1 at once.
---@param body fun(item: any)
---@return { item: any, error: string }[]
function us.each(list, options, body) end

--- Whether `body` went well, then its results, or what is wrong.
---@param body fun(...): any
---@param ... any Its arguments.
---@return boolean, any
function us.try(body, ...) end

--- Runs `body` as a named part of the event; the trace shows how long it took.
---@async
---@param name string
---@param body fun(): any
---@return any
function us.span(name, body) end

--- Says how far the work is; long events that say nothing for long are ended.
---@async
---@param fraction number 0 to 1.
---@param text string?
function us.progress(fraction, text) end

--- Marks a table as a list, so that an empty one is written `[]`.
---@param list table
---@return table
function us.array(list) end

--- SHA-256, in hexadecimal.
---@param text string
---@return string
function us.sha256(text) end

--- A libpq connection string, every value quoted.
---@param values table<string, string|number>
---@return string
function us.conninfo(values) end

--- A name as SQL takes it, in double quotes.
---@param name string
---@return string
function us.ident(name) end

--- Bytes: `us.bytes "16MB"`.
---@param size string|integer
---@return integer
function us.bytes(size) end

--- Seconds: `us.seconds "2min"`.
---@param length string|number
---@return number
function us.seconds(length) end

--- A number of bytes for people: 9.0 MB.
---@param bytes number
---@return string
function us.human(bytes) end

--- A secret by its name: joined with texts by `..`, passed to us.http, node:sql, stdin and env, opened only there. Needs secret:<name>.
---@param name string
---@return us.Secret
function us.secret(name) end

--- Runs a program here, without a shell; an exit code that is not in `ok` is an error. Needs run:<program>.
---@async
---@param command { [integer]: string, json: boolean?, on_line: fun(line: string)?, timeout: string|number?, stdin: string|us.Secret?, env: table<string, string|us.Secret>?, as: string?, ok: integer[]?, read: boolean?, stream: boolean?, retries: integer?, predict: any? } the program, its arguments, and options
---@return { code: integer, stdout: string, stderr: string, took: number, json: any }
function us.run(command) end

--- The cluster as it is now.
---@async
---@return us.Cluster
function us.cluster() end

--- Raises an alert.
---@async
---@param severity string info, warning or critical.
---@param title string
---@param options { text: string?, node: us.Node? }?
function us.alert(severity, title, options) end

---@class us.base64
us.base64 = {}

--- RFC 4648. Of a secret, a secret.
---@param text string|us.Secret
---@return string
function us.base64.encode(text) end

--- The way back.
---@param text string
---@return string
function us.base64.decode(text) end

---@class us.engine
us.engine = {}

--- Holds clients between their transactions. Needs engine:pause.
---@async
---@param options { limit: string|number?, databases: string[]? }?
function us.engine.pause_clients(options) end

--- Lets clients that were paused go on. Needs engine:pause.
---@async
function us.engine.resume_clients() end

--- Has the configuration read again. Needs engine:reload.
---@async
function us.engine.reload() end

--- Lets a node that was detached or quarantined back into service, if it is well. Needs engine:attach.
---@async
---@param node us.Node
function us.engine.attach(node) end

--- Keeps a standby out of service until attach. Needs engine:detach.
---@async
---@param node us.Node
---@param options { reason: string?, drain: string|number? }?
function us.engine.detach(node, options) end

--- Keeps a standby out of service for a time. Needs engine:quarantine.
---@async
---@param node us.Node
---@param options { reason: string?, for: string|number? }?
function us.engine.quarantine(node, options) end

--- Ends a quarantine. Needs engine:quarantine.
---@async
---@param node us.Node
function us.engine.unquarantine(node) end

--- Makes a node the primary while there is none. Needs engine:promote.
---@async
---@param node us.Node
function us.engine.promote(node) end

--- Changes the primary while both are alive. Needs engine:promote. Not yet: there is no switchover yet.
---@async
---@param options { to: us.Node? }?
function us.engine.switchover(options) end

--- Has a node rebuilt. Needs engine:recover. Not yet: there is no online recovery yet.
---@async
---@param node us.Node
---@param options { at: string? }?
function us.engine.schedule_recovery(node, options) end

--- Names the primary. Needs engine:promote. Not yet: the engine learns of a primary from the databases only.
---@async
---@param node us.Node
function us.engine.set_primary(node) end

--- Changes a node's share of reads. Needs engine:weight. Not yet: a weight is read from the configuration only.
---@async
---@param node us.Node
---@param weight number
function us.engine.set_weight(node, weight) end

--- Hands the leadership to another member. Needs engine:resign. Not yet: there is one member only.
---@async
function us.engine.resign() end

---@class us.fs
us.fs = {}

--- A file's text, of at most 1 MB. Needs fs:read:<prefix>.
---@async
---@param path string Absolute.
---@return string
function us.fs.read(path) end

--- Whether there is something of this name. Needs fs:read:<prefix>.
---@async
---@param path string Absolute.
---@return boolean
function us.fs.exists(path) end

--- The names in a directory, sorted. Needs fs:read:<prefix>.
---@async
---@param path string Absolute.
---@return any
function us.fs.list(path) end

--- `size`, `mode`, `modified` and `kind` (file, directory, link, other); nil where there is nothing. Needs fs:read:<prefix>.
---@async
---@param path string Absolute.
---@return any
function us.fs.stat(path) end

--- Writes a file whole: beside it first, on disk, then in its place. Needs fs:write:<prefix>.
---@async
---@param path string Absolute.
---@param text string|us.Secret
---@param options { mode: integer? }?
function us.fs.write(path, text, options) end

--- Makes a directory; one that is there is left alone. Needs fs:write:<prefix>.
---@async
---@param path string Absolute.
---@param options { mode: integer? }?
function us.fs.mkdir(path, options) end

--- Removes a file or an empty directory; one that is not there is fine. Needs fs:write:<prefix>.
---@async
---@param path string Absolute.
---@param options { recursive: string? }?
function us.fs.remove(path, options) end

---@class us.hex
us.hex = {}

--- Two digits a byte.
---@param text string
---@return string
function us.hex.encode(text) end

--- The way back.
---@param text string
---@return string
function us.hex.decode(text) end

---@class us.http
us.http = {}

--- Asks for a resource: `status`, `headers`, `body`, `json`; at most 8 MB. In place of `body`, `json =` takes a value. Needs http:<host>.
---@async
---@param url string|us.Secret
---@param options { headers: table<string, string|us.Secret>?, body: string|us.Secret?, timeout: string|number?, retries: integer?, ok: integer[]?, ca: string?, cert: string?, predict: any? }?
---@return { status: integer, headers: table<string, string>, body: string, json: any }
function us.http.get(url, options) end

--- Sends to a resource. Needs http:<host>.
---@async
---@param url string|us.Secret
---@param options { headers: table<string, string|us.Secret>?, body: string|us.Secret?, timeout: string|number?, retries: integer?, ok: integer[]?, ca: string?, cert: string?, predict: any? }?
---@return { status: integer, headers: table<string, string>, body: string, json: any }
function us.http.post(url, options) end

--- Replaces a resource. Needs http:<host>.
---@async
---@param url string|us.Secret
---@param options { headers: table<string, string|us.Secret>?, body: string|us.Secret?, timeout: string|number?, retries: integer?, ok: integer[]?, ca: string?, cert: string?, predict: any? }?
---@return { status: integer, headers: table<string, string>, body: string, json: any }
function us.http.put(url, options) end

--- Removes a resource. Needs http:<host>.
---@async
---@param url string|us.Secret
---@param options { headers: table<string, string|us.Secret>?, body: string|us.Secret?, timeout: string|number?, retries: integer?, ok: integer[]?, ca: string?, cert: string?, predict: any? }?
---@return { status: integer, headers: table<string, string>, body: string, json: any }
function us.http.delete(url, options) end

---@class us.json
us.json = {}

--- A value as JSON, keys sorted.
---@param value any
---@return string
function us.json.encode(value) end

--- Reads JSON; a null is us.null inside of lists and tables.
---@param text string
---@return any
function us.json.decode(text) end

---@class us.kv
us.kv = {}

--- The same functions over a namespace that hooks share. Needs kv:shared:<name>.
---@param name string
---@return us.kv
function us.kv.shared(name) end

--- The value of a key; nil where there is none.
---@async
---@param key string
---@return any
function us.kv.get(key) end

--- The keys that begin so, sorted.
---@async
---@param prefix string?
---@return any
function us.kv.list(prefix) end

--- Sets a key: at most 64 kB, and 1 MB for all of a hook's. Needs kv:write.
---@async
---@param key string
---@param value any
---@param options { expire: string|number? }?
function us.kv.set(key, value, options) end

--- Forgets a key. Needs kv:write.
---@async
---@param key string
function us.kv.delete(key) end

--- Adds to a number and returns it; a key that is not there is 0. Needs kv:write.
---@async
---@param key string
---@param options { by: integer?, expire: string|number? }?
---@return integer?
function us.kv.incr(key, options) end

--- Sets a key if its value is the expected one; whether it did. Needs kv:write.
---@async
---@param key string
---@param expected any? nil: the key is not there.
---@param value any
---@param options { expire: string|number? }?
---@return boolean
function us.kv.compare_and_set(key, expected, value, options) end

---@class us.log
us.log = {}

--- A line for the log, with the event and the hook's line.
---@param message string
---@param fields table?
function us.log.debug(message, fields) end

--- A line for the log, with the event and the hook's line.
---@param message string
---@param fields table?
function us.log.info(message, fields) end

--- A line for the log, with the event and the hook's line.
---@param message string
---@param fields table?
function us.log.warn(message, fields) end

--- A line for the log, with the event and the hook's line.
---@param message string
---@param fields table?
function us.log.error(message, fields) end

---@class us.lsn
us.lsn = {}

--- A WAL position such as 16/B374D848, in bytes.
---@param text string
---@return integer
function us.lsn.parse(text) end

--- A position as PostgreSQL writes it.
---@param position integer
---@return string
function us.lsn.format(position) end

--- Bytes from b to a.
---@param a integer
---@param b integer
---@return integer
function us.lsn.diff(a, b) end

---@class us.metric
us.metric = {}

--- Adds to a counter, understudy_hook_<name>; at most 50 series a hook.
---@async
---@param name string
---@param value number
---@param labels table<string, string|us.Secret>?
function us.metric.counter(name, value, labels) end

--- Sets a gauge.
---@async
---@param name string
---@param value number
---@param labels table<string, string|us.Secret>?
function us.metric.gauge(name, value, labels) end

--- Notes a value: its count, sum, least and most are kept.
---@async
---@param name string
---@param value number
---@param labels table<string, string|us.Secret>?
function us.metric.histogram(name, value, labels) end

---@class us.opt
us.opt = {}

--- on or off.
---@param default boolean? Without one the configuration must set it.
---@return us.Option
function us.opt.boolean(default) end

--- A whole number.
---@param default integer? Without one the configuration must set it.
---@return us.Option
function us.opt.integer(default) end

--- A number.
---@param default number? Without one the configuration must set it.
---@return us.Option
function us.opt.number(default) end

--- A text.
---@param default string? Without one the configuration must set it.
---@return us.Option
function us.opt.string(default) end

--- "500ms", "30s", "10min"; handlers are given seconds.
---@param default string|number? Without one the configuration must set it.
---@return us.Option
function us.opt.duration(default) end

--- "16MB"; handlers are given bytes.
---@param default string|integer? Without one the configuration must set it.
---@return us.Option
function us.opt.bytes(default) end

--- Texts, with commas between them in the configuration.
---@param default string|string[]? Without one the configuration must set it.
---@return us.Option
function us.opt.list(default) end

--- A node of the cluster, by its name; handlers are given the node.
---@param default string? Without one the configuration must set it.
---@return us.Option
function us.opt.node(default) end

--- The name of a secret, for us.secret.
---@param default string? Without one the configuration must set it.
---@return us.Option
function us.opt.secret(default) end

--- One of these words.
---@param choices string[]
---@param default string?
---@return us.Option
function us.opt.one_of(choices, default) end

---@class us.uri
us.uri = {}

--- Percent signs for all but letters, digits and `-._~`. Of a secret, a secret.
---@param text string|us.Secret
---@return string
function us.uri.encode(text) end

--- The way back.
---@param text string
---@return string
function us.uri.decode(text) end

---@class us.ProbeNode : us.Event
---@field node us.Node The node.
---@field builtin string up or down, as the built-in probe found.
---@field error string? What the built-in probe saw; nil when it is content.

---@class us.ProbeNetwork : us.Event
---@field trusted_servers string[] What the configuration says should always answer.

---@class us.HealthChanged : us.Event
---@field node us.Node The node.
---@field from string? up, suspect, wedged or down; nil for the first look.
---@field to string up, suspect, wedged (it answers, but no commit on it ends) or down.
---@field error string? What was seen; nil when the node is up.
---@field failures integer Changes for the worse since it was up last.

---@class us.ApproveNodeDown : us.Event
---@field node us.Node The node.
---@field votes table? What each member saw, by its name; nil with one member.
---@field error string What was seen last.
---@field down_for number Seconds since trouble began.

---@class us.NodeDown : us.Event
---@field node us.Node The node.
---@field was_primary boolean Whether it was the primary.
---@field error string What was seen last.
---@field votes table? What each member saw, by its name; nil with one member.

---@class us.NodeUp : us.Event
---@field node us.Node The node.
---@field down_for number? Seconds that it was out of service; nil where nobody counted.

---@class us.ChooseCandidate : us.Event
---@field node us.Node The node that was lost.
---@field candidates us.Node[] The standbys that could be promoted, in the engine's order: the freshest first.
---@field last_primary_lsn integer? The furthest position of the lost primary that was seen, in bytes; nil when none was.
---@field reason string Why the primary is to be replaced.

---@class us.ApproveFailover : us.Event
---@field node us.Node The node that was lost.
---@field new_main us.Node The node to promote.
---@field old_primary us.Node The primary of the epoch before.
---@field candidates us.Node[] The standbys that could be promoted, the freshest first.
---@field last_primary_lsn integer? The furthest position of the lost primary that was seen, in bytes; nil when none was.
---@field lag_bytes integer? How far new_main is behind it; nil when that is not known.

---@class us.FencePrimary : us.Event
---@field node us.Node The primary that was lost.
---@field new_main us.Node The node to promote.
---@field reachable boolean Whether it answered the last look.

---@class us.Failover : us.Event
---@field node us.Node The node that was lost, or that comes back. (pgpool: %d %h %p %D)
---@field new_main us.Node? The node to promote or, for a standby, the primary; nil when nobody is left. (pgpool: %m %H %r %R)
---@field old_main us.Node? The main node of the epoch before. (pgpool: %M)
---@field old_primary us.Node? The primary of the epoch before. (pgpool: %P %N %S)
---@field candidates us.Node[] The standbys that could be promoted, the freshest first.
---@field last_primary_lsn integer? The furthest position of the lost primary that was seen, in bytes; nil when none was.
---@field lag_bytes integer? How far new_main is behind it; nil when that is not known.
---@field promoting boolean Whether a standby is to be promoted; always true here, for scripts that serve both events.

---@class us.StandbyLost : us.Event
---@field node us.Node The node that was lost, or that comes back. (pgpool: %d %h %p %D)
---@field new_main us.Node? The node to promote or, for a standby, the primary; nil when nobody is left. (pgpool: %m %H %r %R)
---@field old_main us.Node? The main node of the epoch before. (pgpool: %M)
---@field old_primary us.Node? The primary of the epoch before. (pgpool: %P %N %S)
---@field primary us.Node? The primary; nil while there is none.
---@field promoting boolean Whether a standby is to be promoted; always false here.

---@class us.FollowPrimary : us.Event
---@field node us.Node The standby that is to follow. (pgpool: %d %h %p %D)
---@field new_primary us.Node The primary now. (pgpool: %m %H %r %R)
---@field new_main us.Node? The same, by pgpool's name. (pgpool: %m %H %r %R)
---@field old_main us.Node? The main node of the epoch before. (pgpool: %M)
---@field old_primary us.Node? The primary of the epoch before. (pgpool: %P %N %S)
---@field diverged boolean Whether the node has WAL that the new primary does not: it must be rewound.

---@class us.FalsePrimary : us.Event
---@field node us.Node The server that must not be writable.
---@field primary us.Node The primary.
---@field timeline integer The timeline that the node is on.

---@class us.FailoverFinished : us.Event
---@field ok boolean Whether there is a primary again.
---@field node us.Node The node that was the primary.
---@field old_primary us.Node The primary of the epoch before.
---@field new_primary us.Node? The primary now; nil when there is none.
---@field outcome string promoted, reopened, or abandoned.
---@field error string? Why it failed; nil when it did not.
---@field took number? Seconds from the first trouble to the end; nil when the daemon was killed at the end.
---@field lost_bytes integer? WAL of the old primary that the new one does not have; nil when that is not known.
---@field steps string[]? The phases, in order, each with its milliseconds.

---@class us.ApproveSwitchover : us.Event
---@field node us.Node The primary.
---@field new_main us.Node The node to promote.
---@field candidates us.Node[] The standbys that could be promoted, the freshest first.
---@field lag_bytes integer? How far new_main is behind; nil when that is not known.

---@class us.Switchover : us.Event
---@field node us.Node The primary.
---@field new_main us.Node The node to promote.
---@field old_primary us.Node The primary, by the name that failover uses.
---@field paused boolean Whether clients are held.

---@class us.SwitchoverFinished : us.Event
---@field ok boolean Whether there is a primary again.
---@field node us.Node The node that was the primary.
---@field old_primary us.Node The primary of the epoch before.
---@field new_primary us.Node? The primary now; nil when there is none.
---@field outcome string promoted, reopened, or abandoned.
---@field error string? Why it failed; nil when it did not.
---@field took number? Seconds from the first trouble to the end; nil when the daemon was killed at the end.
---@field lost_bytes integer? WAL of the old primary that the new one does not have; nil when that is not known.
---@field steps string[]? The phases, in order, each with its milliseconds.

---@class us.ApproveFailback : us.Event
---@field node us.Node The node.
---@field lag_bytes integer? How far it is behind; nil when that is not known.
---@field down_for number? Seconds that it was out of service; nil where nobody counted.

---@class us.Failback : us.Event
---@field node us.Node The node that was lost, or that comes back. (pgpool: %d %h %p %D)
---@field new_main us.Node? The node to promote or, for a standby, the primary; nil when nobody is left. (pgpool: %m %H %r %R)
---@field old_main us.Node? The main node of the epoch before. (pgpool: %M)
---@field old_primary us.Node? The primary of the epoch before. (pgpool: %P %N %S)

---@class us.NodeAttached : us.Event
---@field node us.Node The node.
---@field by string health_check, operator, or hook:<name>.
---@field reason string Why; empty when it is simply well.

---@class us.NodeDetached : us.Event
---@field node us.Node The node.
---@field by string health_check, operator, or hook:<name>.
---@field reason string Why; empty when it is simply well.

---@class us.NodeQuarantined : us.Event
---@field node us.Node The node.
---@field by string health_check, operator, or hook:<name>.
---@field reason string Why; empty when it is simply well.

---@class us.NodeUnquarantined : us.Event
---@field node us.Node The node.
---@field by string health_check, operator, or hook:<name>.
---@field reason string Why; empty when it is simply well.

---@class us.LagExceeded : us.Event
---@field node us.Node The standby.
---@field lag_bytes integer How far it is behind.
---@field lag_seconds number? The same in time; nil when that is not known.
---@field threshold integer The limit, in bytes.

---@class us.LagRecovered : us.Event
---@field node us.Node The standby.
---@field lag_bytes integer How far it is behind.
---@field lag_seconds number? The same in time; nil when that is not known.
---@field threshold integer The limit, in bytes.

---@class us.ApproveRecovery : us.Event
---@field node us.Node The node to rebuild. (pgpool: $2 $3 $5 $6)
---@field primary us.Node Where the copy comes from. (pgpool: $1 $4 $7)

---@class us.Recovery1stStage : us.Event
---@field node us.Node The node to rebuild. (pgpool: $2 $3 $5 $6)
---@field primary us.Node Where the copy comes from. (pgpool: $1 $4 $7)
---@field slot_name string The replication slot that the node will use.
---@field progress number? How much is done, from 0 to 1; nil at the beginning.

---@class us.Recovery2ndStage : us.Event
---@field node us.Node The node to rebuild. (pgpool: $2 $3 $5 $6)
---@field primary us.Node Where the copy comes from. (pgpool: $1 $4 $7)
---@field slot_name string The replication slot that the node will use.
---@field progress number? How much is done, from 0 to 1; nil at the beginning.
---@field paused boolean Whether clients are held.

---@class us.RemoteStart : us.Event
---@field node us.Node The node to rebuild. (pgpool: $2 $3 $5 $6)
---@field primary us.Node Where the copy comes from. (pgpool: $1 $4 $7)

---@class us.RecoveryFinished : us.Event
---@field ok boolean Whether the node streams.
---@field node us.Node The node.
---@field primary us.Node Where the copy came from.
---@field method string? rewind or basebackup; nil when it failed before.
---@field bytes integer? How much was copied; nil when that is not known.
---@field took number Seconds.
---@field error string? Why it failed; nil when it did not.

---@class us.Escalation : us.Event
---@field peers us.Peer[] The other members.
---@field old_leader us.Peer? Who led before; nil when nobody is known.
---@field address string? delegate_ip; nil when the configuration names none.
---@field if_up_cmd string? The configured command that adds the address.
---@field if_down_cmd string? The configured command that removes it.
---@field arping_cmd string? The configured command that announces it.

---@class us.DeEscalation : us.Event
---@field reason string Why.
---@field new_leader us.Peer? Who leads now; nil when nobody is known.
---@field address string? delegate_ip; nil when the configuration names none.
---@field if_up_cmd string? The configured command that adds the address.
---@field if_down_cmd string? The configured command that removes it.
---@field arping_cmd string? The configured command that announces it.

---@class us.LeaderElected : us.Event
---@field leader us.Peer? The leader; nil when there is none.
---@field reason string Why.

---@class us.LeaderLost : us.Event
---@field leader us.Peer? The leader; nil when there is none.
---@field reason string Why.

---@class us.QuorumLost : us.Event
---@field alive integer Members that see each other.
---@field needed integer How many a quorum takes.

---@class us.QuorumRegained : us.Event
---@field alive integer Members that see each other.
---@field needed integer How many a quorum takes.

---@class us.PeerJoined : us.Event
---@field peer us.Peer The member.
---@field graceful boolean Whether it said so itself.

---@class us.PeerLeft : us.Event
---@field peer us.Peer The member.
---@field graceful boolean Whether it said so itself.

---@class us.VipLost : us.Event
---@field address string The address.
---@field device string The network device that it was on.

---@class us.ClassifyQuery : us.Event
---@field fingerprint string Names the statement, whatever its constants.
---@field text string The statement with its constants left out.
---@field kind string select, insert, …, as the built-in rules see it.
---@field functions string[] The functions that it calls.
---@field tables string[] The tables that it names.
---@field database string The session's database.
---@field user string The session's user.
---@field application string The session's application_name.

---@class us.Route : us.Event
---@field user string The session's user.
---@field database string The session's database.
---@field application string The session's application_name.
---@field client string The client's address.
---@field read_only boolean Whether the session said that it only reads.
---@field nodes us.Node[] The nodes that could serve it.

---@class us.Startup : us.Event
---@field version string Understudy's version.

---@class us.Shutdown : us.Event
---@field reason string Who or what asked.

---@class us.ConfigReloaded : us.Event
---@field applied string[] Parameters with a new value in force.
---@field needs_restart string[] Parameters whose new value waits for a restart.

---@class us.HooksReloaded : us.Event
---@field from integer The generation before.
---@field to integer The generation now.
---@field reason string deploy, rollback, reload, or why the other one was taken out.

---@class us.Timer : us.Event
---@field scheduled_at number When it was due, in seconds since 1970.
---@field missed integer Runs that were due since the last one and did not happen.

---@class us.Alert : us.Event
---@field severity string info, warning or critical.
---@field title string A few words.
---@field text string The whole story; may be empty.
---@field node us.Node? The node that it is about.

---@class us.Audit : us.Event
---@field number integer The line's number; they rise without gaps.
---@field written_at number When, in seconds since 1970.
---@field kind string node_down, failover_finished, …, as `understudy events` shows it.
---@field message string The sentence.
---@field node us.Node? The node that it is about.
---@field details string A JSON object.

---@class us.Hook
local Hook = {}

--- A backend was probed, and the built-in probe has spoken. Kind choose, where N, budget 3 s. May return "up", "down". When it fails: No opinion. Fired from a later version; in tests, already.
---@param ev us.ProbeNode
---@param opt table<string, any>
---@return "up"|"down"|nil
function Hook.probe_node(ev, opt) end

--- This member is about to trust its own verdicts: is it the network? Kind choose, where N, budget 3 s. May return true or false. When it fails: No opinion. Fired from a later version; in tests, already.
---@param ev us.ProbeNetwork
---@param opt table<string, any>
---@return boolean?
function Hook.probe_network(ev, opt) end

--- A probe changed its mind, before anybody decided anything. Kind tell, where N, budget 5 s. May return anything, it is ignored.
---@param ev us.HealthChanged
---@param opt table<string, any>
function Hook.health_changed(ev, opt) end

--- A node is to be declared down. Kind approve, where L, budget 5 s. May return us.veto(reason, { retry = }). When it fails: A veto keeps the node in service and asks again after retry.
---@param ev us.ApproveNodeDown
---@param opt table<string, any>
---@return us.Outcome?
function Hook.approve_node_down(ev, opt) end

--- The verdict that a node is down stands. Kind tell, where L, budget 10 s. May return anything, it is ignored.
---@param ev us.NodeDown
---@param opt table<string, any>
function Hook.node_down(ev, opt) end

--- A node that was down answers again. Kind tell, where L, budget 10 s. May return anything, it is ignored.
---@param ev us.NodeUp
---@param opt table<string, any>
function Hook.node_up(ev, opt) end

--- The primary is lost: who is to follow it? Kind choose, where L, budget 5 s. May return a node or a list of nodes. When it fails: The engine's own order stands.
---@param ev us.ChooseCandidate
---@param opt table<string, any>
---@return us.Node|us.Node[]|nil
function Hook.choose_candidate(ev, opt) end

--- A candidate is chosen, and nothing is done yet. Kind approve, where L, budget 15 s. May return us.veto(reason, { retry =, next = }). When it fails: A veto asks again after retry (15 s), or passes the candidate over with next = true.
---@param ev us.ApproveFailover
---@param opt table<string, any>
---@return us.Outcome?
function Hook.approve_failover(ev, opt) end

--- The failover is approved; the old primary must not write any more. Kind do, where L, budget 20 s. May return us.done{…}, us.skip(reason) or us.retry(after, reason). When it fails: With fencing = required nothing is promoted; with best_effort the failover goes on.
---@param ev us.FencePrimary
---@param opt table<string, any>
---@return us.Outcome?
function Hook.fence_primary(ev, opt) end

--- The primary is lost and a standby is to be promoted. Kind do, where L, budget 90 s. May return us.done{…}, us.skip(reason) or us.retry(after, reason). When it fails: Two more attempts with the bundled hook alone; then the gate stays closed, with the reason.
---@param ev us.Failover
---@param opt table<string, any>
---@return us.Outcome?
function Hook.failover(ev, opt) end

--- A standby is down and detached. Kind do, where L, budget 30 s. Up to 4 at once. May return us.done{…}, us.skip(reason) or us.retry(after, reason). When it fails: It is logged, and nothing else.
---@param ev us.StandbyLost
---@param opt table<string, any>
---@return us.Outcome?
function Hook.standby_lost(ev, opt) end

--- A standby was promoted; each surviving standby is to follow it. Kind do, where L, budget 15 min. Up to 2 at once. May return us.done{…}, us.skip(reason) or us.retry(after, reason). When it fails: One more attempt, then the node stays detached. Fired from a later version; in tests, already.
---@param ev us.FollowPrimary
---@param opt table<string, any>
---@return us.Outcome?
function Hook.follow_primary(ev, opt) end

--- A second server is writable. Kind do, where L, budget 60 s. May return us.done{…}, us.skip(reason) or us.retry(after, reason). When it fails: The node stays out of service while it is writable.
---@param ev us.FalsePrimary
---@param opt table<string, any>
---@return us.Outcome?
function Hook.false_primary(ev, opt) end

--- A failover has finished, or has failed. Kind tell, where L, budget 30 s. May return anything, it is ignored.
---@param ev us.FailoverFinished
---@param opt table<string, any>
function Hook.failover_finished(ev, opt) end

--- An operator or a schedule asks for another primary. Kind approve, where L, budget 15 s. May return us.veto(reason, { retry = }). When it fails: A veto, or a hook that fails, refuses it. Fired from a later version; in tests, already.
---@param ev us.ApproveSwitchover
---@param opt table<string, any>
---@return us.Outcome?
function Hook.approve_switchover(ev, opt) end

--- Clients are paused and the primary is drained: site work before it is demoted. Kind do, where L, budget 3 min. May return us.done{…}, us.skip(reason) or us.retry(after, reason). When it fails: Undone in reverse; clients are resumed in every case. Fired from a later version; in tests, already.
---@param ev us.Switchover
---@param opt table<string, any>
---@return us.Outcome?
function Hook.switchover(ev, opt) end

--- A switchover has finished, or has failed. Kind tell, where L, budget 30 s. May return anything, it is ignored. Fired from a later version; in tests, already.
---@param ev us.SwitchoverFinished
---@param opt table<string, any>
function Hook.switchover_finished(ev, opt) end

--- A healthy standby may be attached again. Kind approve, where L, budget 10 s. May return us.veto(reason, { retry = }). When it fails: A veto, or a hook that fails, keeps it out. Fired from a later version; in tests, already.
---@param ev us.ApproveFailback
---@param opt table<string, any>
---@return us.Outcome?
function Hook.approve_failback(ev, opt) end

--- A node is being attached again. Kind do, where L, budget 30 s. May return us.done{…}, us.skip(reason) or us.retry(after, reason). When it fails: The node is not attached. Fired from a later version; in tests, already.
---@param ev us.Failback
---@param opt table<string, any>
---@return us.Outcome?
function Hook.failback(ev, opt) end

--- A node went into service. Kind tell, where L, budget 10 s. May return anything, it is ignored.
---@param ev us.NodeAttached
---@param opt table<string, any>
function Hook.node_attached(ev, opt) end

--- A node went out of service. Kind tell, where L, budget 10 s. May return anything, it is ignored.
---@param ev us.NodeDetached
---@param opt table<string, any>
function Hook.node_detached(ev, opt) end

--- A node is quarantined: no quorum for a verdict, or a hook asked. Kind tell, where L, budget 10 s. May return anything, it is ignored.
---@param ev us.NodeQuarantined
---@param opt table<string, any>
function Hook.node_quarantined(ev, opt) end

--- A node is out of quarantine. Kind tell, where L, budget 10 s. May return anything, it is ignored.
---@param ev us.NodeUnquarantined
---@param opt table<string, any>
function Hook.node_unquarantined(ev, opt) end

--- A standby fell further behind than delay_threshold allows. Kind tell, where L, budget 10 s. May return anything, it is ignored. Fired from a later version; in tests, already.
---@param ev us.LagExceeded
---@param opt table<string, any>
function Hook.lag_exceeded(ev, opt) end

--- A standby caught up again. Kind tell, where L, budget 10 s. May return anything, it is ignored. Fired from a later version; in tests, already.
---@param ev us.LagRecovered
---@param opt table<string, any>
function Hook.lag_recovered(ev, opt) end

--- An operator asks for a node to be rebuilt. Kind approve, where L, budget 15 s. May return us.veto(reason, { retry = }). When it fails: A veto, or a hook that fails, refuses it. Fired from a later version; in tests, already.
---@param ev us.ApproveRecovery
---@param opt table<string, any>
---@return us.Outcome?
function Hook.approve_recovery(ev, opt) end

--- The copy is to be built; no progress for ten minutes is a failure. Kind do, where L, budget 12 h. May return us.done{…}, us.skip(reason) or us.retry(after, reason). When it fails: Undone; the node stays down. Fired from a later version; in tests, already.
---@param ev us.Recovery1stStage
---@param opt table<string, any>
---@return us.Outcome?
function Hook.recovery_1st_stage(ev, opt) end

--- Clients are paused, the rest is to be copied; native replication only. Kind do, where L, budget 30 min. May return us.done{…}, us.skip(reason) or us.retry(after, reason). When it fails: Undone; clients are resumed. Fired from a later version; in tests, already.
---@param ev us.Recovery2ndStage
---@param opt table<string, any>
---@return us.Outcome?
function Hook.recovery_2nd_stage(ev, opt) end

--- The rebuilt node is to be started, and seen to stream. Kind do, where L, budget 15 min. May return us.done{…}, us.skip(reason) or us.retry(after, reason). When it fails: The node stays down. Fired from a later version; in tests, already.
---@param ev us.RemoteStart
---@param opt table<string, any>
---@return us.Outcome?
function Hook.remote_start(ev, opt) end

--- A recovery has finished, or has failed. Kind tell, where L, budget 30 s. May return anything, it is ignored. Fired from a later version; in tests, already.
---@param ev us.RecoveryFinished
---@param opt table<string, any>
function Hook.recovery_finished(ev, opt) end

--- This member won the leadership with quorum: it takes the address. Kind do, where A, budget 30 s. May return us.done{…}, us.skip(reason) or us.retry(after, reason). When it fails: Tried again while it leads; after three failures it resigns. Fired from a later version; in tests, already.
---@param ev us.Escalation
---@param opt table<string, any>
---@return us.Outcome?
function Hook.escalation(ev, opt) end

--- This member lost the leadership or its quorum, or is shutting down: it gives the address up. Kind do, where A, budget 15 s. May return us.done{…}, us.skip(reason) or us.retry(after, reason). When it fails: The engine removes the address itself. Fired from a later version; in tests, already.
---@param ev us.DeEscalation
---@param opt table<string, any>
---@return us.Outcome?
function Hook.de_escalation(ev, opt) end

--- A member leads. Kind tell, where N, budget 10 s. May return anything, it is ignored. Fired from a later version; in tests, already.
---@param ev us.LeaderElected
---@param opt table<string, any>
function Hook.leader_elected(ev, opt) end

--- The leader is gone. Kind tell, where N, budget 10 s. May return anything, it is ignored. Fired from a later version; in tests, already.
---@param ev us.LeaderLost
---@param opt table<string, any>
function Hook.leader_lost(ev, opt) end

--- Too few members see each other. Kind tell, where N, budget 10 s. May return anything, it is ignored. Fired from a later version; in tests, already.
---@param ev us.QuorumLost
---@param opt table<string, any>
function Hook.quorum_lost(ev, opt) end

--- Enough members see each other again. Kind tell, where N, budget 10 s. May return anything, it is ignored. Fired from a later version; in tests, already.
---@param ev us.QuorumRegained
---@param opt table<string, any>
function Hook.quorum_regained(ev, opt) end

--- Another member is seen. Kind tell, where N, budget 10 s. May return anything, it is ignored. Fired from a later version; in tests, already.
---@param ev us.PeerJoined
---@param opt table<string, any>
function Hook.peer_joined(ev, opt) end

--- Another member is seen no more. Kind tell, where N, budget 10 s. May return anything, it is ignored. Fired from a later version; in tests, already.
---@param ev us.PeerLeft
---@param opt table<string, any>
function Hook.peer_left(ev, opt) end

--- The kernel says that the address went away. Kind tell, where A, budget 10 s. May return anything, it is ignored. When it fails: escalation is fired again in any case. Fired from a later version; in tests, already.
---@param ev us.VipLost
---@param opt table<string, any>
function Hook.vip_lost(ev, opt) end

--- A fingerprint is seen for the first time; the answer is kept. Kind choose, where W, budget 2 ms. May return "read", "write", "primary". When it fails: The built-in rules. Fired from a later version; in tests, already.
---@param ev us.ClassifyQuery
---@param opt table<string, any>
---@return "read"|"write"|"primary"|nil
function Hook.classify_query(ev, opt) end

--- A session or transaction begins: where should its reads go? Kind choose, where W, budget 200 us. May return a node or the name of a group. When it fails: The built-in rules. Fired from a later version; in tests, already.
---@param ev us.Route
---@param opt table<string, any>
---@return us.Node|string|nil
function Hook.route(ev, opt) end

--- This member serves. Kind tell, where N, budget 10 s. May return anything, it is ignored.
---@param ev us.Startup
---@param opt table<string, any>
function Hook.startup(ev, opt) end

--- This member was asked to stop. Kind tell, where N, budget 10 s. May return anything, it is ignored.
---@param ev us.Shutdown
---@param opt table<string, any>
function Hook.shutdown(ev, opt) end

--- The configuration was read again. Kind tell, where N, budget 10 s. May return anything, it is ignored.
---@param ev us.ConfigReloaded
---@param opt table<string, any>
function Hook.config_reloaded(ev, opt) end

--- Another generation of hooks is in force. Kind tell, where N, budget 10 s. May return anything, it is ignored.
---@param ev us.HooksReloaded
---@param opt table<string, any>
function Hook.hooks_reloaded(ev, opt) end

--- The time that the hook's header names has come: on = { timer = { every = "10min" } }, or cron = "0 3 * * *". Missed runs collapse into one. Kind do, where L, budget 60 s. Up to 4 at once. May return us.done{…}, us.skip(reason) or us.retry(after, reason). When it fails: It is logged; the next run comes all the same.
---@param ev us.Timer
---@param opt table<string, any>
---@return us.Outcome?
function Hook.timer(ev, opt) end

--- Somebody should look. Kind tell, where L, budget 10 s. May return anything, it is ignored.
---@param ev us.Alert
---@param opt table<string, any>
function Hook.alert(ev, opt) end

--- A line was written into the event journal; every line arrives at least once. Kind tell, where L, budget 10 s. May return anything, it is ignored. When it fails: The line comes again, after a pause.
---@param ev us.Audit
---@param opt table<string, any>
function Hook.audit(ev, opt) end

return us
