import Foundation
import Playground
import Testing

extension IntegrationTests {
    /// The programs that applications and administrators use, through the proxy.
    @Suite("Drivers")
    struct DriversTests {
        private static let stories = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Drivers").path

        @Test("psql logs in with every kind of password, over TCP and over a Unix-domain socket", arguments: ["app", "relayed", "trusting", "legacy"])
        func logins(_ user: String) throws {
            try onOneNode { driver in
                for host in ["127.0.0.1", "localhost", driver.cluster.socketDirectory] {
                    let (status, output) = try driver.run("psql", ["-h", host, "-U", user, "-Atc", "SELECT current_user || ' ' || 6 * 7"])
                    #expect(status == 0 && output == "\(user) 42\n", "\(host): \(output)")
                }
            }
        }

        @Test("A wrong password is refused by psql's own words")
        func wrongPassword() throws {
            try onOneNode { driver in
                for user in ["app", "relayed", "legacy"] {
                    let (status, output) = try driver.run("psql", ["-U", user, "-c", "SELECT 1"], environment: ["PGPASSFILE": "/dev/null", "PGPASSWORD": "wrong"])
                    #expect(status == 2 && output.contains("password authentication failed for user \"\(user)\""), "\(output)")
                }
            }
        }

        @Test("psql copies a table in and out unchanged")
        func copies() throws {
            try onOneNode { driver in
                let lines = (0..<50_000).map { "\($0)\tnote \($0)\n" }.joined()
                let file = driver.cluster.directory + "/lines"
                try lines.write(toFile: file, atomically: true, encoding: .utf8)
                try driver.psql("CREATE TABLE t (id int PRIMARY KEY, note text)")
                #expect(try driver.psql("\\copy t FROM '\(file)'") == "COPY 50000\n")
                #expect(try driver.psql("COPY (SELECT * FROM t ORDER BY id) TO STDOUT") == lines)
            }
        }

        @Test("psql cancels its statement when it is interrupted, and the server knows")
        func cancels() throws {
            try onOneNode { driver in
                let began = Date()
                let (status, output) = try IntegrationTests.interruptedSleep(through: driver.cluster)
                #expect(status != 0 && output.contains("canceling statement due to user request"), "\(output)")
                #expect(Date().timeIntervalSince(began) < 20)
                #expect(try driver.psql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%sleep(60)' AND state = 'active'") == "0\n")
            }
        }

        @Test("A cancel with another session's number and a wrong secret stops nothing")
        func foreignCancel() throws {
            try onOneNode { driver in
                let victim = try driver.cluster.connect(), port = driver.cluster.description.port
                let forged = [0, 0, 0, 16, 4, 210, 22, 46].map { UInt8($0) } + withUnsafeBytes(of: UInt32(victim.backendID).bigEndian, Array.init) + [1, 2, 3, 4]
                Thread.detachNewThread {
                    usleep(300_000)
                    do { try RawConnection(port: port).send(forged) } catch { Issue.record(error) }
                }
                #expect(try victim.query("SELECT pg_sleep(1)").count == 1)
            }
        }

        @Test("pgbench runs its own load in every query mode without one failure", arguments: ["simple", "extended", "prepared"])
        func pgbench(_ mode: String) throws {
            try onOneNode { driver in
                let (made, said) = try driver.run("pgbench", ["-i", "-q", "-s", "1"])
                #expect(made == 0, "\(said)")
                for load in [["-N"], ["-S"]] {
                    let (status, output) = try driver.run("pgbench", ["-n", "-M", mode, "-c", "8", "-j", "2", "-t", "200"] + load)
                    #expect(status == 0, "\(output)")
                    #expect(output.contains("number of transactions actually processed: 1600/1600"), "\(output)")
                    #expect(output.contains("number of failed transactions: 0 "), "\(output)")
                }
            }
        }

        @Test("pgbench connects anew for every transaction", arguments: ["app", "trusting"])
        func reconnecting(_ user: String) throws {
            try onOneNode { driver in
                let script = driver.cluster.directory + "/one.sql"
                try "SELECT 1;\n".write(toFile: script, atomically: true, encoding: .utf8)
                let (status, output) = try driver.run("pgbench", ["-n", "-C", "-c", "4", "-j", "2", "-t", "25", "-U", user, "-f", script])
                #expect(status == 0 && output.contains("actually processed: 100/100"), "\(output)")
            }
        }

        @Test("Python's drivers do through the proxy what they do on PostgreSQL itself", arguments: ["psycopg2", "psycopg3", "asyncpg"], ["session", "transaction"])
        func python(_ driverName: String, pooling: String) throws {
            // Two backends for each user: in transaction mode a story meets another backend often, and a pinned session must leave one for the others.
            try onOneNode(settings: [("pool_mode", pooling), ("default_pool_size", pooling == "session" ? "0" : "2")]) { driver in
                // Debian's Python, for which Debian packages the drivers.
                let (status, output) = try driver.run("/usr/bin/python3", ["\(Self.stories)/\(driverName)_story.py"])
                #expect(status == 0 && output == "\(driverName) story told\n", "\(output)")
            }
        }

        @Test("JDBC connects, asks, copies, batches and cancels", arguments: ["app", "relayed"], ["session", "transaction"])
        func jdbc(_ user: String, pooling: String) throws {
            try onOneNode(settings: [("pool_mode", pooling)]) { driver in
                let url = "jdbc:postgresql://127.0.0.1:\(driver.cluster.description.port)/\(PlaygroundCluster.database)"
                let (status, output) = try driver.run("java", ["-Dfile.encoding=UTF-8", "-cp", "/usr/share/java/postgresql.jar", "\(Self.stories)/JdbcStory.java", url, user])
                #expect(status == 0 && output == "JDBC story told\n", "\(output)")
            }
        }
    }
}

/// A driver's surroundings: libpq's variables point to the proxy.
private struct Driver {
    let cluster: PlaygroundCluster

    func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) throws -> (status: Int32, output: String) {
        let defaults = [
            "PGHOST": "127.0.0.1", "PGPORT": String(cluster.description.port), "PGUSER": "app", "PGDATABASE": PlaygroundCluster.database,
            "PGPASSFILE": cluster.passfile, "PGCONNECT_TIMEOUT": "10", "LC_ALL": "C.UTF-8",
        ]
        return try IntegrationTests.launch("/usr/bin/env", [program] + arguments, environment: defaults.merging(environment) { $1 })
    }

    /// A statement as `app`; what psql prints, or an issue.
    @discardableResult
    func psql(_ statement: String) throws -> String {
        let (status, output) = try run("psql", ["-AtX", "-v", "ON_ERROR_STOP=1", "-c", statement])
        #expect(status == 0, "\(output)")
        return output
    }
}

private func onOneNode(settings: [(name: String, value: String)] = [], _ story: (Driver) throws -> Void) throws {
    try IntegrationTests.onCluster(standbys: 0, settings: settings) { try story(Driver(cluster: $0)) }
}
