/// The figures of one database and user.
package struct TrafficReport: Hashable, Sendable {
    package let database: String
    package let user: String
    package var traffic: TrafficFigures
    /// Times of statements, of transactions, and of waits for a backend.
    package var query: LatencyHistogram
    package var transaction: LatencyHistogram
    package var wait: LatencyHistogram

    package init(database: String, user: String, traffic: TrafficFigures = TrafficFigures(), query: LatencyHistogram = LatencyHistogram(),
                 transaction: LatencyHistogram = LatencyHistogram(), wait: LatencyHistogram = LatencyHistogram()) {
        self.database = database
        self.user = user
        self.traffic = traffic
        self.query = query
        self.transaction = transaction
        self.wait = wait
    }

    /// Adds another's figures; whose they are stays.
    package mutating func add(_ other: TrafficReport) {
        traffic.add(other.traffic)
        query.add(other.query)
        transaction.add(other.transaction)
        wait.add(other.wait)
    }
}
