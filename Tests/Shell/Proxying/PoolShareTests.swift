import ClusterModel
import Pooling
import Testing
@testable import Proxying

@Suite("A pool over all shards")
struct PoolShareTests {
    @Test("Shards that shrink a pool at the same time leave what it may have, and no less")
    func shrinking() async {
        for _ in 0..<50 {
            let database = Tally(), user = Tally()
            let share = PoolShare(PoolKey(database: "d", user: "u", node: NodeID(0)), shards: 2, ofDatabase: database, ofUser: user)
            for _ in 0..<400 { #expect(share.reserve(limit: 400, PoolRule()) == .granted) }
            let closed = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        var closed = 0
                        while share.releaseSurplus(above: 3) { closed += 1 }
                        return closed
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(share.open == 3 && closed == 397)
            #expect(database.reserve(limit: 4) && !database.reserve(limit: 4), "its database has as many")
        }
    }
}
