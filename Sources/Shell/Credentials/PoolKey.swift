internal import Crypto
internal import CryptoExtras
internal import Foundation

/// pgpool's key for the AES entries of `pool_passwd`. It does not print itself.
///
/// The scheme is pgpool's, and weak: key and initial vector come from the text alone, so that the same password is the same
/// entry everywhere. It is here so that such files can be read and written; SCRAM verifiers are better.
/// Source: OpenSSL's EVP_BytesToKey with SHA-1, no salt and one round; AES-256 in CBC mode with PKCS #7 padding.
package struct PoolKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let key: SymmetricKey
    private let vector: [UInt8]

    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The key is the file's first line; nil where that is empty.
    package init?(file text: String) {
        let line = text.utf8.prefix { $0 != UInt8(ascii: "\n") }
        if line.isEmpty { return nil }
        var stretched: [UInt8] = [], last: [UInt8] = []
        while stretched.count < Self.keyLength + Self.blockLength {
            last = Array(Insecure.SHA1.hash(data: last + line))
            stretched += last
        }
        key = SymmetricKey(data: stretched[..<Self.keyLength])
        vector = Array(stretched[Self.keyLength..<Self.keyLength + Self.blockLength])
    }

    private static let keyLength = 32, blockLength = 16

    /// The password of an entry, which stands behind `AES`; nil where this is not the key, or the entry is none.
    package func decrypt(_ base64: String) -> String? {
        guard let sealed = Data(base64Encoded: base64), !sealed.isEmpty else { return nil }
        // A wrong key shows as wrong padding, which is all that can be known.
        do { return String(validating: try AES._CBC.decrypt(sealed, using: key, iv: try AES._CBC.IV(ivBytes: vector)), as: UTF8.self) } catch { return nil }
    }

    /// The entry for a password, without `AES`.
    package func encrypt(_ password: String) throws -> String {
        try AES._CBC.encrypt(Data(password.utf8), using: key, iv: try AES._CBC.IV(ivBytes: vector)).base64EncodedString()
    }
}
