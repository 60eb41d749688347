internal import Glibc
package import ClusterModel
package import Reactor

/// The host of one node: runs programs there, works on its data directory and its server, by the node's transport.
///
/// Every method does nothing where its work is done already, so that it may be repeated after a crash.
package struct NodeHost: Sendable {
    package let node: Node
    let transport: NodeTransport
    /// Where PostgreSQL's programs are; empty: where packages put them, by the data directory's version.
    let programs: String
    let waiter: DescriptorWaiter
    let epochs: any EpochGuard

    package init(_ node: Node, _ transport: NodeTransport, programs: String, waiter: DescriptorWaiter, epochs: any EpochGuard) {
        self.node = node
        self.transport = transport
        self.programs = programs
        self.waiter = waiter
        self.epochs = epochs
    }

    /// Runs a program as its user there, whatever it does to the node.
    package func run(_ words: [String], environment: [String: String], input: String, timeout: Duration, asRoot: Bool, line: (@Sendable (String) -> Void)?) async throws(ProgramFailure) -> Program.Result {
        guard asRoot else { return try await transport.program(words, environment: environment, input: input, timeout: timeout, owner: owner).run(waiter, line: line) }
        guard environment.isEmpty else { throw ProgramFailure("env cannot be given together with as = \"root\": sudo does not pass it on") }
        let program = try transport.program(Self.rootWords(words, isRoot: transport == .local && geteuid() == 0), environment: [:], input: input, timeout: timeout)
        return try await program.run(waiter, line: line)
    }

    /// By sudo, which must not ask; as it is for who is root already.
    package static func rootWords(_ words: [String], isRoot: Bool) -> [String] { isRoot ? words : ["/usr/bin/sudo", "-n", "--"] + words }

    /// Whose the data directory is, or the directory that it is to be in; matters where this process is root.
    private var owner: String? {
        guard transport == .local, geteuid() == 0, !node.dataDirectory.isEmpty else { return nil }
        var path = node.dataDirectory, status = stat()
        while stat(path, &status) != 0, path.contains("/") { path = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
        return getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) }
    }

    // MARK: Scripts

    /// What every script of ours begins with: stops at the first failure, knows PGDATA as $1, and finds PostgreSQL's programs.
    private static let prologue = #"""
        set -eu
        data=$1; programs=$2; shift 2
        fail() { echo "$1" >&2; exit 1; }
        pg() {
          tool=$1; shift
          if [ -z "$programs" ]; then
            major=$(cat "$data/PG_VERSION" 2>/dev/null || echo "${version:-}")
            for place in "/usr/lib/postgresql/$major/bin" "/usr/pgsql-$major/bin" "/usr/local/pgsql/bin"; do
              if [ -x "$place/$tool" ]; then programs=$place; break; fi
            done
          fi
          [ -n "$programs" ] || fail "PostgreSQL's programs were not found: set backend_bindir of this node"
          "$programs/$tool" "$@"
        }
        # pg_ctl takes a postmaster for alive that has ended and that nobody has waited for yet.
        is_running() {
          pg pg_ctl status -D "$data" >/dev/null 2>&1 || return 1
          case $(sed 's/.*) //; s/ .*//' "/proc/$(head -n 1 "$data/postmaster.pid" 2>/dev/null)/stat" 2>/dev/null) in Z | X) return 1 ;; esac
        }

        """#

    /// Runs a script there, in which the arguments are "$1" and so on: data, never program text.
    func script(_ text: String, _ arguments: [String] = [], environment: [String: String] = [:], input: String = "", timeout: Duration,
                line: (@Sendable (String) -> Void)? = nil) async throws(ProgramFailure) -> Program.Result {
        guard !node.dataDirectory.isEmpty else { throw ProgramFailure("backend_data_directory\(node.id) is not set: nothing can be done on the host of \(node.name)") }
        let words = ["/bin/sh", "-c", Self.prologue + text, "understudy", node.dataDirectory, programs] + arguments
        let result = try await transport.program(words, environment: environment, input: input, timeout: timeout, owner: owner).run(waiter, line: line)
        guard result.code == 0 else {
            let words = (result.errors + result.output).split(whereSeparator: \.isNewline).suffix(3).joined(separator: "; ")
            throw ProgramFailure(words.isEmpty ? "ended with code \(result.code)" : words)
        }
        return result
    }

    /// An effect: refused when its epoch is not in force any more.
    func effect(in epoch: Epoch, _ text: String, _ arguments: [String] = [], environment: [String: String] = [:], input: String = "", timeout: Duration,
                line: (@Sendable (String) -> Void)? = nil) async throws -> Program.Result {
        try await epochs.check(epoch)
        return try await script(text, arguments, environment: environment, input: input, timeout: timeout, line: line)
    }
}
