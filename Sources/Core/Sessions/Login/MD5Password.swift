internal import Crypto

/// PostgreSQL's md5 password answer: weak, and still in use.
enum MD5Password {
    static func answer(user: String, password: String, salt: [UInt8]) -> String { answer(stored: stored(user: user, password: password), salt: salt) }

    /// The answer out of what a server stores: who has that needs no password.
    static func answer(stored: String, salt: [UInt8]) -> String { "md5" + hex(stored.dropFirst(3).utf8 + salt) }

    /// What a server stores: `md5` and 32 digits.
    static func stored(user: String, password: String) -> String { "md5" + hex(Array((password + user).utf8)) }

    private static func hex(_ bytes: [UInt8]) -> String {
        // In one piece: a frontend that connects for each transaction is asked for each.
        String(unsafeUninitializedCapacity: 2 * Insecure.MD5.byteCount) { digits in
            for (index, byte) in Insecure.MD5.hash(data: bytes).enumerated() {
                digits[2 * index] = digit(byte >> 4)
                digits[2 * index + 1] = digit(byte & 15)
            }
            return 2 * Insecure.MD5.byteCount
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
}

private func + (text: Substring.UTF8View, bytes: [UInt8]) -> [UInt8] { Array(text) + bytes }
