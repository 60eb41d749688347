internal import Glibc

/// How a command reaches a node's host.
package enum NodeTransport: Hashable, Sendable {
    /// The node is on this host.
    case local
    case ssh(SSH)

    /// Where and as whom ssh logs in. Host keys are those that its known_hosts has: an unknown host is refused.
    package struct SSH: Hashable, Sendable {
        package let host: String
        /// Empty: what ssh's own configuration says.
        package let user: String
        /// An absolute path.
        package let command: String

        package init(host: String, user: String, command: String) {
            self.host = host
            self.user = user
            self.command = command
        }
    }

    /// The program that runs `words` there. `owner`: the user to be, where this process is root and the node is local: PostgreSQL's
    /// programs refuse root. What is in `environment` is in no arguments vector, so that it can be secret.
    package func program(_ words: [String], environment: [String: String], input: String, timeout: Duration, owner: String? = nil) throws(ProgramFailure) -> Program {
        switch self {
        case .local:
            guard geteuid() == 0, let owner, owner != "root" else { return Program(words, environment: environment, input: input, timeout: timeout) }
            return Program(["/usr/sbin/runuser", "-u", owner, "--"] + words, environment: environment, input: input, timeout: timeout)
        case .ssh(let target):
            guard !target.host.isEmpty, !target.host.hasPrefix("-"), !target.user.hasPrefix("-") else { throw ProgramFailure("ssh: \"\(target.host)\" is no host name") }
            var options = ["BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=5", "ServerAliveInterval=5", "ServerAliveCountMax=3", "ForwardAgent=no", "ClearAllForwardings=yes"]
                .flatMap { ["-o", $0] }
            if !target.user.isEmpty { options += ["-l", target.user] }
            let (remote, lines) = try Self.remote(words, environment)
            return Program([target.command, "-T"] + options + ["--", target.host, ShellText.quoted(remote)], environment: Self.own, input: lines + input, timeout: timeout)
        }
    }

    /// What ssh needs of this process's environment.
    private static var own: [String: String] {
        guard let home = getenv("HOME") else { return [:] }
        return ["HOME": String(cString: home)]
    }

    /// Reads so many lines of NAME=value, then becomes the command, whose input is the rest.
    private static let reader = #"n=$1; shift; while [ "$n" -gt 0 ]; do IFS= read -r pair || exit 255; export "$pair"; n=$((n - 1)); done; exec "$@""#

    private static func isName(_ name: String) -> Bool {
        name.first?.isNumber == false && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    private static func remote(_ words: [String], _ environment: [String: String]) throws(ProgramFailure) -> (words: [String], lines: String) {
        let clean = ["/usr/bin/env", "-i"] + Program.baseEnvironment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        guard !environment.isEmpty else { return (clean + words, "") }
        guard environment.allSatisfy({ isName($0.key) && !$0.value.contains(where: \.isNewline) }) else {
            throw ProgramFailure("a variable for a program on another host is a name of letters, digits and _, and one line")
        }
        let lines = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
        return (clean + ["/bin/sh", "-c", reader, "understudy", String(environment.count)] + words, lines)
    }
}
