import Testing
@testable import Settings

@Suite("PoolPasswd")
struct PoolPasswdTests {
    @Test("Clear passwords are known; other forms and broken lines are reported by line")
    func lines() {
        let source = MemorySource(files: ["/p": "app:TEXTs3:cret\n\n# c\nold:md5abc\nbroken\n"])
        let file = PoolPasswd(path: "/p", from: source)
        #expect(file.passwords.mapValues(\.text) == ["app": "s3:cret"])
        #expect(file.diagnostics.map(\.place.line) == [5, 4])
        #expect(file.diagnostics.map(\.severity) == [.error, .notice])
    }

    @Test("Thousands of users without a clear password are one notice")
    func manyUsers() {
        let text = (1...5000).map { "user\($0):md5abc\r\n" }.joined()
        let file = PoolPasswd(path: "/p", from: MemorySource(files: ["/p": text]))
        #expect(file.diagnostics.map(\.description) == [
            "/p:1: notice: the secrets of 5000 users, this one the first, are not TEXT: their sessions end when the primary does, in this version",
        ])
    }

    @Test("A password is all that stands behind TEXT, and no message shows one")
    func passwords() {
        let file = PoolPasswd(path: "/p", from: MemorySource(files: ["/p": "a:TEXTTEXTx y:z\r\nb:TEXT\n:TEXTsesame\nsesame"]))
        #expect(file.passwords.mapValues(\.text) == ["a": "TEXTx y:z", "b": ""])
        #expect(file.diagnostics.map(\.place.line) == [3, 4])
        #expect(file.diagnostics.allSatisfy { !$0.message.contains("sesame") })
    }

    @Test("A readable file is refused, a missing one knows nobody")
    func modes() {
        let open = PoolPasswd(path: "/p", from: MemorySource(files: ["/p": "a:TEXTb"], modes: ["/p": 0o640]))
        #expect(open.diagnostics.first?.message.contains("chmod 600") == true)
        #expect(PoolPasswd(path: "/q", from: MemorySource(files: [:])).diagnostics.isEmpty)
    }
}
