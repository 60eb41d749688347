/// What a statement, or all the work up to a Sync, may have done by the time it is answered.
package struct WorkEffects: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Something was executed, not only parsed or described.
    package static let executes = WorkEffects(rawValue: 1)
    /// A commit is among it: COMMIT, END, PREPARE TRANSACTION, COMMIT PREPARED.
    package static let mayCommit = WorkEffects(rawValue: 2)
    /// A block is open at its end.
    package static let opensBlock = WorkEffects(rawValue: 4)
    /// The block that was open at its beginning is over.
    package static let endsBlock = WorkEffects(rawValue: 8)
    /// It came by the extended protocol.
    package static let extended = WorkEffects(rawValue: 16)
    /// It is one ROLLBACK (or ABORT) and nothing else.
    package static let loneRollback = WorkEffects(rawValue: 32)
    /// It is one COMMIT (or END) and nothing else.
    package static let loneCommit = WorkEffects(rawValue: 64)
    /// Its first statement is a ROLLBACK.
    package static let beginsWithRollback = WorkEffects(rawValue: 128)

    /// It is one BEGIN and nothing else.
    package static let loneBegin = WorkEffects(rawValue: 256)

    /// What cannot be told: it may have committed.
    static let unknown: WorkEffects = [.executes, .mayCommit]

    /// The effects of this and then of `next`.
    func then(_ next: WorkEffects) -> WorkEffects {
        if isDisjoint(with: .executes) { return next.union(intersection(.extended)) }
        var both = union(next)
        both.remove([.loneBegin, .loneRollback, .loneCommit, .beginsWithRollback])
        if contains(.beginsWithRollback) { both.insert(.beginsWithRollback) }
        if next.contains(.endsBlock), !next.contains(.opensBlock) { both.remove(.opensBlock) }
        return both
    }
}
