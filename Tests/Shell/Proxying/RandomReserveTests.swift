import Testing
@testable import Proxying

@Suite("Random reserve")
struct RandomReserveTests {
    @Test("No byte is given twice, whatever is taken from it")
    func fresh() {
        var reserve = RandomReserve()
        // Eight bytes that came twice would have to be the same by chance.
        var seen: Set<UInt64> = []
        for count in [1, 7, 18, 255, 4, 513] {
            #expect(reserve.take(count).count == count)
            for _ in 0..<100 { #expect(seen.insert(reserve.next()).inserted) }
        }
    }
}
