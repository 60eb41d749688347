--- Tests of hooks: `local t = require "understudy.testing"`. A cluster is a table, time is virtual, a test takes milliseconds.
local _, load_module = ...
local records = load_module "understudy.internal.records"

local cluster = load_module "understudy.internal.testing.cluster"
local sweep   = load_module "understudy.internal.testing.sweep"

---@class understudy.testing
local testing = {
  --- A cluster: `t.cluster { pg1 = { role = "primary", down = true }, pg2 = { lag = 0 }, pg3 = { lag = "9MB" } }`.
  cluster = cluster.new,
  --- Crashes after every change that an event makes, goes on, and checks: `t.sweep(nodes, "failover", { node = "pg1" }, function(c, r) … end)`.
  sweep = sweep,
  --- NULL, in the rows that a test answers; nil, as a field of an event.
  null = cluster.null,
}

return records.new("understudy.testing", { "cluster", "sweep", "null" }, records.anchored(testing))
