internal import CLinux
internal import Glibc
package import Reactor

/// A program to be run to its end: an arguments vector, never a shell's text.
package struct Program: Sendable {
    /// The first is an absolute path.
    package var arguments: [String]
    /// All of it: nothing is inherited.
    package var environment: [String: String]
    package var input: String
    package var timeout: Duration

    /// Of its output and of its errors each; a program that writes more is ended.
    package static let outputLimit = 8 << 20
    /// Between SIGTERM and SIGKILL.
    private static let grace = Duration.seconds(2)
    /// What every program is given.
    package static let baseEnvironment = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"]

    package init(_ arguments: [String], environment: [String: String] = [:], input: String = "", timeout: Duration) {
        self.arguments = arguments
        self.environment = Self.baseEnvironment.merging(environment) { _, own in own }
        self.input = input
        self.timeout = timeout
    }

    /// How it ended.
    package struct Result: Sendable {
        /// Its exit code; 128 and the signal's number when a signal ended it.
        package let code: Int
        package let output: String
        package let errors: String
        package let took: Duration
    }

    /// Runs it; `line` hears of every line as it comes, until nobody waits for the program any more. Cancelling the task ends the program and everything that it started in its group.
    package func run(_ waiter: DescriptorWaiter, line: (@Sendable (String) -> Void)? = nil) async throws(ProgramFailure) -> Result {
        guard let path = arguments.first, path.hasPrefix("/"), !(arguments + environment.flatMap { [$0.key, $0.value] }).contains(where: { $0.utf8.contains(0) }) else {
            throw ProgramFailure("\(arguments.first ?? "nothing") cannot be run: expected an absolute path, and no NUL in arguments")
        }
        let began = Monotonic.now(), deadline = began + timeout
        let child = try start(path)
        defer { for descriptor in [child.output, child.errors, child.process] { close(descriptor) } }
        let texts = await withTaskGroup(of: (Int, Stream).self) { group in
            group.addTask { (0, await Self.feed(child.input, Array(input.utf8), until: deadline, waiter)) }
            group.addTask { (3, await Self.untilEnded(child, until: deadline, waiter)) }
            group.addTask { (1, await Self.gather(child.output, until: deadline, waiter, line)) }
            group.addTask { (2, await Self.gather(child.errors, until: deadline, waiter, line)) }
            var texts = [Stream](repeating: Stream(), count: 4), open = 2
            for await (index, stream) in group {
                texts[index] = stream
                if index == 1 || index == 2 { open -= 1 }
                // Either there is nothing more to be read, or whoever holds the pipes is not the program.
                if index == 3 || open == 0 || stream.isTooLong { group.cancelAll() }
            }
            return texts
        }
        let isTooLong = texts.contains(where: \.isTooLong)
        // Nobody reads what it goes on to write: it would wait for that until its time is over.
        let patience = isTooLong ? Monotonic.now() : deadline
        let isInTime = await waiter.wait(for: child.process, .readable, until: patience) == .ready && !Task.isCancelled
        let status = await Task.detached { await Self.reap(child, waiter) }.value
        if isTooLong { throw ProgramFailure("\(path) wrote more than \(Self.outputLimit >> 20) MB: it was ended") }
        guard isInTime else {
            let last = (texts[2].text + texts[1].text).split(whereSeparator: \.isNewline).last.map { "; its last words: \($0)" } ?? ""
            throw ProgramFailure("\(path) was still running after \(timeout)\(last)")
        }
        let signal = status & 0x7F
        return Result(code: Int(signal == 0 ? (status >> 8) & 0xFF : 128 + signal), output: texts[1].text, errors: texts[2].text, took: Monotonic.now() - began)
    }

    private func start(_ path: String) throws(ProgramFailure) -> understudy_program {
        var child = understudy_program()
        let argv = arguments.map { strdup($0) } + [nil], envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for copy in argv + envp { free(copy) } }
        let error = understudy_start_program(argv, envp, &child)
        guard error == 0 else { throw ProgramFailure("\(path) cannot be run: \(String(cString: strerror(error)))") }
        return child
    }

    /// How long the output of what a program left behind is still read.
    private static let afterglow = Duration.milliseconds(500)

    private static func untilEnded(_ child: understudy_program, until deadline: Monotonic, _ waiter: DescriptorWaiter) async -> Stream {
        if await waiter.wait(for: child.process, .readable, until: deadline) == .ready { await waiter.sleep(afterglow) }
        return Stream()
    }

    private struct Stream: Sendable {
        var bytes: [UInt8] = []
        var isTooLong = false
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Writes what the program reads, and closes its input.
    private static func feed(_ descriptor: Int32, _ bytes: [UInt8], until deadline: Monotonic, _ waiter: DescriptorWaiter) async -> Stream {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count); continue }
            // A program that does not want all of it is no failure.
            guard count < 0, errno == EAGAIN || errno == EINTR else { break }
            guard await waiter.wait(for: descriptor, .writable, until: deadline) == .ready else { break }
        }
        close(descriptor)
        return Stream()
    }

    private static func gather(_ descriptor: Int32, until deadline: Monotonic, _ waiter: DescriptorWaiter, _ line: (@Sendable (String) -> Void)?) async -> Stream {
        var stream = Stream(), chunk = [UInt8](repeating: 0, count: 65_536), told = 0
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count > 0 {
                stream.bytes += chunk[..<count]
                while let line, !Task.isCancelled, let end = stream.bytes[told...].firstIndex(of: UInt8(ascii: "\n")) {
                    line(String(decoding: stream.bytes[told..<end], as: UTF8.self))
                    told = end + 1
                }
                stream.isTooLong = stream.bytes.count > outputLimit
                if stream.isTooLong { return stream }
                continue
            }
            guard count < 0, errno == EAGAIN || errno == EINTR else { break }
            guard await waiter.wait(for: descriptor, .readable, until: deadline) == .ready else { break }
        }
        if let line, !Task.isCancelled, told < stream.bytes.count { line(String(decoding: stream.bytes[told...], as: UTF8.self)) }
        return stream
    }

    /// Ends what still runs of the group, and reaps the program.
    private static func reap(_ child: understudy_program, _ waiter: DescriptorWaiter) async -> Int32 {
        if await waiter.wait(for: child.process, .readable, until: .now() + .milliseconds(1)) == .timedOut {
            var program = child
            understudy_signal_program(&program, SIGTERM)
            if await waiter.wait(for: child.process, .readable, until: .now() + grace) == .timedOut { understudy_signal_program(&program, SIGKILL) }
            _ = await waiter.wait(for: child.process, .readable, until: .now() + .seconds(60))
        }
        var status: Int32 = 0
        while waitpid(child.pid, &status, WNOHANG) == 0 { _ = await waiter.wait(for: child.process, .readable, until: .now() + .seconds(1)) }
        return status
    }
}

/// Why a program has no result.
package struct ProgramFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
