import Foundation
import Testing
@testable import Hooks

@Suite("Timers of hooks")
struct HookTimersTests {
    private static func catalogue(_ timers: [String: String]) throws -> HookCatalogue {
        HookCatalogue(hooks: try timers.map { name, time in
            var use = HookUse()
            if time.hasPrefix("every ") { use.every = .seconds(Int(time.dropFirst("every ".count)) ?? 0) } else { use.cron = try CronSchedule(time) }
            return Hook(name: name, about: nil, version: nil, file: LuaFile(path: name, chunk: name, text: ""), line: 1, isBundled: false, events: ["timer"], needs: [],
                        replaces: nil, uses: ["timer": use], isRestricted: false, settings: [])
        }, code: HookCode(library: [:], modules: [:]))
    }

    private static let calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? .current
        return calendar
    }()
    /// On a whole hour.
    private static let start = Date(timeIntervalSince1970: 1_700_002_800)

    @Test("A timer runs when its time has come, not before, and again after its time")
    func every() throws {
        var timers = HookTimers(calendar: Self.calendar)
        timers.adopt(try Self.catalogue(["a": "every 10", "b": "*/5 * * * *"]), at: Self.start)
        #expect(timers.due(at: Self.start + 9, busy: []).isEmpty)
        #expect(timers.due(at: Self.start + 10, busy: []) == [HookTimers.Run(hook: "a", scheduledAt: Self.start + 10, missed: 0)])
        #expect(timers.due(at: Self.start + 11, busy: []).isEmpty)
        #expect(timers.due(at: Self.start + 300, busy: []).map(\.hook) == ["a", "b"])
    }

    @Test("Missed runs are one run, which says how many they were; a busy hook waits")
    func missed() throws {
        var timers = HookTimers(calendar: Self.calendar)
        timers.adopt(try Self.catalogue(["a": "every 10"]), at: Self.start)
        #expect(timers.due(at: Self.start + 35, busy: ["a"]).isEmpty)
        #expect(timers.due(at: Self.start + 45, busy: []) == [HookTimers.Run(hook: "a", scheduledAt: Self.start + 10, missed: 3)])
        #expect(timers.due(at: Self.start + 49, busy: []).isEmpty)
        #expect(timers.due(at: Self.start + 50, busy: []).map(\.missed) == [0])
    }

    @Test("Another generation leaves a timer alone whose time is the same, and begins the others")
    func adopt() throws {
        var timers = HookTimers(calendar: Self.calendar)
        timers.adopt(try Self.catalogue(["a": "every 10", "b": "every 10"]), at: Self.start)
        timers.adopt(try Self.catalogue(["a": "every 10", "b": "every 20", "c": "every 5"]), at: Self.start + 9)
        #expect(timers.due(at: Self.start + 13, busy: []).map(\.hook) == ["a"])
        #expect(timers.due(at: Self.start + 14, busy: []).map(\.hook) == ["c"])
    }

    @Test("A clock that jumps neither floods nor silences a timer")
    func jumps() throws {
        var timers = HookTimers(calendar: Self.calendar)
        timers.adopt(try Self.catalogue(["a": "every 10"]), at: Self.start)
        #expect(timers.due(at: Self.start + 1_000_000, busy: []).count == 1)
        #expect(timers.due(at: Self.start + 1_000_001, busy: []).isEmpty)
        #expect(timers.due(at: Self.start, busy: []).isEmpty)
        #expect(timers.due(at: Self.start + 10, busy: []).count == 1, "set back, it is due after its own time again")
    }
}
