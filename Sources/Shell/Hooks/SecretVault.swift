internal import Foundation
internal import Synchronization

/// A text with secrets in it, as Lua sends it: pieces, of which some are names.
enum SecretText {
    static let key = "$secret"
}

/// The secrets of this host, one file each, and the one place that opens them. What it opened is masked in everything that comes back.
package final class SecretVault: Sendable {
    private let directory: String
    /// What was opened, and under which name.
    private let opened = Mutex<[String: String]>([:])

    /// Shorter ones could not be masked without masking half a log.
    private static let shortest = 6
    private static let longest = 64 << 10

    /// `directory` holds a file for each secret; its name is the secret's.
    package init(directory: String) { self.directory = directory }

    // MARK: Opening

    /// The arguments whose secrets are opened; elsewhere a secret is refused.
    private static let places: [String: Set<String>] = [
        "node.sql": ["text", "parameters"], "run": ["stdin", "env"], "node.run": ["stdin", "env"],
        "http.get": ["url", "headers", "body"], "http.post": ["url", "headers", "body"], "http.put": ["url", "headers", "body"], "http.delete": ["url", "headers", "body"],
    ]

    /// The arguments with their secrets in them.
    func open(_ arguments: HostArguments, of function: HostFunction, _ rights: HookRights) throws(HostCallFailure) -> HostArguments {
        var values = arguments.values.map ?? [:]
        for (name, value) in values where Self.holdsSecret(value) {
            guard Self.places[function.operation]?.contains(name) == true else {
                throw HostCallFailure(.code, "\(function.label): a secret cannot be passed as \(name): it is opened in us.http, node:sql, and stdin and env of run only")
            }
            values[name] = try open(value, rights)
        }
        return HostArguments(values: .map(values))
    }

    private static func holdsSecret(_ value: HookValue) -> Bool {
        switch value {
        case .list(let values): values.contains(where: holdsSecret)
        case .map(let values): values[SecretText.key] != nil || values.values.contains(where: holdsSecret)
        case .none, .boolean, .integer, .double, .text: false
        }
    }

    private func open(_ value: HookValue, _ rights: HookRights) throws(HostCallFailure) -> HookValue {
        switch value {
        case .list(let values): return .list(try values.map { (value) throws(HostCallFailure) in try open(value, rights) })
        case .map(let values):
            if let pieces = values[SecretText.key]?.list { return .text(try text(of: pieces, rights)) }
            return .map(try opened(values, rights))
        case .none, .boolean, .integer, .double, .text: return value
        }
    }

    private func opened(_ values: [String: HookValue], _ rights: HookRights) throws(HostCallFailure) -> [String: HookValue] {
        var result = values
        for (name, value) in values { result[name] = try open(value, rights) }
        return result
    }

    private func text(of pieces: [HookValue], _ rights: HookRights) throws(HostCallFailure) -> String {
        var text = ""
        for piece in pieces {
            if let plain = piece.text {
                text += plain
            } else if let name = piece["secret"].text {
                text += try secret(name, rights)
            } else if let inner = piece["of"].list {
                text += try written(try self.text(of: inner, rights), as: piece["as"].text ?? "")
            } else {
                throw HostCallFailure(.code, "a secret came in a form that is not known")
            }
        }
        return text
    }

    /// Another writing is as secret as the first.
    private func written(_ text: String, as form: String) throws(HostCallFailure) -> String {
        let result: String
        switch form {
        case "base64": result = Data(text.utf8).base64EncodedString()
        case "uri": result = text.utf8.map { Self.isUnreserved($0) ? String(UnicodeScalar($0)) : "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        case "json": result = Self.json(text)
        default: throw HostCallFailure(.code, "a secret cannot be written as \"\(form)\"")
        }
        if result.utf8.count >= Self.shortest { opened.withLock { $0[result] = $0[result] ?? "in \(form)" } }
        return result
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || "-._~".utf8.contains(byte)
    }

    private static func json(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20: result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    private func secret(_ name: String, _ rights: HookRights) throws(HostCallFailure) -> String {
        guard rights.covers(Capability("secret:" + name)) else {
            throw HostCallFailure(.code, "us.secret \"\(name)\" needs the capability \"secret:\(name)\": add it to `needs` in the hook's header and to hook.<name>.grants")
        }
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }) else { throw HostCallFailure(.code, "a secret's name is letters, digits and _") }
        let path = directory + "/" + name
        let text = try read(path, name)
        guard text.utf8.count >= Self.shortest else { throw HostCallFailure(.environment, "the secret \(name) in \(path) is shorter than \(Self.shortest) bytes: it could not be kept out of logs") }
        // Its lines as well: a program's output comes back line by line.
        let lines = text.split(whereSeparator: \.isNewline).map(String.init).filter { $0.utf8.count >= Self.shortest }
        opened.withLock { opened in for piece in [text] + lines { opened[piece] = name } }
        return text
    }

    /// Read each time: a secret is changed by writing the file.
    private func read(_ path: String, _ name: String) throws(HostCallFailure) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { throw HostCallFailure(.environment, "there is no secret \(name): expected the file \(path), mode 0600") }
        guard status.st_mode & 0o077 == 0 else { throw HostCallFailure(.environment, "\(path) can be read by others (mode \(String(status.st_mode & 0o777, radix: 8))): chmod 600 it") }
        guard status.st_size <= Self.longest, let bytes = FileManager.default.contents(atPath: path), let text = String(validating: bytes, as: UTF8.self) else {
            throw HostCallFailure(.environment, "\(path) cannot be read, is longer than \(Self.longest) bytes, or is no UTF-8 text")
        }
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    // MARK: Masking

    /// The text without anything that was opened.
    package func mask(_ text: String) -> String {
        let secrets = opened.withLock { $0.sorted { $0.key.utf8.count > $1.key.utf8.count } }
        var masked = text
        for (secret, name) in secrets where masked.contains(secret) { masked = masked.replacing(secret, with: "<secret \(name)>") }
        return masked
    }

    func mask(_ value: HookValue) -> HookValue {
        if opened.withLock(\.isEmpty) { return value }
        switch value {
        case .text(let text): return .text(mask(text))
        case .list(let values): return .list(values.map(mask))
        case .map(let values): return .map(Dictionary(values.map { (mask($0.key), mask($0.value)) }) { first, _ in first })
        case .none, .boolean, .integer, .double: return value
        }
    }

    func mask(_ result: Result<HookValue, HostCallFailure>) -> Result<HookValue, HostCallFailure> {
        switch result {
        case .success(let value): .success(mask(value))
        // Cut after that: half a secret could not be found any more.
        case .failure(let failure): .failure(HostCallFailure(failure.kind, mask(failure.message).cut(to: HostCallFailure.longest)))
        }
    }
}

extension String {
    func cut(to limit: Int) -> String { utf8.count <= limit || count <= limit ? self : prefix(limit) + "…" }
}
