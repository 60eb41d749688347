internal import Sessions

/// A frontend's conversation with the daemon itself.
final class Administration {
    var session = AdminSession()
    let asker: AdminAsker

    init(_ asker: AdminAsker) { self.asker = asker }
}
