/// What is stored about a user to check a password by. It does not print itself.
package enum UserSecret: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    case clear(ClearPassword)
    /// `md5` and 32 digits: the digest of the password and the user's name.
    case md5(String)
    case verifier(SCRAMVerifier)

    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// A secret as PostgreSQL keeps it in `pg_authid`; nil for one that is neither md5 nor SCRAM.
    package init?(stored text: String) {
        if let verifier = SCRAMVerifier(text) {
            self = .verifier(verifier)
        } else if text.hasPrefix("md5"), text.utf8.count == 35, text.dropFirst(3).allSatisfy(\.isHexDigit) {
            self = .md5(text.lowercased())
        } else { return nil }
    }

    /// The password itself, where it is known.
    package var clearText: String? { if case .clear(let password) = self { password.text } else { nil } }

    /// What it serves for at a node, where nothing more is learnt from the client.
    var forNodes: BackendSecret {
        switch self {
        case .clear(let password): .password(password)
        case .md5(let hash): .md5(hash)
        case .verifier: .none
        }
    }
}

/// A password in the clear, as it is and as SCRAM wants it. It does not print itself.
package struct ClearPassword: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    let text: String
    /// Normalised by SASLprep, where that is possible; else the same text.
    let prepared: String

    /// `prepared`: the text after SASLprep, which for ASCII is the text itself.
    package init(_ text: String, prepared: String? = nil) {
        self.text = text
        self.prepared = prepared ?? text
    }

    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
