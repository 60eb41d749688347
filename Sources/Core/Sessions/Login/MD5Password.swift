internal import Crypto

/// PostgreSQL's md5 password answer: weak, and still in use.
enum MD5Password {
    static func answer(user: String, password: String, salt: [UInt8]) -> String { answer(stored: stored(user: user, password: password), salt: salt) }

    /// The answer out of what a server stores: who has that needs no password.
    static func answer(stored: String, salt: [UInt8]) -> String { "md5" + hex(stored.dropFirst(3).utf8 + salt) }

    /// What a server stores: `md5` and 32 digits.
    static func stored(user: String, password: String) -> String { "md5" + hex(Array((password + user).utf8)) }

    private static func hex(_ bytes: [UInt8]) -> String {
        Insecure.MD5.hash(data: bytes).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}

private func + (text: Substring.UTF8View, bytes: [UInt8]) -> [UInt8] { Array(text) + bytes }
