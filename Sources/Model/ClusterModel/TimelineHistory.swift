/// Where a server's log comes from: the timelines it grew out of, and where each was left.
///
/// Source: PostgreSQL manual, "Timelines". `pg_wal/0000000N.history` has a line for each ancestor, the oldest first.
package struct TimelineHistory: Hashable, Sendable, Codable {
    /// One timeline that was left for the next.
    package struct Ancestor: Hashable, Sendable, Codable {
        package let timeline: Timeline
        /// Where the next one begins.
        package let end: LogSequenceNumber

        package init(timeline: Timeline, end: LogSequenceNumber) {
            self.timeline = timeline
            self.end = end
        }
    }

    /// The one the server is on.
    package let timeline: Timeline
    /// Those before it, the oldest first; a cluster's first timeline has none.
    package let ancestors: [Ancestor]

    package init(timeline: Timeline, ancestors: [Ancestor] = []) {
        self.timeline = timeline
        self.ancestors = ancestors
    }

    /// Reads a history file; nil when a line is none of one, or the timelines do not rise.
    package init?(timeline: Timeline, file: some StringProtocol) {
        var ancestors: [Ancestor] = []
        for line in file.split(whereSeparator: \.isNewline) where !line.allSatisfy(\.isWhitespace) && !line.hasPrefix("#") {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count >= 2, let number = UInt32(words[0]), let end = LogSequenceNumber(words[1]),
                  ancestors.last.map({ $0.timeline.number < number }) ?? true, number < timeline.number else { return nil }
            ancestors.append(Ancestor(timeline: Timeline(number), end: end))
        }
        self.init(timeline: timeline, ancestors: ancestors)
    }

    /// Up to where this log and another are the same; nil where neither has left the other.
    package func fork(from other: TimelineHistory) -> LogSequenceNumber? {
        var common = LogSequenceNumber.zero
        for (own, its) in zip(segments, other.segments) {
            guard own.timeline == its.timeline else { return common }
            switch (own.end, its.end) {
            case (nil, nil): return nil
            case (let end?, nil), (nil, let end?): return end
            case (let end?, let other?):
                common = min(end, other)
                if end != other { return common }
            }
        }
        return common
    }

    /// Where a log that ends at `end` left this one; nil when all of it is part of this one, so that it can follow as it is.
    package func divergence(of other: TimelineHistory, endingAt end: LogSequenceNumber) -> LogSequenceNumber? {
        // What is on a later timeline than ours is not ours, however little it is.
        if other.timeline > timeline { return fork(from: other) }
        return fork(from: other).flatMap { end > $0 ? $0 : nil }
    }

    /// The last one has no end.
    private var segments: [(timeline: Timeline, end: LogSequenceNumber?)] {
        ancestors.map { ($0.timeline, $0.end) } + [(timeline, nil)]
    }
}
