/// What hooks may use of this machine. A hook file may lower its own limits, never raise them.
package struct HookSettings: SettingsGroup {
    package let title = "Hooks"

    package let memory = Parameter.bytes(
        "hook_memory_limit", (1 << 20)...(192 << 20), default: "64MB", .restart,
        "Memory that the Lua code of one event may hold; its process may take 256 MB in all.")
    package let cpu = Parameter.duration(
        "hook_cpu_limit", .milliseconds(100) ... .seconds(3600), unit: .seconds, default: "10s", .restart, "CPU time that one handler may use in all.")
    package let cpuSlice = Parameter.duration(
        "hook_cpu_slice", .milliseconds(100) ... .seconds(3600), unit: .seconds, default: "1s", .restart,
        "CPU time that a handler may use between two requests to the engine.")
    package let logLines = Parameter.integer(
        "hook_log_limit", 0...100_000, default: 1000, .restart, "Log lines that one handler may write; the rest is dropped, and the last line says so.")
    package let spares = Parameter.integer(
        "hook_processes", 1...64, default: 2, .restart, "Hook processes that wait ready, so that an event need not wait for one to start.")
    package let notifications = Parameter.integer(
        "hook_notification_limit", 1...256, default: 16, .restart,
        "Hooks at work above which notifications are refused; hooks that the engine waits for never are.")
}
