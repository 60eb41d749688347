internal import Pooling
internal import Reactor

/// What a descriptor or a timer of a shard is called in its loop.
enum ShardToken: Hashable {
    case listener(Int)
    case frontend(SlotID)
    case backend(SlotID)
    case errand(SlotID)
    case frontendTimer(SlotID)
    case backendTimer(SlotID)
    case errandTimer(SlotID)
    /// Time to try the primary again.
    case retry
    /// Time to look for what has grown too old.
    case housekeeping

    /// Eight bits of kind, 24 of place, 32 of generation. Kind 255 is the loop's own.
    var token: Token {
        switch self {
        case .listener(let index): Self.pack(0, SlotID(index: index, generation: 0))
        case .frontend(let id): Self.pack(1, id)
        case .backend(let id): Self.pack(2, id)
        case .errand(let id): Self.pack(3, id)
        case .frontendTimer(let id): Self.pack(4, id)
        case .backendTimer(let id): Self.pack(5, id)
        case .errandTimer(let id): Self.pack(6, id)
        case .retry: Self.pack(7, SlotID(index: 0, generation: 0))
        case .housekeeping: Self.pack(8, SlotID(index: 0, generation: 0))
        }
    }

    init(_ token: Token) {
        let id = SlotID(index: Int(token.bits >> 32 & 0xFF_FFFF), generation: UInt32(truncatingIfNeeded: token.bits))
        switch token.bits >> 56 {
        case 0: self = .listener(id.index)
        case 1: self = .frontend(id)
        case 2: self = .backend(id)
        case 3: self = .errand(id)
        case 4: self = .frontendTimer(id)
        case 5: self = .backendTimer(id)
        case 6: self = .errandTimer(id)
        case 7: self = .retry
        case 8: self = .housekeeping
        case let kind: preconditionFailure("a token of kind \(kind)")
        }
    }

    private static func pack(_ kind: UInt64, _ id: SlotID) -> Token {
        Token(bits: kind << 56 | UInt64(id.index) << 32 | UInt64(id.generation))
    }
}
