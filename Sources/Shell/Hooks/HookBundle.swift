internal import Crypto
internal import Foundation
internal import Glibc

/// The site's files as they were at one moment, specs included: what a generation of hooks is made of.
package struct HookBundle: Hashable, Sendable {
    /// One file.
    package struct File: Hashable, Sendable {
        package let text: String
        /// Others than root and the daemon's user can write it: its hook is trusted with less.
        package let isRestricted: Bool
        /// SHA-256 of both, in hexadecimal.
        package let digest: String

        package init(text: String, isRestricted: Bool) {
            self.text = text
            self.isRestricted = isRestricted
            digest = HookBundle.digest([isRestricted ? "restricted" : "trusted", text])
        }
    }

    /// By path, relative to the site's directory.
    package let files: [String: File]
    /// SHA-256 of all of it, in hexadecimal: equal bundles have equal digests.
    package let digest: String

    package init(files: [String: File]) {
        self.files = files
        digest = Self.digest(files.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value.digest] })
    }

    /// Every part preceded by its length, so that no two lists look the same.
    private static func digest(_ parts: [String]) -> String {
        var hash = SHA256()
        for part in parts { hash.update(data: Data("\(part.utf8.count) \(part)".utf8)) }
        return hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Reads the site's directory; a missing one is empty. What cannot be read is reported, never skipped in silence.
    package static func read(_ directory: String?) -> (HookBundle, [HookProblem]) {
        guard let directory else { return (HookBundle(files: [:]), []) }
        var files: [String: File] = [:], problems: [HookProblem] = []
        do throws(HookProblem) {
            let modules = try LuaFile.names(in: directory + "/lib", isDeep: true, withSpecs: true).map { "lib/" + $0 }
            for name in try LuaFile.names(in: directory, isDeep: false, withSpecs: true) + modules {
                do throws(HookProblem) {
                    let path = directory + "/" + name
                    files[name] = File(text: try LuaFile.read(path, chunk: name).text, isRestricted: !isOurs(path))
                } catch { problems.append(error) }
            }
        } catch { problems.append(error) }
        return (HookBundle(files: files), problems)
    }

    /// Whether nobody but root and the daemon's user can write the file.
    private static func isOurs(_ path: String) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { return false }
        return (status.st_uid == 0 || status.st_uid == geteuid()) && status.st_mode & 0o002 == 0
    }

    /// Hook files, then modules, then specs: each kind's paths in order.
    func paths(_ kind: (String) -> Bool) -> [String] { files.keys.filter(kind).sorted() }
}
