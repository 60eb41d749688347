import Foundation
import Testing

extension IntegrationTests {
    @Suite("The tutorial for hooks")
    struct HookTutorialTests {
        private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

        /// A block of code in the tutorial: text to save under a name, or commands.
        private enum Block {
            case file(String, String)
            case commands(String)
        }

        /// The blocks of docs/hooks.md from the tutorial's headline to the next chapter, in order.
        private static func blocks() throws -> [Block] {
            let page = try String(contentsOf: root.appending(path: "docs/hooks.md"), encoding: .utf8)
            var found: [Block] = [], language: String?, text = "", isTutorial = false
            for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
                if line.hasPrefix("## ") { isTutorial = line.hasPrefix("## Ten minutes") }
                guard isTutorial else { continue }
                if let open = language, line == "```" {
                    if open == "sh" { found.append(.commands(text)) } else if let name = open.split(separator: "=").last, open.contains("file=") { found.append(.file(String(name), text)) }
                    (language, text) = (nil, "")
                } else if language != nil {
                    text += line + "\n"
                } else if line.hasPrefix("```") {
                    language = String(line.dropFirst(3))
                }
            }
            return found
        }

        /// What the page shows with one event holds for each that the drill recorded.
        private static let everyEvent = """
            for id in $(understudy hooks trace -f ../understudy.conf | cut -d' ' -f1 | sort -u); do
              every=$((every + 1))
              understudy hooks replay "$id" --as-test -f ../understudy.conf > "every_${every}_spec.lua"
              understudy hooks test "every_${every}_spec.lua" || { cat "every_${every}_spec.lua"; exit 1; }
            done
            echo "$every events became tests"
            """

        /// The tutorial as one script: files are saved where its reader stands, commands are run as they are.
        private static func script(port: Int) throws -> String {
            let steps = try blocks().map { block in
                switch block {
                case .file(let name, let text): "cat > \(name) <<'END OF FILE'\n\(text)END OF FILE\n"
                case .commands(let text): text.split(separator: "\n").map { "echo '$ \($0.replacing("'", with: "\""))'\n\($0)\n" }.joined()
                }
            }
            // The page has its reader look for the event's id in a list.
            let event = #"$(understudy hooks trace -f ../understudy.conf | sed -n 's/^\([^ ]*\) .*  failover, attempt.*/\1/p')"#
            return "set -eum\nevery=0\n" + steps.joined().replacing("8099", with: "\(port)").replacing(" EVENT ", with: " \(event) ").replacing("hooks test drill_spec.lua", with: "hooks test drill_spec.lua\n\(everyEvent)") + "echo the end\n"
        }

        @Test("Every command of the tutorial does what the page says")
        func tutorial() throws {
            let directory = NSTemporaryDirectory() + "understudy-tutorial-\(UUID().uuidString.prefix(8))"
            try FileManager.default.createDirectory(atPath: directory + "/bin", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
            defer { IntegrationTests.clear(directory) }
            try FileManager.default.createSymbolicLink(atPath: directory + "/bin/understudy", withDestinationPath: IntegrationTests.executable)
            let port = try #require(Self.freePort())
            try Self.script(port: port).write(toFile: directory + "/tutorial.sh", atomically: true, encoding: .utf8)
            let environment = ["PATH": directory + "/bin:/usr/bin:/bin", "XDG_STATE_HOME": directory + "/memory"]
            let (status, output) = try IntegrationTests.launch("/usr/bin/env", ["-C", directory, "bash", "tutorial.sh"], environment: environment, seconds: 180)
            if status != 0 {
                _ = try IntegrationTests.launch("/usr/bin/env", ["-C", directory, IntegrationTests.executable, "playground", "down", "--dir", directory + "/demo"], environment: environment)
            }
            try #require(status == 0, "\(output)")
            let page = try String(contentsOf: Self.root.appending(path: "docs/hooks.md"), encoding: .utf8)
            let promised = try #require(page.split(separator: "```\nour_failover_spec.lua\n").last?.split(separator: "```").first)
            #expect(output.contains(promised), "what the page shows of `hooks test` is not what it says: \(output)")
            for words in [
                "is good: 1 hook", "generation 2 is in force", "our_failover", #"{"ok":true,"primary":"node2"}"#, "node.promote", "events became tests", "the end\n",
            ] { #expect(output.contains(words), "\(words) is missing in: \(output)") }
        }

        private static func freePort() -> Int? {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in(), size = socklen_t(MemoryLayout<sockaddr_in>.size)
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let bound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0 }
            }
            return bound ? Int(UInt16(bigEndian: address.sin_port)) : nil
        }
    }

    /// Removes what a test made; what is not there need not be removed.
    static func clear(_ directory: String) {
        do { try FileManager.default.removeItem(atPath: directory) } catch CocoaError.fileNoSuchFile {} catch { Issue.record(error) }
    }
}
