/// Every view and command there is, in the order of documents. To add one: a file of its own, and a line here.
enum AdminCatalogue {
    static let views: [AdminView] = [
        NodesView.view, PoolsView.view, ConnectionViews.clients, ConnectionViews.servers, ConnectionViews.sockets, ConnectionViews.activeSockets, PinsView.view,
        StatsViews.stats, StatsViews.statsTotals, StatsViews.statsAverages, StatsViews.totalsView, LatencyView.view, ListsView.view,
        DatabasesView.view, UsersView.view, ConfigView.view, HookMetricsView.view, DaemonViews.version, DaemonViews.state, DaemonViews.memory, DaemonViews.hosts, HelpView.view,
        PgpoolViews.nodes, PgpoolViews.version, PgpoolViews.status, PgpoolViews.processes, PgpoolViews.pools,
    ]

    static let commands: [AdminCommand] = [
        PauseCommand.command, ResumeCommand.command, ReconnectCommand.command, DisableCommand.command, EnableCommand.command, KillCommand.command,
        KillClientCommand.command, WaitCloseCommand.command, ReloadCommand.command, ShutdownCommand.command,
    ]

    private static let viewsByName = Dictionary(uniqueKeysWithValues: views.map { ($0.name.lowercased(), $0) })
    private static let commandsByName = Dictionary(uniqueKeysWithValues: commands.map { ($0.name, $0) })

    static func view(_ name: String) -> AdminView? { viewsByName[name.lowercased()] }
    static func command(_ name: String) -> AdminCommand? { commandsByName[name.uppercased()] }
}
