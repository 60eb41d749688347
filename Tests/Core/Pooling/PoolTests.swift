import Testing
@testable import Pooling

@Suite("Pool")
struct PoolTests {
    private func id(_ number: Int) -> SlotID { SlotID(index: number, generation: 0) }

    private func pool(_ change: (inout PoolRule) -> Void = { _ in }) -> Pool {
        var rule = PoolRule()
        change(&rule)
        return Pool(rule)
    }

    @Test("The backend used last is taken first, so that surplus ages")
    func warm() {
        var pool = pool()
        #expect(pool.checkIn(id(1), opened: .zero, at: .seconds(1)) == .park)
        #expect(pool.checkIn(id(2), opened: .zero, at: .seconds(2)) == .park)
        #expect(pool.checkOut() == id(2))
        #expect(pool.checkOut() == id(1))
        #expect(pool.checkOut() == nil)
    }

    @Test("Those who wait are served in the order in which they came, and one who leaves is passed over")
    func order() {
        var pool = pool()
        for number in 1...3 { pool.wait(id(number), at: .seconds(number)) }
        pool.leave(id(2))
        #expect(pool.oldestWait == .seconds(1))
        #expect(pool.checkIn(id(10), opened: .zero, at: .seconds(4)) == .assign(id(1)))
        #expect(pool.checkIn(id(11), opened: .zero, at: .seconds(4)) == .assign(id(3)))
        #expect(pool.checkIn(id(12), opened: .zero, at: .seconds(4)) == .park)
        #expect(pool.waiterCount == 0 && pool.oldestWait == nil)
    }

    @Test("A newcomer does not pass those who wait")
    func noBarging() {
        var pool = pool()
        pool.wait(id(1), at: .zero)
        #expect(pool.checkOut() == nil)
    }

    @Test("No more backends are wanted than there are frontends waiting")
    func wants() {
        var pool = pool()
        pool.wait(id(1), at: .zero)
        pool.wait(id(2), at: .zero)
        pool.openingBegan()
        #expect(pool.wantsBackend)
        pool.openingBegan()
        #expect(!pool.wantsBackend)
        pool.openingEnded()
        #expect(pool.wantsBackend)
    }

    @Test("The reserve opens to those who have waited long enough")
    func reserve() {
        var pool = pool { ($0.size, $0.reserve, $0.reserveTimeout) = (5, 2, .seconds(3)) }
        #expect(pool.limit(at: .seconds(100)) == 5)
        pool.wait(id(1), at: .seconds(100))
        #expect(pool.limit(at: .seconds(102)) == 5)
        #expect(pool.limit(at: .seconds(103)) == 7)
    }

    @Test("A backend past its lifetime is closed when it comes back, one that idles too long where it lies, down to the minimum")
    func ages() {
        var pool = pool { ($0.minimum, $0.idleTimeout, $0.lifetime) = (1, .seconds(10), .seconds(100)) }
        #expect(pool.checkIn(id(1), opened: .zero, at: .seconds(100)) == .close)
        for number in 2...4 { #expect(pool.checkIn(id(number), opened: .seconds(50), at: .seconds(60)) == .park) }
        #expect(pool.expired(open: 3, at: .seconds(69)) == [])
        #expect(pool.expired(open: 3, at: .seconds(70)) == [id(2), id(3)])
        #expect(pool.expired(open: 1, at: .seconds(149)) == [])
        #expect(pool.expired(open: 1, at: .seconds(150)) == [id(4)])
    }

    @Test("Another shard is lent the backend used longest ago")
    func lend() {
        var pool = pool()
        #expect(pool.lend() == nil)
        _ = pool.checkIn(id(1), opened: .zero, at: .seconds(1))
        _ = pool.checkIn(id(2), opened: .zero, at: .seconds(2))
        #expect(pool.lend() == id(1))
        #expect(pool.idleCount == 1)
    }

    @Test("Thousands may wait and leave in any order without one being served twice or forgotten")
    func many() {
        var pool = pool(), served: [Int] = []
        for number in 0..<5000 { pool.wait(id(number), at: .milliseconds(number)) }
        for number in stride(from: 0, to: 5000, by: 3) { pool.leave(id(number)) }
        while case .assign(let frontend) = pool.checkIn(id(9999), opened: .zero, at: .zero) { served.append(frontend.index) }
        #expect(served == (0..<5000).filter { $0 % 3 != 0 })
    }
}
