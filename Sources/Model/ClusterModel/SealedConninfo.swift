/// A `primary_conninfo` that leads nowhere, and still says where it led.
///
/// What seals is appended: of an option that stands twice libpq takes the last, and a socket directory that does not exist is refused at
/// once, on the node itself. So the node remembers both the connection and the epoch, whoever restarts.
/// Source: PostgreSQL manual, "Connection Strings".
package struct SealedConninfo: Hashable, Sendable {
    /// As it was before.
    package let original: String
    /// The epoch whose failover sealed it.
    package let epoch: Epoch

    private static let folder = "understudy-sealed-e"

    package init(original: String, epoch: Epoch) {
        self.original = original
        self.epoch = epoch
    }

    /// Reads what `text` makes; nil where it is not sealed.
    package init?(_ text: String) {
        // The mark is the last thing in it, and its digits the only number after the folder's name.
        let digits = text.reversed().drop { !$0.isNumber }.prefix { $0.isNumber }.reversed()
        guard let epoch = UInt64(String(digits)).map(Epoch.init) else { return nil }
        let seals = [Self.seal(epoch, " ", isURI: false), Self.seal(epoch, "?", isURI: true), Self.seal(epoch, "&", isURI: true)]
        guard let seal = seals.first(where: text.hasSuffix) else { return nil }
        self.init(original: String(text.dropLast(seal.count)), epoch: epoch)
    }

    /// For `primary_conninfo`.
    package var text: String {
        let isURI = original.hasPrefix("postgresql://") || original.hasPrefix("postgres://")
        return original + Self.seal(epoch, isURI ? (original.contains("?") ? "&" : "?") : " ", isURI: isURI)
    }

    /// An address would win over the host.
    private static func seal(_ epoch: Epoch, _ separator: String, isURI: Bool) -> String {
        isURI ? "\(separator)host=%2F\(folder)\(epoch)&hostaddr=" : "\(separator)host='/\(folder)\(epoch)' hostaddr=''"
    }
}
