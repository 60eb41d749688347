--- Runs pgpool's commands as they are written in pgpool.conf: `require "understudy.legacy"`.
---
--- Every placeholder becomes (part of) one argument; no value is ever pasted into a text that a shell reads. Unlike pgpool, a command that
--- fails fails the event, a command has a time limit, and numbers come without a blank before them.
local engine, load_module = ...
local us    = load_module "understudy"
local words = load_module "understudy.internal.words"

local legacy = {}

local function id(node) return node and node.id or -1 end

--- A field of a node; an absent node's is empty.
local function field(name)
  return function(node) return node and node[name] or "" end
end
local host, port, directory = field "host", field "port", field "pgdata"

--- In follow_primary the new main node is the new primary.
local function main(ev)
  if ev.name == "follow_primary" then return ev.new_primary end
  return ev.new_main
end

--- What pgpool puts in place of each letter.
local placeholders = {
  d = function(ev) return id(ev.node) end,
  h = function(ev) return host(ev.node) end,
  p = function(ev) return port(ev.node) end,
  D = function(ev) return directory(ev.node) end,
  m = function(ev) return id(main(ev)) end,
  H = function(ev) return host(main(ev)) end,
  r = function(ev) return port(main(ev)) end,
  R = function(ev) return directory(main(ev)) end,
  M = function(ev) return id(ev.old_main) end,
  P = function(ev) return id(ev.old_primary) end,
  N = function(ev) return host(ev.old_primary) end,
  S = function(ev) return port(ev.old_primary) end,
}

local function expanded(word, ev)
  local pieces = {}
  for at, piece in ipairs(word) do pieces[at] = type(piece) == "table" and tostring(placeholders[piece[1]](ev)) or piece end
  return table.concat(pieces)
end

--- The arguments vector of a command for an event.
---@param template string
---@return string[]
function legacy.argv(template, ev)
  local argv = {}
  for at, word in ipairs((words.split(template, placeholders))) do argv[at] = expanded(word, ev) end
  return argv
end

--- The same for a shell: values travel as "$1", "$2" …, as data, and the program text is the configuration's alone.
local function shell_argv(template, ev)
  local numbers, values = {}, {}
  local body = template:gsub("%%(.)", function(key)
    if key == "%" then return "%" end
    if not numbers[key] then
      values[#values + 1] = tostring(placeholders[key](ev))
      numbers[key] = #values
    end
    return '"${' .. numbers[key] .. '}"'
  end)
  return { "/bin/sh", "-c", body, "legacy", table.unpack(values) }
end

--- How long a command may take when nobody says.
local patience = "120s"

--- A handler that runs a command of pgpool.conf. `given`: `timeout`; `shell = true` runs it with /bin/sh, for templates that need that;
--- `goes_on = true` leaves the rest of the event to the next hook.
---@param template string
---@param given { timeout: string|number?, shell: boolean?, goes_on: boolean? }?
function legacy.command(template, given)
  given = given or {}
  local _, shell = words.split(template, placeholders)
  if shell and not given.shell then
    engine.fail("code", ("%q needs a shell (found %s): put what follows the program's name into the script, or pass { shell = true }"):format(template, shell))
  end
  if given.shell and template:find "'[^']*%%[dhpDmHMPrRNS][^']*'" then
    engine.fail("code", ("%q has a placeholder inside single quotes, which no shell looks into: use double quotes"):format(template))
  end
  return function(ev)
    local argv = given.shell and shell_argv(template, ev) or legacy.argv(template, ev)
    argv.timeout, argv.stream = given.timeout or patience, true
    us.step("legacy command", function() us.run(argv) end)
    return not given.goes_on and us.done { legacy = true } or nil
  end
end

--- As a host that programs can connect to: a socket's directory is this host.
local function reachable(node) return node.host:sub(1, 1) == "/" and "localhost" or node.host end

--- A script in the primary's data directory, which pgpool has the database run there.
local function on_primary(script, name, timeout, arguments)
  if script:find "[^%w_.-]" then engine.fail("code", ("legacy.%s takes the name of a script in the primary's data directory; got %q"):format(name, script)) end
  return function(ev)
    local argv = { ev.primary.pgdata .. "/" .. script, table.unpack(arguments(ev)) }
    argv.timeout, argv.stream = timeout, true
    us.step("legacy command", function() ev.primary:run(argv) end)
    return us.done { legacy = true }
  end
end

--- pgpool's seven arguments of a recovery script.
local function recovery_arguments(ev)
  local node, primary = ev.node, ev.primary
  return { primary.pgdata, reachable(node), node.pgdata, tostring(primary.port), tostring(node.id), tostring(node.port), reachable(primary) }
end

--- A handler that runs recovery_1st_stage_command.
---@param script string
---@param given { timeout: string|number? }?
function legacy.recovery_1st_stage(script, given) return on_primary(script, "recovery_1st_stage", (given or {}).timeout or "12h", recovery_arguments) end

--- A handler that runs recovery_2nd_stage_command.
---@param script string
---@param given { timeout: string|number? }?
function legacy.recovery_2nd_stage(script, given) return on_primary(script, "recovery_2nd_stage", (given or {}).timeout or "30min", recovery_arguments) end

--- A handler that runs pgpool_remote_start, which has a fixed name and two arguments.
---@param given { timeout: string|number? }?
function legacy.remote_start(given)
  return on_primary("pgpool_remote_start", "remote_start", (given or {}).timeout or "15min", function(ev) return { reachable(ev.node), ev.node.pgdata } end)
end

--- Programs of if_up_cmd and the like that go by their names, wherever they are.
local address_programs = { ip = true, arping = true }

--- A command of if_up_cmd, if_down_cmd or arping_cmd for `us.run`: `$_IP_$` is the address, a leading sudo becomes `as = "root"`.
---@param template string
---@param address string
function legacy.address_command(template, address)
  local filled = template:gsub("%$_IP_%$", function() return address end):gsub("%%", "%%%%")
  local found, shell = words.split(filled, {})
  if shell then engine.fail("code", ("%q needs a shell (found %s): put it into a script"):format(template, shell)) end
  local argv = {}
  for at, word in ipairs(found) do argv[at] = table.concat(word) end
  if argv[1]:match "[^/]+$" == "sudo" then
    table.remove(argv, 1)
    while argv[1] and argv[1]:sub(1, 1) == "-" do table.remove(argv, 1) end
    argv.as = "root"
  end
  if not argv[1] then engine.fail("code", ("%q names no program"):format(template)) end
  local program = argv[1]:match "[^/]+$"
  if address_programs[program] then argv[1] = program end
  return argv
end

return legacy
