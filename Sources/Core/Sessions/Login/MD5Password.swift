internal import Crypto

/// PostgreSQL's md5 password answer: weak, and still in use.
enum MD5Password {
    static func answer(user: String, password: String, salt: [UInt8]) -> String { answer(stored: stored(user: user, password: password), salt: salt) }

    /// The answer out of what a server stores: who has that needs no password.
    static func answer(stored: String, salt: [UInt8]) -> String {
        var stored = stored
        return hex { md5 in
            stored.withUTF8 { md5.update(bufferPointer: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer($0).dropFirst(3))) }
            salt.withUnsafeBytes { md5.update(bufferPointer: $0) }
        }
    }

    /// What a server stores: `md5` and 32 digits.
    static func stored(user: String, password: String) -> String {
        var user = user, password = password
        return hex { md5 in
            password.withUTF8 { md5.update(bufferPointer: UnsafeRawBufferPointer($0)) }
            user.withUTF8 { md5.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        }
    }

    /// `md5` and the digits of what is fed. In one piece, and without a copy of the bytes: a frontend that connects for each transaction is asked for each.
    private static func hex(_ feed: (inout Insecure.MD5) -> Void) -> String {
        var md5 = Insecure.MD5()
        feed(&md5)
        return String(unsafeUninitializedCapacity: 3 + 2 * Insecure.MD5.byteCount) { text in
            var end = text.initialize(fromContentsOf: "md5".utf8)
            for byte in md5.finalize() {
                text[end] = digit(byte >> 4)
                text[end + 1] = digit(byte & 15)
                end += 2
            }
            return end
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
}
