internal import PostgresWire

/// `docs/admin.md`: the manual's page of views and commands.
package enum AdminManual {
    /// The whole page.
    package static var text: String {
        """
        # Administration by SQL

        Written by `understudy render admin`; do not edit.

        The databases `understudy` and `pgbouncer` on the service port lead to the daemon itself: `psql -h HOST -p 9999 -U ops understudy`. The second name is for
        tools that know PgBouncer. Nobody gets in unless `admin_users` or `stats_users` names the user, and the daemon itself can check the password:
        `understudy passwd` makes the entry in `pool_passwd`. Administrators get in also when `max_client_conn` is reached.

        Both protocols are spoken, one statement at a time, without transactions (switch autocommit on in the driver). Numbers are `bigint`, the rest is `text`.
        A name that is no plain word stands in double quotes.

        ## Commands

        For `admin_users`.

        | command | meaning |
        |---|---|

        """ + AdminCatalogue.commands.map { row("`\($0.synopsis)`", $0.meaning) }.joined() + more + AdminCatalogue.views.map(section).joined()
    }

    private static let more = """

        Every database of the nodes may be named, also one that nobody uses yet: `PAUSE`, `KILL` and `DISABLE` then say so in a notice, for it may be misspelt; the other
        commands refuse it. While the daemon ends, who connects is refused. SIGTERM is `SHUTDOWN WAIT_FOR_SERVERS`, SIGINT is `SHUTDOWN`, SIGQUIT ends it without a word to
        anybody; a later order may hurry the end that an earlier one began.

        `SET` of what drivers set when they connect is taken and means nothing; of other parameters it is refused: change the file and `RELOAD`.
        `PGPOOL SHOW name` and `PGPOOL SHOW ALL` show parameters as in pgpool-II, for `admin_users`.

        ## Views

        Views for everybody answer on every session, in the simple protocol, as in pgpool-II; `SHOW pool_…` views for others answer there too, to those who may.

        """

    private static func section(_ view: AdminView) -> String {
        "\n### SHOW \(view.name)\n\n\(capitalized(view.meaning)). For \(view.access == .everybody ? "everybody" : "`\(view.access.rawValue)`").\n\n| column | meaning |\n|---|---|\n"
            + zip(view.columns, view.meanings).map { row("`\($0.name)`", $1) }.joined()
    }

    private static func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    /// A `|` inside a cell would end it.
    private static func row(_ cells: String...) -> String { "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n" }
}
