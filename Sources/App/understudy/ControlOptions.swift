internal import Administration
internal import ArgumentParser
internal import Foundation
internal import Reactor
internal import Settings

/// How a verb that needs a running daemon finds it: `--socket`, `UNDERSTUDY_SOCKET`, `-f FILE`, the default.
struct ControlOptions: ParsableArguments {
    @Option(help: "The daemon's control socket.")
    var socket: String?

    @Option(name: .shortAndLong, help: "The daemon's configuration file, which names its control socket.")
    var file: String?

    @Flag(help: "Print JSON, for programs.")
    var json = false

    func client() throws -> ControlClient {
        ControlClient(path: try path(), waiter: try DescriptorWaiter())
    }

    private func path() throws -> String {
        if let socket { return socket }
        if let socket = ProcessInfo.processInfo.environment["UNDERSTUDY_SOCKET"] { return socket }
        guard let file else { return Settings()[\.daemon.controlSocket] }
        let loaded = LoadedConfiguration(path: file)
        if let error = loaded.diagnostics.first(where: { $0.severity == .error }) { throw StartFailure(error.description) }
        return loaded.settings[\.daemon.controlSocket]
    }
}

/// Prints a value as JSON on one line, or as the text `table` makes of it.
func show<Value: Encodable>(_ value: Value, json: Bool, table: (Value) throws -> String) throws {
    if json {
        print(String(decoding: try ControlLine.encode(value), as: UTF8.self), terminator: "")
    } else {
        print(try table(value), terminator: "")
    }
    fflush(nil)
}
