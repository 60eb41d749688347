internal import Foundation
package import Settings

/// Where pgpool's key stands: `pool_key_file`, else the environment's PGPOOLKEYFILE, else `.pgpoolkey` in the home folder.
package struct PoolKeyFile: Sendable {
    package let path: String
    private let files: any ConfigurationSource

    /// `named`: the parameter, as an absolute path; empty where it is not set.
    package init(named: String, environment: [String: String] = ProcessInfo.processInfo.environment, from files: any ConfigurationSource = DiskSource()) {
        self.files = files
        if !named.isEmpty { path = named }
        else if let given = environment["PGPOOLKEYFILE"], !given.isEmpty { path = given }
        else { path = (environment["HOME"] ?? "") + "/.pgpoolkey" }
    }

    /// The key, or why there is none.
    package func read() -> Result<PoolKey, Unreadable> {
        if let access = files.access(to: path), access.isTooOpen { return .failure(Unreadable("\(path) \(access.complaint)")) }
        return files.contents(of: path).mapError { Unreadable("\(path) cannot be read: \($0.reason)") }.flatMap { text in
            PoolKey(file: text).map(Result.success) ?? .failure(Unreadable("\(path) is empty: its first line is the key"))
        }
    }
}
