internal import Reactor

/// What one shard counts for one database and user; confined to the shard's thread.
///
/// A message costs an addition or two to memory that is in the cache; times come from the loop's clock, which is read once a
/// turn: what it adds to a measured time is at most the length of a turn.
final class Figures {
    let database: String
    let user: String
    var traffic = TrafficFigures()
    /// Times of statements, of transactions, and of waits for a backend. Frontends that did not have to wait are not in the last.
    private(set) var query = LatencyHistogram(), transaction = LatencyHistogram(), wait = LatencyHistogram()

    init(database: String, user: String) {
        self.database = database
        self.user = user
    }

    func queryEnded(since start: Monotonic?, _ now: Monotonic) {
        traffic.queries &+= 1
        guard let start else { return }
        let time = now.microseconds(since: start)
        traffic.queryTime &+= time
        query.record(time)
    }

    func transactionEnded(since start: Monotonic?, _ now: Monotonic) {
        traffic.transactions &+= 1
        guard let start else { return }
        let time = now.microseconds(since: start)
        traffic.transactionTime &+= time
        transaction.record(time)
    }

    func waited(since start: Monotonic, _ now: Monotonic) {
        let time = now.microseconds(since: start)
        traffic.waitTime &+= time
        wait.record(time)
    }

    var report: TrafficReport { TrafficReport(database: database, user: user, traffic: traffic, query: query, transaction: transaction, wait: wait) }
}

extension Monotonic {
    /// Rounded down; zero where `start` is later. `Duration` counts attoseconds, whose division is dear.
    @inline(__always)
    fileprivate func microseconds(since start: Monotonic) -> UInt64 { nanoseconds > start.nanoseconds ? (nanoseconds - start.nanoseconds) / 1000 : 0 }
}

/// The figures of a shard, by database and user.
struct FigureTable {
    private struct Key: Hashable { let database: String, user: String }

    /// Databases and users told apart; what comes beyond is counted together.
    static let capacity = 1024
    /// The name of what is counted together.
    static let others = "*"

    private var figures: [Key: Figures] = [:]

    /// Where things are counted for a database and user.
    mutating func figures(database: String, user: String) -> Figures {
        if let known = figures[Key(database: database, user: user)] { return known }
        let isFull = figures.count >= Self.capacity
        let key = isFull ? Key(database: Self.others, user: Self.others) : Key(database: database, user: user)
        if let known = figures[key] { return known }
        let fresh = Figures(database: key.database, user: key.user)
        figures[key] = fresh
        return fresh
    }

    var reports: [TrafficReport] { figures.values.map(\.report) }
}
