import ClusterModel
import Pooling
import Reactor
import Testing
@testable import Proxying

@Suite("ServiceState")
struct ServiceStateTests {
    @Test("One database pauses alone; RESUME without a name lets everything go on")
    func pausing() {
        var state = ServiceState()
        state.pause("shop")
        #expect(state.isPaused("shop") && !state.isPaused("other"))
        state.pause(nil)
        #expect(state.isPaused("other"))
        state.resume("shop")
        #expect(state.isPaused("shop"), "everything is paused still")
        state.resume(nil)
        #expect(!state.isPaused("shop") && !state.isPaused("other"))
    }

    @Test("What was opened before RECONNECT is stale, what comes after is not")
    func reconnecting() {
        var state = ServiceState()
        state.reconnect("shop", Monotonic(nanoseconds: 100))
        #expect(state.isStale("shop", openedAt: Monotonic(nanoseconds: 100)))
        #expect(!state.isStale("shop", openedAt: Monotonic(nanoseconds: 101)))
        #expect(!state.isStale("other", openedAt: Monotonic(nanoseconds: 1)))
        state.reconnect(nil, Monotonic(nanoseconds: 200))
        #expect(state.isStale("other", openedAt: Monotonic(nanoseconds: 200)))
    }

    @Test("A limit counts no further, and gives back what is released")
    func tally() {
        let tally = Tally()
        #expect(tally.reserve(limit: 1))
        #expect(!tally.reserve(limit: 1))
        #expect(tally.value == 1)
        tally.release()
        #expect(tally.reserve(limit: nil))
    }

    @Test("Frontends are counted by database and by user, and forgotten with the last")
    func clients() {
        let clients = ClientTallies()
        #expect(clients.admit(database: "d", user: "u", maxDatabase: 2, maxUser: nil) == nil)
        #expect(clients.admit(database: "d", user: "v", maxDatabase: 2, maxUser: 1) == nil)
        #expect(clients.admit(database: "d", user: "w", maxDatabase: 2, maxUser: nil) == .database)
        #expect(clients.admit(database: "e", user: "v", maxDatabase: nil, maxUser: 1) == .user)
        clients.leave(database: "d", user: "v")
        #expect(clients.admit(database: "e", user: "v", maxDatabase: nil, maxUser: 1) == nil)
    }

    @Test("A pool is refused a backend by its own size, by its database, and by its user")
    func reservations() {
        let directory = PoolDirectory(shards: 1)
        let shop = directory.share(.init(database: "shop", user: "anna", node: .init(0))), other = directory.share(.init(database: "shop", user: "bert", node: .init(0)))
        let third = directory.share(.init(database: "park", user: "anna", node: .init(0)))
        var rule = PoolRule()
        rule.maxDatabaseBackends = 2
        rule.maxUserBackends = 2
        #expect(shop.reserve(limit: 1, rule) == .granted)
        #expect(shop.reserve(limit: 1, rule) == .poolIsFull)
        #expect(other.reserve(limit: 5, rule) == .granted)
        #expect(other.reserve(limit: 5, rule) == .othersAreInTheWay, "the database has two")
        #expect(third.reserve(limit: 5, rule) == .granted)
        #expect(third.reserve(limit: 5, rule) == .othersAreInTheWay, "anna has two")
        shop.release()
        #expect(third.reserve(limit: 5, rule) == .granted && other.reserve(limit: 5, rule) == .granted)
        #expect(shop.open == 0 && other.open == 2 && third.open == 2)
    }
}
