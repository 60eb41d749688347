internal import Foundation
package import Reactor

/// The command line's side of the control socket.
package struct ControlClient: Sendable {
    /// Why a daemon did not answer; says what to do.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let path: String
    private let waiter: DescriptorWaiter
    /// Until the first line of an answer.
    package static let patience = Duration.seconds(30)

    package init(path: String, waiter: DescriptorWaiter) {
        self.path = path
        self.waiter = waiter
    }

    /// Asks once and returns the result; `patience` is for what takes long.
    package func ask<Result: Codable & Sendable>(_ request: ControlRequest, for _: Result.Type = Result.self, patience: Duration = ControlClient.patience) async throws -> Result {
        var answer: Result?
        try await converse(request, for: Result.self, patience: patience) { result in
            answer = result
            return false
        }
        guard let answer else { throw Failure(description: "\(path): the daemon closed the connection without an answer") }
        return answer
    }

    /// Asks once and hands every line of the answer to `take`, until it returns false or the daemon hangs up.
    package func follow<Result: Codable & Sendable>(_ request: ControlRequest, for _: Result.Type = Result.self, _ take: (Result) throws -> Void) async throws {
        try await converse(request, for: Result.self, patience: .seconds(365 * 86_400)) { result in
            try take(result)
            return true
        }
    }

    /// Asks once and hands every line of the answer to `take`, until that returns false.
    package func converse<Result: Codable & Sendable>(_ request: ControlRequest, for _: Result.Type, patience: Duration = .seconds(365 * 86_400),
                                                      _ take: (Result) throws -> Bool) async throws {
        let connection: ControlConnection
        do { connection = try ControlConnection(path: path, waiter: waiter) } catch where error.isForbidden {
            throw Failure(description: "\(path) is not yours to use: ask as the daemon's user, or let its control_socket_group in")
        } catch {
            throw Failure(description: "no daemon answers at \(path) (\(error)): start one with `understudy serve -f FILE`, or name its socket with --socket")
        }
        try await connection.write(try ControlLine.encode(request), until: .now() + .seconds(10))
        while let line = try await connection.readLine(until: .now() + patience) {
            let reply: ControlReply<Result>
            do { reply = try JSONDecoder().decode(ControlReply<Result>.self, from: line) } catch {
                throw Failure(description: "\(path): the answer is not one this version understands: \(error)")
            }
            if let error = reply.error { throw Failure(description: error) }
            guard let result = reply.result, try take(result) else { return }
        }
    }
}
