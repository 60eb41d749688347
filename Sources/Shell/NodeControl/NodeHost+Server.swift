package import ClusterModel
package import NodeConnections

/// The server on the node's host: started, stopped, rewound, copied.
extension NodeHost {
    /// How long pg_ctl may take beyond the wait that it is given.
    private static let slack = Duration.seconds(10)
    private static let brief = Duration.seconds(20)

    /// Starts the server and waits until it takes logins.
    package func start(in epoch: Epoch, wait: Duration) async throws {
        _ = try await effect(in: epoch, #"""
            is_running && exit 0
            log="$data/log"; [ -d "$log" ] || log="$data"
            pg pg_ctl start -D "$data" -w -t "$1" -l "$log/understudy-start.log" </dev/null >/dev/null \
              || fail "pg_ctl start: $(tail -n 3 "$log/understudy-start.log" 2>/dev/null || echo 'it says no more')"
            """#, [Self.seconds(wait)], timeout: wait + Self.slack)
    }

    /// Stops the server and waits until it has ended.
    package func stop(in epoch: Epoch, mode: StopMode, wait: Duration) async throws {
        _ = try await effect(in: epoch, #"""
            is_running || exit 0
            # Not by pg_ctl's own waiting: that fails when the server is killed meanwhile.
            pg pg_ctl stop -D "$data" -m "$2" -W >/dev/null || { is_running || exit 0; exit 1; }
            end=$(($(date +%s) + $1))
            while is_running; do
              [ "$(date +%s)" -lt "$end" ] || fail "the server has not ended after $1 s"
              sleep 0.05
            done
            """#, [Self.seconds(wait), mode.rawValue], timeout: wait + Self.slack)
    }

    /// PostgreSQL's three ways to stop.
    package enum StopMode: String, Sendable { case smart, fast, immediate }

    /// What pg_controldata prints, by label.
    package func controlData() async throws(ProgramFailure) -> [String: String] {
        let result = try await script(#"pg pg_controldata -D "$data""#, timeout: Self.brief)
        var values: [String: String] = [:]
        for line in result.output.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            values[String(line[..<colon])] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        return values
    }

    /// Bytes that are free where the data directory is, or is to be.
    package func freeBytes() async throws(ProgramFailure) -> Int64 {
        let result = try await script(#"place=$data; while [ ! -d "$place" ]; do place=$(dirname -- "$place"); done; df -Pk -- "$place" | tail -n 1 | awk '{ print $(NF - 2) }'"#, timeout: Self.brief)
        guard let blocks = Int64(result.output.trimmedLine) else { throw ProgramFailure("df said \"\(result.output.trimmedLine)\", which is no number") }
        return blocks * 1024
    }

    /// Whether pg_rewind could make this stopped node follow `source`: a dry run of it.
    package func canRewind(from source: Source) async throws(ProgramFailure) -> Bool {
        do { _ = try await rewind(source, isDryRun: true, timeout: .seconds(120)) } catch { return false }
        return true
    }

    /// Runs pg_rewind; the server must be stopped.
    package func rewind(in epoch: Epoch, from source: Source, timeout: Duration, line: (@Sendable (String) -> Void)?) async throws {
        try await epochs.check(epoch)
        _ = try await rewind(source, isDryRun: false, timeout: timeout, line: line)
    }

    private func rewind(_ source: Source, isDryRun: Bool, timeout: Duration, line: (@Sendable (String) -> Void)? = nil) async throws(ProgramFailure) -> Program.Result {
        try await script(#"""
            is_running && fail "the server runs: pg_rewind needs it stopped"
            # One that crashed must have recovered once; pg_rewind sees to that itself from version 13 on.
            pg pg_rewind -D "$data" --source-server="$1" --progress ${2:+--dry-run} </dev/null
            """#, [source.conninfo, isDryRun ? "yes" : ""], environment: source.environment, timeout: timeout, line: line)
    }

    /// Runs pg_basebackup into the data directory, which must be empty or missing.
    package func baseBackup(in epoch: Epoch, from source: Source, slot: String?, maxRate: Int64, isFast: Bool, timeout: Duration, line: (@Sendable (String) -> Void)?) async throws {
        // pg_basebackup counts kilobytes, from 32 on.
        let rate = maxRate == 0 ? "" : String(max(32, maxRate / 1024))
        _ = try await effect(in: epoch, #"""
            # A copy that was interrupted is no server: it says so beside itself.
            copying="$data.understudy-copying"
            if [ -e "$copying" ]; then rm -rf -- "$data"; fi
            [ ! -f "$data/PG_VERSION" ] || fail "$data holds a server already: move it aside first"
            mkdir -p -- "$data" && chmod 0700 "$data"
            : > "$copying"
            version=$5
            pg pg_basebackup -D "$data" -d "$1" -X stream -c "$4" ${2:+-S "$2"} ${3:+-r "$3"} -P </dev/null
            rm -f -- "$copying"
            """#, [source.conninfo, slot ?? "", rate, isFast ? "fast" : "spread", source.version], environment: source.environment, timeout: timeout, line: line)
    }

    /// Another node, as PostgreSQL's own programs reach it. The password is in the environment, never in an argument.
    package struct Source: Sendable {
        package let conninfo: String
        package let environment: [String: String]
        /// The major version of its server: `15`.
        package let version: String

        /// `version` is server_version_num.
        package init(_ target: ConnectionTarget, version: Int) {
            let words = [("host", target.host), ("port", String(target.port)), ("user", target.user), ("dbname", target.database), ("sslmode", target.encryption.mode)]
            conninfo = words.filter { !$0.1.isEmpty }.map { "\($0.0)='\($0.1.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'" }.joined(separator: " ")
            // From version 10 on the major is the whole of what comes before the last four digits.
            self.version = String(version / 10_000)
            environment = target.password.isEmpty ? [:] : ["PGPASSWORD": target.password.forProgram]
        }
    }

    /// Whole seconds, at least one.
    private static func seconds(_ duration: Duration) -> String { String(max(1, Int((duration / .seconds(1)).rounded(.up)))) }
}

extension String {
    /// The first line, without blanks around it.
    var trimmedLine: String { (split(whereSeparator: \.isNewline).first ?? "").split(separator: " ").joined(separator: " ") }
}
