internal import Foundation

/// Certificates made by the `openssl` command, once for all tests: an authority, another one that nobody trusts, and what they
/// signed. The folder goes with the process.
package struct Certificates: Sendable {
    package struct Failure: Error { package let description: String }

    /// Made at the first use, which blocks.
    package static let shared = Result { try Certificates() }

    /// The same without holding a thread that tasks need.
    package static func made() async throws -> Certificates {
        try await withCheckedContinuation { continuation in
            Foundation.Thread.detachNewThread { continuation.resume(returning: shared) }
        }.get()
    }

    package let folder: String

    /// The path of a file of the folder.
    package func callAsFunction(_ name: String) -> String { "\(folder)/\(name)" }

    private static let year = ["-startdate", "20200101000000Z", "-enddate", "20450101000000Z"]

    private init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/understudy-tls-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        folders.add(folder)
        for authority in ["ca", "stranger"] {
            try configure(authority)
            try run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "\(authority).key", "-out", "\(authority).crt",
                    "-subj", "/CN=\(authority)", "-days", "3650")
        }
        try sign("server", subject: "/CN=db.example", names: "DNS:db.example,IP:127.0.0.1", by: "ca")
        try sign("expired", subject: "/CN=db.example", names: "DNS:db.example", by: "ca", dates: ["-startdate", "20200101000000Z", "-enddate", "20210101000000Z"])
        try sign("foreign", subject: "/CN=db.example", names: "DNS:db.example", by: "stranger")
        try sign("alice", subject: "/O=Example/CN=alice", names: "DNS:alice", by: "ca")
        try sign("mallory", subject: "/CN=mallory", names: "DNS:mallory", by: "ca")
        try run("ca", "-config", "ca.cnf", "-revoke", "mallory.crt", "-batch")
        try run("ca", "-config", "ca.cnf", "-gencrl", "-out", "ca.crl", "-crldays", "3650")
        try run("pkey", "-in", "server.key", "-aes256", "-passout", "pass:sesame", "-out", "locked.key")
        try run("genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", "dh.pem")
        for key in try FileManager.default.contentsOfDirectory(atPath: folder) where key.hasSuffix(".key") {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: self(key))
        }
    }

    private func configure(_ authority: String) throws {
        try Data().write(to: URL(fileURLWithPath: self("\(authority).index")))
        try Data("unique_subject = no\n".utf8).write(to: URL(fileURLWithPath: self("\(authority).index.attr")))
        for file in ["serial", "crlnumber"] { try Data("1000\n".utf8).write(to: URL(fileURLWithPath: self("\(authority).\(file)"))) }
        try Data("""
            [ca]
            default_ca = own
            [own]
            database = \(self("\(authority).index"))
            new_certs_dir = \(folder)
            serial = \(self("\(authority).serial"))
            crlnumber = \(self("\(authority).crlnumber"))
            certificate = \(self("\(authority).crt"))
            private_key = \(self("\(authority).key"))
            default_md = sha256
            policy = any
            copy_extensions = copy
            [any]
            commonName = supplied
            organizationName = optional

            """.utf8).write(to: URL(fileURLWithPath: self("\(authority).cnf")))
    }

    /// Makes a key and a certificate for it.
    package func sign(_ name: String, subject: String, names: String, by authority: String, dates: [String]? = nil) throws {
        try run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "\(name).key", "-out", "\(name).csr",
                "-subj", subject, "-addext", "subjectAltName=\(names)")
        try run(["ca", "-config", "\(authority).cnf", "-in", "\(name).csr", "-out", "\(name).crt", "-batch", "-notext"] + (dates ?? Self.year))
    }

    private func run(_ arguments: String...) throws { try run(arguments) }

    private func run(_ arguments: [String]) throws {
        let process = Process(), errors = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        try process.run()
        let said = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(description: "openssl \(arguments): \(String(decoding: said, as: UTF8.self))") }
    }
}

/// Folders that are removed when the process ends.
private let folders = Folders()

private final class Folders: @unchecked Sendable {
    // Guarded by `lock`.
    private var paths: [String] = []
    private let lock = NSLock()

    init() {
        atexit {
            for path in folders.all {
                do { try FileManager.default.removeItem(atPath: path) } catch { print("cannot remove \(path): \(error)") }
            }
        }
    }

    func add(_ path: String) { lock.withLock { paths.append(path) } }
    var all: [String] { lock.withLock { paths } }
}
