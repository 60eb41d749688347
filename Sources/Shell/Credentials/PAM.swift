internal import CPAM

/// Passwords that PAM judges.
///
/// PAM blocks for as long as its modules do, seconds for a directory that is away: each judgement has a thread of its own.
/// Source: pam(3).
package struct PAM: Sendable {
    /// What PAM says of a password.
    package enum Verdict: Hashable, Sendable {
        case right
        case wrong(reason: String)
        case impossible(reason: String)
    }

    /// Whether the library is there.
    package static var isAvailable: Bool { understudy_pam_is_available() == 1 }

    private let folder: String?

    /// `folder` describes the services; nil is the system's `/etc/pam.d`.
    package init(folder: String? = nil) { self.folder = folder }

    /// Asks PAM. The caller bounds how many are under way.
    package func judge(service: String, user: String, password: String, host: String?) async -> Verdict {
        await OwnThread.run { judgeHere(service, user, password, host) }
    }

    private func judgeHere(_ service: String, _ user: String, _ password: String, _ host: String?) -> Verdict {
        // A name with a slash would be a path.
        guard !service.contains("/"), ![service, user, password].contains(where: { $0.utf8.contains(0) }) else { return .wrong(reason: "a name that PAM cannot take") }
        var reason = [CChar](repeating: 0, count: 256)
        let verdict = understudy_pam_judge(service, user, password, host, folder, &reason, reason.count)
        let words = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        switch verdict {
        case UNDERSTUDY_PAM_RIGHT: return .right
        case UNDERSTUDY_PAM_WRONG: return .wrong(reason: words)
        default: return .impossible(reason: words)
        }
    }
}
