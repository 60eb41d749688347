internal import Administration
internal import ArgumentParser
internal import Foundation
internal import Reactor

/// How a verb that needs a running daemon finds it: `--socket`, `UNDERSTUDY_SOCKET`, `-f FILE`, the default.
struct ControlOptions: ParsableArguments {
    @Option(help: "The daemon's control socket.")
    var socket: String?

    @Flag(help: "Print JSON, for programs.")
    var json = false

    func client() throws -> ControlClient {
        ControlClient(path: path, waiter: try DescriptorWaiter())
    }

    private var path: String {
        socket ?? ProcessInfo.processInfo.environment["UNDERSTUDY_SOCKET"] ?? "/run/understudy/control.sock"
    }
}

/// Prints a value as JSON on one line, or as the text `table` makes of it.
func show<Value: Encodable>(_ value: Value, json: Bool, table: (Value) -> String) throws {
    if json {
        print(String(decoding: try ControlLine.encode(value), as: UTF8.self), terminator: "")
    } else {
        print(table(value), terminator: "")
    }
    fflush(nil)
}
