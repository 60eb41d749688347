import Hooks

// The `hook-host` verb alone, so that the module's tests need no daemon.
HookHostProcess.run()
