internal import Foundation

/// When a timer is due: minute, hour, day of the month, month and day of the week, as crontab(5) has them.
struct CronSchedule: Hashable, Sendable {
    /// What is wrong with the text, and what was expected.
    struct Malformed: Error, Hashable { let reason: String }

    private let minutes: Set<Int>, hours: Set<Int>, days: Set<Int>, months: Set<Int>, weekdays: Set<Int>
    /// With both given, either day is enough.
    private let eitherDay: Bool

    /// A day that comes at all comes within this many days: the 29th of February, on a certain weekday, around a year without one.
    private static let horizon = 366 * 41

    init(_ text: String) throws(Malformed) {
        let fields = text.split(whereSeparator: \.isWhitespace)
        guard fields.count == 5 else {
            throw Malformed(reason: "cron takes five fields, minute hour day month weekday, such as \"0 3 * * *\"; got \"\(text)\"")
        }
        minutes = try Self.values(fields[0], "minute", 0...59)
        hours = try Self.values(fields[1], "hour", 0...23)
        days = try Self.values(fields[2], "day", 1...31)
        months = try Self.values(fields[3], "month", 1...12)
        weekdays = Set(try Self.values(fields[4], "weekday", 0...7).map { $0 % 7 })
        eitherDay = !fields[2].hasPrefix("*") && !fields[4].hasPrefix("*")
        let longest = months.map { $0 == 2 ? 29 : [4, 6, 9, 11].contains($0) ? 30 : 31 }.max() ?? 31
        guard eitherDay || days.contains(where: { $0 <= longest }) else { throw Malformed(reason: "cron \"\(text)\" names a day that never comes") }
    }

    /// `*`, `5`, `1-5`, `*/10`, `0-30/5`, and several with commas.
    private static func values(_ field: Substring, _ name: String, _ range: ClosedRange<Int>) throws(Malformed) -> Set<Int> {
        var values: Set<Int> = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "/", omittingEmptySubsequences: false)
            let ends = halves[0] == "*" ? [range.lowerBound, range.upperBound] : halves[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
            let step = halves.count == 2 ? Int(halves[1]) ?? 0 : 1
            guard halves.count <= 2, step > 0, let first = ends.first, let last = ends.last, ends.count <= 2, first <= last,
                  range.contains(first), range.contains(last) else {
                throw Malformed(reason: "cron: \(name): expected \(range.lowerBound) to \(range.upperBound), *, a range such as 1-5 or a step such as */10; got \"\(part)\"")
            }
            values.formUnion(stride(from: first, through: halves.count == 2 && ends.count == 1 && halves[0] != "*" ? range.upperBound : last, by: step))
        }
        return values
    }

    /// The first whole minute after `date` that is due, in `calendar`'s time; nil when there is none.
    func next(after date: Date, in calendar: Calendar) -> Date? {
        guard let begin = calendar.dateInterval(of: .minute, for: date)?.end else { return nil }
        var day = calendar.startOfDay(for: begin)
        for _ in 0..<Self.horizon {
            guard let tomorrow = calendar.date(byAdding: .day, value: 1, to: day) else { return nil }
            if isDue(day: calendar.dateComponents([.month, .day, .weekday], from: day)), let found = first(from: max(day, begin), before: tomorrow, calendar) { return found }
            day = tomorrow
        }
        return nil
    }

    private func isDue(day: DateComponents) -> Bool {
        guard let month = day.month, let number = day.day, let weekday = day.weekday, months.contains(month) else { return false }
        let isDay = days.contains(number), isWeekday = weekdays.contains(weekday - 1)
        return eitherDay ? isDay || isWeekday : isDay && isWeekday
    }

    /// Minutes are counted as they pass, so that a change of the clock neither skips nor repeats more than the hour itself.
    private func first(from begin: Date, before end: Date, _ calendar: Calendar) -> Date? {
        var minute = begin
        while minute < end {
            let parts = calendar.dateComponents([.hour, .minute], from: minute)
            if let hour = parts.hour, let number = parts.minute, hours.contains(hour), minutes.contains(number) { return minute }
            minute += 60
        }
        return nil
    }
}
