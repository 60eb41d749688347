/// Names a connection in its shard's table: a place, and which of its successive tenants is meant.
package struct SlotID: Hashable, Sendable {
    package let index: Int
    package let generation: UInt32

    package init(index: Int, generation: UInt32) {
        self.index = index
        self.generation = generation
    }
}
