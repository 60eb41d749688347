import Foundation
import Testing
@testable import Hooks

@Suite("A cron schedule")
struct CronScheduleTests {
    private static let calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: 0) ?? .current
        return calendar
    }()

    private static func date(_ text: String) throws -> Date { try Date(text + ":00Z", strategy: .iso8601) }

    @Test("The next minute that is due", arguments: [
        ("* * * * *", "2026-11-21T16:00", "2026-11-21T16:01"), ("*/10 * * * *", "2026-11-21T16:00", "2026-11-21T16:10"),
        ("0 3 * * *", "2026-11-21T16:00", "2026-11-22T03:00"), ("30 2-4 * * *", "2026-11-21T02:31", "2026-11-21T03:30"),
        ("0 0 1 1 *", "2026-11-21T16:00", "2027-01-01T00:00"), ("0 0 29 2 *", "2026-11-21T16:00", "2028-02-29T00:00"),
        ("0 0 * * 1", "2026-11-21T16:00", "2026-11-23T00:00"), ("0 0 * * 7", "2026-11-21T16:00", "2026-11-22T00:00"),
        ("0 0 24 * 0", "2026-11-21T16:00", "2026-11-22T00:00"), ("5,7 16 21 11 *", "2026-11-21T16:05", "2026-11-21T16:07"),
        ("10/20 * * * *", "2026-11-21T16:10", "2026-11-21T16:30"),
    ])
    func next(_ text: String, _ after: String, _ due: String) throws {
        #expect(try CronSchedule(text).next(after: try Self.date(after), in: Self.calendar) == Self.date(due))
    }

    @Test("What it does not understand is named, with what was expected", arguments: [
        ("0 3 * *", "five fields"), ("60 * * * *", "minute: expected 0 to 59"), ("* 24 * * *", "hour"), ("* * 0 * *", "day"), ("* * * 13 *", "month"),
        ("* * * * 8", "weekday"), ("*/0 * * * *", "minute"), ("5-3 * * * *", "minute"), ("a * * * *", "minute"), ("1,,2 * * * *", "minute"),
        ("0 0 31 2 *", "never comes"), ("-5 * * * *", "minute"),
    ])
    func malformed(_ text: String, _ words: String) {
        let problem = #expect(throws: CronSchedule.Malformed.self) { try CronSchedule(text) }
        #expect(problem?.reason.contains(words) == true)
    }
}
