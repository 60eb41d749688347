--- How a standby is told whom to follow, on PostgreSQL 10 to 18: `require "understudy.standby"`.
---
--- Up to 11 that is recovery.conf. From 12 on it is settings, written by ALTER SYSTEM: the file where those stand is read last, so they win
--- over everything else, and what held the standby back there is taken away. From 13 on a reload is enough.
local _, load_module = ...
local us = load_module "understudy"

local standby = {}

--- The first versions with settings instead of recovery.conf, with a connection that a reload changes, with wal_keep_size.
local with_settings, with_reload, with_keep_size = 12, 13, 13
--- What wal_keep_segments counts, unless initdb was told otherwise.
local segment = 16 << 20
--- Read by nobody else: it may say how to log in.
local owner_only = 384

local function quote(value) return "'" .. tostring(value):gsub("'", "''") .. "'" end

local function conninfo(node, primary, given)
  return us.conninfo { host = primary.host, port = primary.port, user = given.user, passfile = given.passfile, application_name = node.name }
end

--- A file's text; empty where there is none.
local function read(node, path)
  local ok, text = us.try(node.read_file, node, path)
  return ok and text or ""
end

--- recovery.conf anew: what else stood there stays, except an empty restore_command.
local function recovery_conf(node, primary, given)
  local told = {
    { "standby_mode", "on" }, { "primary_conninfo", conninfo(node, primary, given) }, { "primary_slot_name", given.slot or "" },
    { "recovery_target_timeline", "latest" },
  }
  local is_told, lines = {}, {}
  for _, entry in ipairs(told) do is_told[entry[1]] = true end
  for line in read(node, "recovery.conf"):gmatch "[^\n]+" do
    if not is_told[line:match "^%s*([%w_]+)"] and not line:find "^%s*restore_command%s*=%s*''" then lines[#lines + 1] = line end
  end
  for _, entry in ipairs(told) do lines[#lines + 1] = entry[1] .. " = " .. quote(entry[2]) end
  return table.concat(lines, "\n") .. "\n"
end

local function follow_by_settings(node, primary, given, runs)
  node:set("primary_slot_name", given.slot or "")
  node:set("primary_conninfo", conninfo(node, primary, given))
  if ("\n" .. read(node, "postgresql.auto.conf")):find "\n%s*restore_command%s*=%s*''" then node:set("restore_command", nil) end
  if not runs then
    node:touch "standby.signal"
  elseif node.version < with_reload then
    node:restart()
  end
end

--- Makes `node` a standby of `primary`. A running server takes it up at once, a stopped one at its start.
--- Needs pg.control, fs:read:pgdata and fs:write:pgdata.
---@param node us.Node
---@param primary us.Node
---@param given { user: string?, slot: string?, passfile: string? } `user` is the role for replication
function standby.follow(node, primary, given)
  local runs = node:is_running()
  if node.version >= with_settings then return follow_by_settings(node, primary, given, runs) end
  node:write_file("recovery.conf", recovery_conf(node, primary, given), { mode = owner_only })
  if runs then node:restart() end
end

--- Has `node` keep at least so much WAL for standbys without a slot. Needs pg.control.
---@param node us.Node
---@param size string|integer bytes
function standby.keep_wal(node, size)
  local bytes = us.bytes(size)
  if node.version >= with_keep_size then return node:set("wal_keep_size", (bytes >> 20) .. "MB") end
  node:set("wal_keep_segments", tostring((bytes + segment - 1) // segment))
end

return standby
