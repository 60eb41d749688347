import Testing
@testable import Settings

@Suite("PoolPasswd")
struct PoolPasswdTests {
    private func read(_ text: String) -> PoolPasswd { PoolPasswd(path: "/p", from: MemorySource(files: ["/p": text])) }

    @Test("Each form of a secret is known by how it begins")
    func forms() {
        let digest = "md5" + String(repeating: "0a", count: 16)
        let file = read("""
            a:TEXTs3:cret
            b:\(digest)
            c:AES8R2MDPOsSa1FVp6x62Ke1w==
            d:SCRAM-SHA-256$4096:x$y:z

            # a comment
            e:bare
            f:md5short
            g:TEXTTEXTx y:z
            h:TEXT
            """)
        #expect(file.lines.mapValues(\.entry) == [
            "a": .clear("s3:cret"), "b": .md5(digest), "c": .encrypted("8R2MDPOsSa1FVp6x62Ke1w=="), "d": .verifier("SCRAM-SHA-256$4096:x$y:z"),
            "e": .clear("bare"), "f": .clear("md5short"), "g": .clear("TEXTx y:z"), "h": .clear(""),
        ])
        #expect(file.diagnostics.isEmpty && file.lines["c"]?.place.line == 3)
    }

    @Test("Broken lines are reported by number and never shown; of two lines of a user the first counts")
    func broken() {
        let file = read("a:TEXTone\n:TEXTsesame\nsesame\r\na:TEXTtwo")
        #expect(file.lines["a"]?.entry == .clear("one"))
        #expect(file.diagnostics.map(\.description) == [
            "/p:2: expected user:secret, got a line without a user", "/p:3: expected user:secret, got a line without a user",
            "/p:4: notice: the user has a line before this one, /p:1: that one counts",
        ])
    }

    @Test("A file that others can read is refused; one that is not there knows nobody")
    func access() {
        let open = PoolPasswd(path: "/p", from: MemorySource(files: ["/p": "a:TEXTb"], modes: ["/p": 0o640]))
        #expect(open.diagnostics.map(\.severity) == [.error])
        #expect(PoolPasswd(path: "/q", from: MemorySource(files: [:])).diagnostics.isEmpty)
    }

    @Test("An entry does not print itself")
    func redaction() {
        #expect("\(PoolPasswd.Entry.clear("sesame")) \(read("a:TEXTsesame").lines)".contains("sesame") == false)
    }
}
