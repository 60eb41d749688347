import Pooling
import Testing
@testable import Proxying

@Suite("Slot table")
struct SlotTableTests {
    private final class Tenant {}

    @Test("A stale id finds nothing, though its place has a new tenant")
    func generations() throws {
        var table = SlotTable<Tenant>()
        var ids: [SlotID] = []
        _ = table.insert { ids.append($0); return Tenant() }
        table.remove(ids[0])
        let second = try #require(table.insert { ids.append($0); return Tenant() })
        #expect(ids[0].index == ids[1].index)
        #expect(table[ids[0]] == nil)
        #expect(table[ids[1]] === second)
        table.remove(ids[0])
        #expect(table.count == 1, "removing by a stale id does nothing")
    }

    @Test("Tokens carry kind, place and generation there and back")
    func tokens() {
        let id = SlotID(index: 0xFF_FFFE, generation: .max)
        for token in [ShardToken.frontend(id), .backend(id), .errand(id), .frontendTimer(id), .backendTimer(id), .errandTimer(id), .listener(3), .retry] {
            #expect(ShardToken(token.token) == token)
        }
    }
}
