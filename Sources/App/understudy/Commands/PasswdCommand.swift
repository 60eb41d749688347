internal import ArgumentParser
internal import Credentials
internal import Foundation
internal import Sessions
internal import Settings

struct PasswdCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwd", abstract: "Write, replace or remove a user's secret in pool_passwd.",
        discussion: """
            The password is read from the terminal, unseen, or is the first line of standard input. A running daemon takes the file over on reload.
            """)

    @Argument(help: "The user, as PostgreSQL knows it.")
    var user: String

    @Option(name: .shortAndLong, help: "The configuration file, which names pool_passwd and pool_key_file.")
    var file: String?

    @Option(help: "The file to write, where no configuration names it.")
    var poolPasswd: String?

    @Option(help: "The file with pgpool's key, for --method aes; as the configuration, or pgpool itself, has it.")
    var keyFile: String?

    @Option(help: "\(SecretForm.allCases.map(\.rawValue).joined(separator: ", ")): how the password is written.")
    var method = SecretForm.scram

    @Flag(help: "What is read is no password but its stored form: SCRAM-SHA-256$… or md5…, as in pg_authid.")
    var stored = false

    @Flag(help: "Remove the user.")
    var delete = false

    @Flag(help: "Make a user for the admin database: a SCRAM verifier, and a word on admin_users.")
    var admin = false

    func validate() throws {
        if delete && (admin || stored) { throw ValidationError("--delete takes neither --admin nor --stored") }
        if admin && method != .scram { throw ValidationError("--admin writes a SCRAM verifier: leave --method \(method.rawValue) out") }
        if file == nil && poolPasswd == nil { throw ValidationError("name the configuration (-f FILE) or the file itself (--pool-passwd FILE)") }
    }

    func run() throws {
        let settings = try file.map(configuration)
        let path = try poolPasswd ?? settings.map { try pathOfPasswd($0) } ?? ""
        let said = try delete ? remove(from: path) : write(to: path, settings)
        print(said)
        if method == .scram, !stored, !admin, !delete {
            print("""
                This verifier is a new one. It lets \(user) in here, but the daemon cannot log in to a node with it, unless the node has the very same: \
                use --stored with the verifier of pg_authid, --method text or aes, or auth_query.
                """)
        }
        if admin { print("Let the user in by admin_users: in \(file ?? "the configuration"), add '\(user)' to it.") }
    }

    private func remove(from path: String) throws -> String {
        var isRemoved = false
        try SecretFile(path: path).update { text in
            var lines = PoolPasswdText(text)
            isRemoved = lines.remove(user)
            return lines.text
        }
        guard isRemoved else { throw StartFailure("\(path) has no user \(user): nothing was changed") }
        return "\(path): \(user) removed"
    }

    private func write(to path: String, _ settings: LoadedNames?) throws -> String {
        let read = try TerminalSecret.read(prompt: stored ? "Stored form for \(user): " : "Password for \(user): ")
        let secret = try stored ? checked(read) : method.secret(of: read, user: user, salt: Self.salt(), key: { try key(settings) })
        var isReplaced = false
        try SecretFile(path: path).update { text in
            var lines = PoolPasswdText(text)
            isReplaced = try lines.set(user, to: secret)
            return lines.text
        }
        return "\(path): \(user) \(isReplaced ? "replaced" : "added")"
    }

    private func checked(_ text: String) throws -> String {
        guard UserSecret(stored: text) != nil else {
            throw StartFailure("expected SCRAM-SHA-256$iterations:salt$key:key or md5 and 32 digits, got something else: nothing was written")
        }
        return text
    }

    private static func salt() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    // MARK: Files

    private struct LoadedNames {
        let settings: Settings
        let folder: URL
        func path(_ name: String) -> String { name.isEmpty ? "" : URL(filePath: name, relativeTo: folder).path }
    }

    /// The configuration may name a pool_passwd that this command is about to make, so what is wrong with it is not looked at.
    private func configuration(_ path: String) throws -> LoadedNames {
        let whole = URL(filePath: path).path
        guard FileManager.default.isReadableFile(atPath: whole) else { throw StartFailure("\(whole) cannot be read") }
        return LoadedNames(settings: ConfigurationFile(path: whole).settings, folder: URL(filePath: whole).deletingLastPathComponent())
    }

    private func pathOfPasswd(_ names: LoadedNames) throws -> String {
        let path = names.path(names.settings[\.authentication.poolPasswd])
        guard !path.isEmpty else { throw StartFailure("pool_passwd is empty in \(file ?? ""): name the file to write (--pool-passwd FILE)") }
        return path
    }

    private func key(_ names: LoadedNames?) throws -> PoolKey {
        let named = keyFile.map { URL(filePath: $0).path } ?? names.map { $0.path($0.settings[\.authentication.poolKeyFile]) } ?? ""
        switch PoolKeyFile(named: named).read() {
        case .success(let key): return key
        case .failure(let why): throw StartFailure("the key for --method aes cannot be had: \(why.reason)")
        }
    }
}

extension SecretForm: ExpressibleByArgument {}
