internal import CLinux

/// What a descriptor or timer is called in the loop: 64 bits of the owner's choosing, for instance kind, slot, generation.
package struct Token: Hashable, Sendable {
    package let bits: UInt64
    /// All bits set is the loop's own.
    @inlinable package init(bits: UInt64) { self.bits = bits }
    static let mailbox = Token(bits: .max)
}

/// What the loop should watch a descriptor for. A hang-up or an error is always reported.
package struct Interest: OptionSet, Sendable {
    package let rawValue: UInt8
    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }
    @inlinable package static var readable: Interest { Interest(rawValue: 1) }
    @inlinable package static var writable: Interest { Interest(rawValue: 2) }
    /// Only that the peer will send no more; part of `readable`.
    @inlinable package static var peerFinished: Interest { Interest(rawValue: 4) }
    /// Told when something has changed, not for as long as it lasts (EPOLLET): the kernel need not look again after each event. An owner that leaves
    /// something unread has itself told again by `Reactor.change`.
    @inlinable package static var edge: Interest { Interest(rawValue: 8) }
    @inlinable package static var nothing: Interest { Interest(rawValue: 0) }

    // The data path asks these for every message; the ones OptionSet gives are not specialised across modules.
    @inlinable package static func == (a: Interest, b: Interest) -> Bool { a.rawValue == b.rawValue }
    @inlinable package func contains(_ other: Interest) -> Bool { rawValue & other.rawValue == other.rawValue }
    @inlinable package func union(_ other: Interest) -> Interest { Interest(rawValue: rawValue | other.rawValue) }

    /// For epoll_ctl.
    var bits: UInt32 {
        (contains(.readable) ? EPOLLIN.rawValue | EPOLLRDHUP.rawValue : 0) | (contains(.writable) ? EPOLLOUT.rawValue : 0)
            | (contains(.peerFinished) ? EPOLLRDHUP.rawValue : 0) | (contains(.edge) ? EPOLLET.rawValue : 0)
    }
}

/// What the kernel said about a descriptor.
package struct Readiness: Sendable {
    private let bits: UInt32
    init(bits: UInt32) { self.bits = bits }
    /// What an owner supposes who has not asked the kernel.
    package static var readable: Readiness { Readiness(bits: EPOLLIN.rawValue) }
    /// Reading will not block: bytes, end of file, or an error to collect.
    package var isReadable: Bool { bits & (EPOLLIN.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue | EPOLLRDHUP.rawValue) != 0 }
    package var isWritable: Bool { bits & (EPOLLOUT.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 }
    /// Both directions are gone, or the socket failed: nothing written can arrive any more.
    package var isDead: Bool { bits & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 }
    /// The peer will send no more (it may still read).
    package var isPeerFinished: Bool { bits & EPOLLRDHUP.rawValue != 0 }
}
