internal import Pooling
internal import Settings

/// Why a pool may have no further backend, in the words of the parameters that say so.
enum PoolShortage: Hashable, Sendable {
    /// It has as many as it may.
    case pool(open: Int)
    /// Its database, or its user, has as many over all pools.
    case database(limit: Int)
    case user(limit: Int)

    func sentence(_ key: PoolKey, _ rule: PoolRule) -> String {
        switch self {
        case .pool(let open): "all \(open) backends of the pool are in use (\(Self.parameter(key, rule)))"
        case .database(let limit): "database \"\(key.database)\" has all of the backends that it may have in its pools (max_db_connections is \(limit))"
        case .user(let limit): "user \"\(key.user)\" has all of the backends that it may have in its pools (max_user_connections is \(limit))"
        }
    }

    /// What an operator changes to have a larger pool.
    private static func parameter(_ key: PoolKey, _ rule: PoolRule) -> String {
        switch rule.sizeSubject {
        case .database: "pool_size of database.\(key.database)"
        case .user: "pool_size of user.\(key.user)"
        case nil: "default_pool_size"
        }
    }
}
