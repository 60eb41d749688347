internal import ArgumentParser
internal import Foundation
internal import Playground

struct PlaygroundCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "playground", abstract: "A throwaway cluster of real PostgreSQL servers behind a daemon.",
        subcommands: [Up.self, Status.self, KillPrimary.self, Restart.self, Down.self])

    struct Place: ParsableArguments {
        @Option(help: "The playground's directory; without it the one made last.")
        var dir: String?

        func cluster() throws -> PlaygroundCluster {
            try PlaygroundCluster(directory: try dir ?? PlaygroundMemory.last(), executable: ownExecutable())
        }
    }

    struct Up: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "up", abstract: "Make the servers, start replication and the daemon.")

        @Option(help: "Where to make it; without it a new directory under the temporary one.")
        var dir: String?
        @Option(help: "How many standbys.")
        var standbys = 2
        @Option(help: "How many standbys a commit waits for; without it 1, where there is one.")
        var sync: Int?
        @Option(name: .customLong("set"), help: ArgumentHelp("A line of understudy.conf.", valueName: "name=value"))
        var settings: [String] = []
        @Flag(help: "Print JSON, for programs.")
        var json = false

        func run() throws {
            var options = PlaygroundCluster.Options(executable: try ownExecutable())
            options.directory = dir
            options.standbys = standbys
            options.sync = sync ?? min(1, standbys)
            options.settings = try settings.map { setting in
                guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else {
                    throw PlaygroundError("--set takes name=value, got \(setting)")
                }
                return (String(setting[..<equals]), String(setting[setting.index(after: equals)...]))
            }
            try show(try PlaygroundCluster.up(options).description, json: json, table: summary)
        }
    }

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "status", abstract: "Which servers and daemons run.")

        @OptionGroup var place: Place
        @Flag(help: "Print JSON, for programs.")
        var json = false

        func run() throws { try show(try place.cluster().status(), json: json, table: summary) }
    }

    struct KillPrimary: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "kill-primary", abstract: "SIGKILL to the primary's postmaster and all its children.")

        @OptionGroup var place: Place

        func run() throws {
            let cluster = try place.cluster()
            guard let primary = cluster.primary() else { throw PlaygroundError("no node is writable: there is nothing to kill") }
            try cluster.killNode(primary)
            print("killed node \(primary)")
        }
    }

    struct Restart: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "restart", abstract: "Stop the daemon and start it again: with new hooks, or a changed configuration.")

        @OptionGroup var place: Place

        func run() throws {
            let cluster = try place.cluster()
            try cluster.stopDaemon()
            try cluster.startDaemon()
            print("restarted")
        }
    }

    struct Down: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "down", abstract: "End every process of the playground and remove its directory.")

        @OptionGroup var place: Place

        func run() throws {
            let cluster = try place.cluster()
            try cluster.down()
            print("removed \(cluster.directory)")
        }
    }
}

/// For people: what runs where, and how to get in: through the proxy, and as a node's superuser.
private func summary(_ playground: PlaygroundDescription) throws -> String {
    let understudy = try ownExecutable(), primary = (playground.nodes.first { $0.role == "primary" } ?? playground.nodes[0]).port
    let nodes = playground.nodes.map { "  node\($0.id)   port \($0.port)   \($0.role)\n" }.joined()
    let members = playground.members.map { $0.pid == 0 ? "  the daemon does not run\n" : "  daemon  port \($0.port)   pid \($0.pid)\n" }.joined()
    return """
        \(playground.dir)
        \(nodes)\(members)
        configuration   \(playground.dir)/understudy.conf
        site hooks      \(playground.dir)/hooks
        logs            \(playground.dir)/log

          PGPASSFILE=\(playground.passfile) psql -h 127.0.0.1 -p \(playground.port) -U \(playground.user) \(playground.database)
          PGPASSFILE=\(playground.passfile) psql -h 127.0.0.1 -p \(primary) -U \(PlaygroundCluster.controlUser) postgres
          \(understudy) nodes --socket \(playground.socket)

        """
}

/// The binary that runs, to start the daemon with.
func ownExecutable() throws -> String { try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") }
