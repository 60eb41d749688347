import Testing
@testable import PostgresWire

@Suite("Options of a startup packet")
struct StartupOptionsTests {
    private func read(_ text: String) throws -> [String] { try StartupOptions(text).settings.map { "\($0.name)=\($0.value)" } }

    @Test("Both spellings give names and values, in their order")
    func spellings() throws {
        #expect(try read("-c work_mem=7MB --geqo=off -csearch_path=a,b") == ["work_mem=7MB", "geqo=off", "search_path=a,b"])
        #expect(try read("") == [])
        #expect(try read(" \t\n-c  a=b\r") == ["a=b"])
    }

    @Test("A hyphen in a name is an underscore; a value may hold anything, also nothing")
    func names() throws {
        #expect(try read("--work-mem=a-b=c -c my.app-name=") == ["work_mem=a-b=c", "my.app_name="])
    }

    @Test("A backslash keeps the next byte in the word")
    func escapes() throws {
        #expect(try read(#"-c search_path=a,\ b\\c -c d=é\ ü"#) == [#"search_path=a, b\c"#, "d=é ü"])
        #expect(try read(#"\-\c a=b"#) == ["a=b"])
        #expect(try read(#"-c a=b\"#) == ["a=b"], "one at the end stands for nothing")
    }

    @Test("What is neither spelling is the node's to read", arguments: ["-e", "-S 64", "a=b", "-c", "-c a", "--a", "--=b", "-c =b", "--", "-c a=b stray"])
    func unreadable(text: String) {
        #expect(throws: StartupOptions.Unreadable.self) { try StartupOptions(text) }
    }
}
