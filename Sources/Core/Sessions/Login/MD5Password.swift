internal import Crypto

/// PostgreSQL's md5 password answer: weak, and still in use.
enum MD5Password {
    static func answer(user: String, password: String, salt: [UInt8]) -> String {
        "md5" + hex(hex(Array((password + user).utf8)).utf8 + salt)
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        Insecure.MD5.hash(data: bytes).map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}

private func + (text: String.UTF8View, bytes: [UInt8]) -> [UInt8] { Array(text) + bytes }
