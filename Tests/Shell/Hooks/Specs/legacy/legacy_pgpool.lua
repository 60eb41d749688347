--- As `understudy hooks import-pgpool` writes it, for legacy_spec.lua.
local us     = require "understudy"
local legacy = require "understudy.legacy"

local hook = us.hook {
  name  = "legacy_pgpool",
  about = "Runs pgpool's commands.",
  needs = { "run:/etc/pgpool2/failover.sh", "run:/bin/sh", "ssh:/pg/pg2/recovery_1st_stage", "ssh:/pg/pg2/pgpool_remote_start" },
}

hook.failover = legacy.command("/etc/pgpool2/failover.sh %d %h %p %D %m %H %M %P %r %R %N %S", { timeout = "60s" })
hook.standby_lost = hook.failover
hook.failback = legacy.command("echo %h >> /tmp/failback.log", { shell = true })
hook.recovery_1st_stage = legacy.recovery_1st_stage("recovery_1st_stage")
hook.remote_start = legacy.remote_start()

return hook
