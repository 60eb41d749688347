internal import Sessions

/// A frontend's conversation with the daemon itself.
final class Administration {
    var session = AdminSession()
    let asker: AdminAsker
    /// Gives up what the last statement may still wait for.
    var giveUp: @Sendable () -> Void = {}

    init(_ asker: AdminAsker) { self.asker = asker }
}
