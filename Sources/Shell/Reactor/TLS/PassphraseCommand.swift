internal import Glibc

/// Asks a shell command for the passphrase of a private key. Blocks for at most `patience`: never on a loop.
///
/// Source: PostgreSQL's `ssl_passphrase_command`: `%p` stands for a prompt, `%%` for a percent sign, the answer is one line.
enum PassphraseCommand {
    static let patience = Duration.seconds(30)
    /// What OpenSSL takes at most.
    private static let longest = 1024

    /// The passphrase of the key in the file `key`.
    static func run(_ command: String, key: String) throws(TLSError) -> [UInt8] {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw TLSError("cannot run ssl_passphrase_command: \(SocketError("pipe"))") }
        defer { close(ends[0]) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let process: pid_t
        do {
            defer { close(ends[1]) }
            process = try start(expand(command, key: key), output: ends[1])
        }
        let answer = read(ends[0], until: .now() + patience)
        if answer == nil { kill(-process, SIGKILL) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard let answer else { throw TLSError("ssl_passphrase_command did not print one line and end in \(patience)") }
        guard status == 0 else { throw TLSError("ssl_passphrase_command failed with status \(status >> 8 & 0xFF)") }
        return Array(answer.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") })
    }

    static func expand(_ command: String, key: String) -> String {
        var result = "", isEscaped = false
        for character in command {
            switch (isEscaped, character) {
            case (false, "%"): isEscaped = true
            case (true, "p"): result += "Enter PEM pass phrase for \(key):"; isEscaped = false
            case (true, "%"): result += "%"; isEscaped = false
            case (true, _): result += "%\(character)"; isEscaped = false
            case (false, _): result.append(character)
            }
        }
        return isEscaped ? result + "%" : result
    }

    /// In a process group of its own, so that it can be ended with what it started.
    private static func start(_ command: String, output: Int32) throws(TLSError) -> pid_t {
        var actions = posix_spawn_file_actions_t(), attributes = posix_spawnattr_t(), process: pid_t = 0
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let words: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sh"), strdup("-c"), strdup(command)]
        let environment = [strdup("PATH=" + (getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin")), nil]
        defer { for word in words + environment { free(word) } }
        let status = posix_spawn(&process, "/bin/sh", &actions, &attributes, words + [nil], environment)
        guard status == 0 else { throw TLSError("cannot run ssl_passphrase_command: \(SocketError("posix_spawn", code: status))") }
        return process
    }

    /// Everything up to the end of the pipe; nil when it did not come in time, or is too long.
    private static func read(_ descriptor: Int32, until deadline: Monotonic) -> [UInt8]? {
        var answer: [UInt8] = [], piece = [UInt8](repeating: 0, count: longest)
        while answer.count < longest {
            let (seconds, attoseconds) = (deadline - .now()).components
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wait, 1, Int32(clamping: max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000)))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else { return nil }
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            answer += piece[..<count]
        }
        return answer.count < longest ? answer : nil
    }
}
