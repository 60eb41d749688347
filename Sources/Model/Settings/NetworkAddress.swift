internal import Glibc

/// An IPv4 or IPv6 address as a number, to be compared with networks. A mapped IPv4 address is the IPv4 address.
package enum NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    case v4(UInt32)
    case v6(UInt128)

    /// A numeric address; nil for anything else. A zone (`%eth0`) does not matter to rules and is taken off.
    package init?(_ text: some StringProtocol) {
        let text = String(text.prefix { $0 != "%" })
        var small = in_addr(), large = in6_addr()
        if inet_pton(AF_INET, text, &small) == 1 {
            self = .v4(UInt32(bigEndian: small.s_addr))
        } else if inet_pton(AF_INET6, text, &large) == 1 {
            self.init(wide: withUnsafeBytes(of: large) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) })
        } else { return nil }
    }

    /// An address of 128 bits.
    package init(wide number: UInt128) { self = number >> 32 == 0xFFFF ? .v4(UInt32(truncatingIfNeeded: number)) : .v6(number) }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        switch self {
        case .v4(let number):
            var small = in_addr(s_addr: number.bigEndian)
            inet_ntop(AF_INET, &small, &text, socklen_t(text.count))
        case .v6(let number):
            var large = in6_addr()
            withUnsafeMutableBytes(of: &large) { $0.storeBytes(of: number.bigEndian, as: UInt128.self) }
            inet_ntop(AF_INET6, &large, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// How many bits its kind has.
    var width: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }
}

/// All addresses that share their first bits.
package struct NetworkRange: Hashable, Sendable {
    let base: NetworkAddress
    /// Bits of the base that count; of its own kind.
    let mask: NetworkAddress

    /// nil where `prefix` is longer than the address.
    init?(_ base: NetworkAddress, prefix: Int) {
        guard (0...base.width).contains(prefix) else { return nil }
        self.base = base
        switch base {
        case .v4: mask = .v4(prefix == 0 ? 0 : ~0 << (32 - prefix))
        case .v6: mask = .v6(prefix == 0 ? 0 : ~0 << (128 - prefix))
        }
    }

    /// A mask as it was written; nil where the two are not of one kind.
    package init?(_ base: NetworkAddress, mask: NetworkAddress) {
        guard base.width == mask.width else { return nil }
        self.base = base
        self.mask = mask
    }

    /// Just one address.
    init(only address: NetworkAddress) {
        base = address
        switch address {
        case .v4: mask = .v4(~0)
        case .v6: mask = .v6(~0)
        }
    }

    func contains(_ address: NetworkAddress) -> Bool {
        switch (base, mask, address) {
        case (.v4(let base), .v4(let mask), .v4(let other)): (base ^ other) & mask == 0
        case (.v6(let base), .v6(let mask), .v6(let other)): (base ^ other) & mask == 0
        // An address of the other kind is in no such network.
        case (.v4, _, _), (.v6, _, _): false
        }
    }
}

/// The networks this machine is in, for `samehost` and `samenet`.
package struct OwnNetworks: Sendable {
    /// Each interface's address with its mask.
    package let interfaces: [NetworkRange]

    package init(_ interfaces: [NetworkRange]) { self.interfaces = interfaces }

    /// Asks the kernel now: an address that moves between members is there one moment and gone the next.
    package static func current() -> OwnNetworks {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return OwnNetworks([]) }
        defer { freeifaddrs(list) }
        var interfaces: [NetworkRange] = []
        var next = list
        while let entry = next?.pointee {
            if let address = number(entry.ifa_addr), let mask = number(entry.ifa_netmask), let range = NetworkRange(address, mask: mask) { interfaces.append(range) }
            next = entry.ifa_next
        }
        return OwnNetworks(interfaces)
    }

    private static func number(_ address: UnsafeMutablePointer<sockaddr>?) -> NetworkAddress? {
        guard let address else { return nil }
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let size = Int32(address.pointee.sa_family) == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
        guard [AF_INET, AF_INET6].contains(Int32(address.pointee.sa_family)),
              getnameinfo(address, socklen_t(size), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else { return nil }
        return NetworkAddress(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
