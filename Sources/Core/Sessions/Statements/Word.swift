/// What is known of a word of SQL that was not quoted.
struct Word: Hashable {
    /// One of the words that decide; nil for all others.
    var keyword: Keyword?
    /// Before a parenthesis it leaves nothing behind in a session: see `HarmlessNames`.
    var isHarmless = false
    /// Called as a function, it takes a lock that lasts as long as the session.
    var isSessionLock = false
}

/// The words that are known, by their hashes. Made once; a look-up is a probe or two of memory that is in the cache, without a
/// reference to count: every word of every statement comes by here.
///
/// `@unchecked Sendable`: the memory is never written after `init`, and never freed.
struct Vocabulary: @unchecked Sendable {
    private struct Slot {
        /// 0 for a free one.
        var hash: UInt64 = 0
        var word = Word()
    }

    /// A power of two, four times the words there are, so that most are found at once.
    private static let capacity = 4096
    private let slots: UnsafeMutablePointer<Slot>
    /// `Lexer.letter` of each byte.
    private let letters: UnsafeMutablePointer<UInt8>

    static let sql = Vocabulary()

    private init() {
        letters = .allocate(capacity: 256)
        for byte in UInt8.min...UInt8.max { letters[Int(byte)] = Lexer.letter(byte) }
        slots = .allocate(capacity: Self.capacity)
        slots.initialize(repeating: Slot(), count: Self.capacity)
        for keyword in Keyword.allCases { change(keyword.rawValue) { $0.keyword = keyword } }
        for name in HarmlessNames.all { change(name) { $0.isHarmless = true } }
        for name in Self.sessionLocks { change(name) { $0.isSessionLock = true } }
    }

    private static let sessionLocks = ["pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock", "pg_try_advisory_lock_shared"]

    /// The byte as it stands in a name; 0 where it cannot.
    func letter(_ byte: UInt8) -> UInt8 { letters[Int(byte)] }

    /// Nothing is known of a word that is not there.
    subscript(hash: UInt64) -> Word { slots[place(of: hash)].word }

    /// Where the hash is, or would be.
    private func place(of hash: UInt64) -> Int {
        var index = Int(truncatingIfNeeded: hash ^ hash >> 32) & (Self.capacity - 1)
        while slots[index].hash != hash, slots[index].hash != 0 { index = (index + 1) & (Self.capacity - 1) }
        return index
    }

    private func change(_ name: some StringProtocol, _ edit: (inout Word) -> Void) {
        let hash = Lexer.hash(name.utf8), index = place(of: hash)
        slots[index].hash = hash
        edit(&slots[index].word)
    }
}
