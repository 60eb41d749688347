import Foundation
import Playground
import Testing

/// Tests on real servers, one after another: each has the machine's two cores to itself.
@Suite("Integration", .serialized)
struct IntegrationTests {
    /// The binary under test: built beside the tests.
    static let executable: String = {
        let own = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let beside = own.deletingLastPathComponent().appending(path: "understudy").path
        precondition(FileManager.default.isExecutableFile(atPath: beside), "\(beside) is missing: build it with `swift build --build-tests`")
        return beside
    }()

    /// Runs `story` on a cluster of its own and takes it down afterwards.
    static func onCluster(standbys: Int = 2, sync: Int = 0, settings: [(name: String, value: String)] = [], startsDaemon: Bool = true,
                          _ story: (PlaygroundCluster) throws -> Void) throws {
        var options = PlaygroundCluster.Options(executable: executable)
        options.standbys = standbys
        options.sync = sync
        options.settings = settings
        options.startsDaemon = startsDaemon
        options.directory = NSTemporaryDirectory() + "understudy-test-\(UUID().uuidString.prefix(8))"
        let cluster = try PlaygroundCluster.up(options)
        do { try story(cluster) } catch {
            // What the daemon said is what one wants to read when a test on real servers failed.
            print(String(decoding: FileManager.default.contents(atPath: cluster.directory + "/log/understudy.log") ?? Data(), as: UTF8.self))
            try cluster.down()
            throw error
        }
        try cluster.down()
    }

    /// Runs the binary and returns its exit status and everything it printed.
    static func run(_ arguments: [String], environment: [String: String] = [:], seconds: TimeInterval = 60) throws -> (status: Int32, output: String) {
        try launch(executable, arguments, environment: environment, seconds: seconds)
    }

    /// Runs a program by its path and returns its exit status and everything it printed. With `signal` it is sent that as soon as `isReady` holds:
    /// how long a program takes to begin depends on what else the machine does.
    static func launch(_ path: String, _ arguments: [String], environment: [String: String] = [:], seconds: TimeInterval = 60, signal: Int32? = nil,
                       when isReady: () throws -> Bool = { true }) throws -> (status: Int32, output: String) {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try withoutBlockedSignals { try process.run() }
        let watchdog = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: watchdog)
        if let signal {
            try eventually("\(path) is where it is to be interrupted") { try isReady() || !process.isRunning }
            kill(process.processIdentifier, signal)
        }
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        watchdog.cancel()
        return (process.terminationStatus, output)
    }

    /// psql, interrupted in the middle of a statement that sleeps for a minute. `words` are more of its connection string.
    static func interruptedSleep(through cluster: PlaygroundCluster, _ words: String = "") throws -> (status: Int32, output: String) {
        let control = try cluster.connect(toNode: 0)
        let target = "host=127.0.0.1 port=\(cluster.description.port) user=app dbname=\(PlaygroundCluster.database) passfile=\(cluster.passfile) \(words)"
        return try launch("/usr/bin/env", ["psql", target, "-X", "-c", "SELECT pg_sleep(60)"], environment: ["LC_ALL": "C.UTF-8"], signal: SIGINT) {
            try control.query("SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'") == [["1"]]
        }
    }

    /// A test's thread blocks signals, and its children inherit that: psql would never see its SIGINT.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var none = sigset_t(), before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    static func run(_ arguments: String..., environment: [String: String] = [:]) throws -> (status: Int32, output: String) {
        try run(arguments, environment: environment)
    }

    /// Polls until `condition` holds; records an issue after `seconds`.
    static func eventually(_ what: String, seconds: Double = 30, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool) rethrows {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while try !condition() {
            guard Date() < deadline else {
                Issue.record("still not so after \(seconds) s: \(what)", sourceLocation: sourceLocation)
                return
            }
            usleep(10_000)
        }
    }
}

extension PlaygroundCluster {
    /// What the daemon has said so far.
    func log() throws -> String { try String(contentsOfFile: directory + "/log/understudy.log", encoding: .utf8) }
}

/// The SQLSTATE a statement fails with; nil when it succeeds, `lost` when the connection goes.
func sqlState(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch let failure as SQLClient.Failure {
        return failure.sqlState ?? (failure.description.contains("57P01") ? "57P01" : "lost")
    } catch { return "\(error)" }
}
