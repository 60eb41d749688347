internal import Foundation

/// The process's own limits.
enum ProcessLimits {
    /// Descriptors the daemon needs beside those of frontends and their backends.
    private static let own = 64

    /// Pools that are in use at a time, as far as the limit goes by it; more of them share what there is.
    private static let likelyPools = 32

    /// Raises the soft limit of descriptors to the hard one and returns it; throws where that cannot hold `frontends`, which `parameter`
    /// says, and their backends: one each, or as many as pools of `poolSize` have.
    static func raise(forFrontends frontends: Int, _ parameter: String, poolSize: Int) throws -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 else { throw StartFailure("the limit of open files cannot be read") }
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit) == 0 else { throw StartFailure("the limit of open files cannot be raised") }
        let needed = frontends + min(frontends, poolSize * likelyPools) + own
        guard limit.rlim_cur >= needed else {
            throw StartFailure("\(parameter) = \(frontends) needs \(needed) open files, the limit is \(limit.rlim_cur): raise it (LimitNOFILE=, ulimit -n) or lower \(parameter)")
        }
        return Int(clamping: limit.rlim_cur)
    }
}
