internal import Foundation

/// A script that pgpool ran, read for what it takes for granted: what somebody has to look at before it runs here.
package struct LegacyScript: Sendable {
    /// Something that a line takes for granted.
    package struct Remark: Hashable, Sendable {
        package let line: Int
        package let words: String
    }

    package let path: String
    package let remarks: [Remark]

    /// A longer file is no script that a person wrote.
    private static let largest = 1 << 20
    private static let pcpPrograms = ["pcp_attach_node", "pcp_detach_node", "pcp_promote_node", "pcp_recovery_node"]

    /// Throws when the file cannot be read as text.
    package init(path: String) throws(HookProblem) {
        guard path.contains("/") else { throw HookProblem(path, "is looked for in PATH: nobody looked into it here") }
        guard FileManager.default.fileExists(atPath: path) else { throw HookProblem(path, "is not on this machine: look at it where it is, for paths, users and ssh that it takes for granted") }
        let bytes: Data
        do { bytes = try Data(contentsOf: URL(filePath: path)) } catch { throw HookProblem(path, "cannot be read: \((error as NSError).localizedDescription)") }
        guard bytes.count <= Self.largest, let text = String(validating: bytes, as: UTF8.self) else { throw HookProblem(path, "is no text of at most 1 MB") }
        self.init(path: path, text: text)
    }

    init(path: String, text: String) {
        self.path = path
        var remarks: [Remark] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let code = line.drop(while: \.isWhitespace)
            guard !code.hasPrefix("#") else { continue }
            remarks += Self.words(about: code).map { Remark(line: index + 1, words: $0) }
        }
        self.remarks = remarks
    }

    private static func words(about code: Substring) -> [String] {
        var found: [String] = []
        if let constant = constant(in: code) { found.append("hard-codes \(constant)") }
        if code.contains("StrictHostKeyChecking=no") || code.contains("UserKnownHostsFile=/dev/null") { found.append("does not check host keys") }
        if code.hasPrefix("ssh ") && !code.contains("ConnectTimeout") { found.append("waits for ssh without a limit, up to that of the hook") }
        if code.contains("rm -rf") { found.append("removes files before there are others") }
        if code.contains("2>&1") || code.contains("2>/dev/null") { found.append("throws messages away") }
        if code.hasPrefix("sleep ") { found.append("waits a fixed time") }
        for program in pcpPrograms where code.contains(program) { found.append("calls \(program): the engine does that by itself") }
        return found
    }

    /// `NAME=value` with nothing to expand in it.
    private static func constant(in code: Substring) -> String? {
        guard let equals = code.firstIndex(of: "="), equals != code.startIndex else { return nil }
        let name = code[..<equals], value = code[code.index(after: equals)...]
        guard name.allSatisfy({ $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") }), !value.isEmpty, !value.contains("$"), !value.contains("`") else { return nil }
        return "\(name)=\(value)"
    }
}
