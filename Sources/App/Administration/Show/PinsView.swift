internal import Proxying
internal import Settings

/// `SHOW PINS`: the sessions that cannot give their backend back, or could not go on with another, and why.
enum PinsView {
    static let view = AdminView.list("PINS", "sessions that keep their backend beyond a transaction, or would not survive its loss", asking: .frontends, columns) { facts in
        facts.report.frontends.filter { $0.hold != nil || $0.obstacle != nil }.sorted { $0.id < $1.id }
    }

    private static let columns: [AdminColumn<FrontendReport>] = [
        .text("id", "the frontend's number") { $0.id.description },
        .text("database", "the database") { $0.database },
        .text("user", "the user") { $0.user },
        .text("application_name", "as the client says") { $0.applicationName },
        .text("pool_mode", "how long a session keeps a backend") { $0.mode?.rawValue },
        .text("backend", "the number of the backend that it has") { $0.backend?.description },
        .text("kept_because", "why it keeps its backend when its transaction ends; NULL where pool_mode says so, or it gives it back") { $0.hold },
        .text("lost_because", "why the session ends when its node is lost; NULL when it goes on") { $0.obstacle },
    ]
}
