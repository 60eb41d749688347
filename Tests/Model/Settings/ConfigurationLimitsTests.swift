import Testing
@testable import Settings

/// Files that would read for ever, or say the same for ever, if nothing ended it.
@Suite("Limits of a configuration")
struct ConfigurationLimitsTests {
    private static let end = "backend_hostname0 = 'a'\nhealth_check_user = 'probe'\n"

    private func read(_ files: [String: String]) -> [String] {
        ConfigurationFile(path: "/u.conf", from: MemorySource(files: files)).diagnostics.map(\.description)
    }

    @Test("A file that includes itself is told at that line, and its mistakes once", arguments: ["u.conf", "./u.conf", "/u.conf", "//u.conf"])
    func itself(_ name: String) {
        #expect(read(["/u.conf": Self.end + "port = x\ninclude '\(name)'"]) == [
            "/u.conf:3: port takes a whole number from 1 to 65535, got 'x'", "/u.conf:4: /u.conf includes itself: it was not read again",
        ])
    }

    @Test("Ten files below the first are read, an eleventh is not")
    func depth() {
        func chain(_ count: Int) -> [String: String] {
            var files = ["/u.conf": Self.end + "include '1.conf'"]
            for number in 1...count { files["/\(number).conf"] = number < count ? "include '\(number + 1).conf'" : "port = 1234" }
            return files
        }
        #expect(read(chain(10)).isEmpty)
        #expect(read(chain(11)) == ["/10.conf:1: files include each other more than 10 deep: /11.conf was not read"])
    }

    @Test("Directories whose files include the directory end, and end with a message")
    func multiplying() {
        var files = ["/u.conf": Self.end + "include_dir 'd'"]
        for number in 1...12 { files["/d/\(number).conf"] = "include_dir '.'" }
        let messages = read(files)
        #expect(messages.count == DiagnosticList.most + 1)
        #expect(messages.last?.contains("there are more than 1000 messages: the rest was not read") == true)
    }

    @Test("A configuration has at most a thousand files")
    func fileCount() {
        var files = ["/u.conf": Self.end + "include_dir 'd'"]
        for number in 1...(ConfigurationFile.mostFiles - 1) { files["/d/\(number).conf"] = "" }
        #expect(read(files).isEmpty)
        files["/d/one_more.conf"] = ""
        #expect(read(files) == ["/u.conf:3: there are more than 1000 files: /d/one_more.conf was not read"])
    }

    @Test("A long name or value is clipped in the message, and no long time is spent on it", .timeLimit(.minutes(1)))
    func long() {
        let long = String(repeating: "a", count: 1 << 15)
        for line in ["\(long) = 1", "port = \(long)", "port = 1 \(long)", "!\(long)", "\(long).b = 1", "\(long)7 = 1", "backend_port\(String(repeating: "1", count: 1 << 15)) = 1"] {
            let messages = read(["/u.conf": Self.end + line])
            #expect(messages.count == 1)
            #expect(messages.allSatisfy { $0.count < 300 && $0.contains("…") })
        }
    }

    @Test("A damaged file gives messages, never a crash or a wrong type", .timeLimit(.minutes(1)), arguments: 1...20)
    func damaged(_ seed: UInt64) {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let sound = Self.end + SampleFile.text.split(separator: "\n").map { $0.hasPrefix("# ") ? $0 : $0.dropFirst() }.joined(separator: "\n")
        var bytes = Array(sound.utf8).prefix(1 + random(sound.utf8.count))
        let alphabet = Array("'\\=#.,|-0123456789xTEXT \n\r".utf8)
        for _ in 0..<random(200) { bytes[random(bytes.count)] = alphabet[random(alphabet.count)] }
        let file = ConfigurationFile(path: "/u.conf", from: MemorySource(files: ["/u.conf": String(decoding: bytes, as: UTF8.self)]))
        #expect(file.hasErrors || file.settings.entries.count >= SettingsRegistry.shared.groups.flatMap(\.declarations).count)
        #expect(file.diagnostics.allSatisfy { $0.place.line >= 1 && $0.message.count < 400 })
    }
}
