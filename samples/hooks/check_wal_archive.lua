--- Every ten minutes: does WAL really reach the archive, so that a point-in-time recovery would work?
local us = require "understudy"

local hook = us.hook {
  name    = "check_wal_archive",
  about   = "Raises an alert when archiving fails or stands still.",
  needs   = { "sql:read" },
  options = { max_age = us.opt.duration "15min" },
  on      = { timer = { every = "10min" } },
}

local question = [[
SELECT last_failed_wal, coalesce(last_failed_time > last_archived_time, last_failed_time IS NOT NULL) AS failing,
       extract(epoch FROM now() - last_archived_time)::int AS age
FROM pg_stat_archiver]]

function hook.timer(ev, opt)
  local primary = ev.cluster.primary
  if not primary then return us.skip "there is no primary to ask" end
  local archive = primary:sql(question)[1]
  us.metric.gauge("archive_age_seconds", archive.age or -1, { node = primary.name })
  if archive.failing then
    us.alert("critical", "archiving fails at " .. (archive.last_failed_wal or "an unknown segment"), { node = primary })
  elseif (archive.age or 0) > opt.max_age then
    us.alert("warning", ("nothing was archived for %d s"):format(archive.age), { node = primary })
  end
  return us.done { age = archive.age }
end

return hook
