import Foundation
import Testing
@testable import Credentials

@Suite("PAM", .enabled(if: PAM.isAvailable && FileManager.default.fileExists(atPath: "/usr/lib/x86_64-linux-gnu/security/pam_exec.so")))
struct PAMTests {
    /// A service whose module is a script that knows one user and one password.
    private func onService(_ story: (PAM) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "pam-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record("\(error)") } }
        let script = folder + "/judge.sh"
        try "#!/bin/sh\nread -r password\n[ \"$PAM_USER:$PAM_RHOST:$password\" = \"anna:10.0.0.7:pencil\" ]\n".write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        try "auth required pam_exec.so expose_authtok quiet \(script)\naccount required pam_permit.so\n".write(toFile: folder + "/asked", atomically: true, encoding: .utf8)
        try "auth required pam_permit.so\naccount required pam_deny.so\n".write(toFile: folder + "/closed", atomically: true, encoding: .utf8)
        try await story(PAM(folder: folder))
    }

    @Test("The service's modules see the user, the password and the host, and their word counts")
    func verdicts() async throws {
        try await onService { pam in
            #expect(await pam.judge(service: "asked", user: "anna", password: "pencil", host: "10.0.0.7") == .right)
            for (user, password, host) in [("anna", "Pencil", "10.0.0.7"), ("bert", "pencil", "10.0.0.7"), ("anna", "pencil", "10.0.0.8")] {
                guard case .wrong(let reason) = await pam.judge(service: "asked", user: user, password: password, host: host) else { Issue.record("\(user) got in"); continue }
                #expect(!reason.isEmpty && !reason.contains("encil"))
            }
        }
    }

    @Test("An account that may not be used is refused though the password is right; a service that is not there lets nobody in")
    func closed() async throws {
        try await onService { pam in
            guard case .wrong = await pam.judge(service: "closed", user: "anna", password: "pencil", host: nil) else { Issue.record("a closed account got in"); return }
            #expect(await pam.judge(service: "none", user: "anna", password: "pencil", host: nil) != .right)
            #expect(await pam.judge(service: "../asked", user: "anna", password: "pencil", host: "10.0.0.7") != .right)
            #expect(await pam.judge(service: "asked", user: "anna", password: "pencil\0x", host: "10.0.0.7") != .right)
        }
    }
}
