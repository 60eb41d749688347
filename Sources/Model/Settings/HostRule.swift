/// One line of `pool_hba.conf`: for whom it is, and how they prove who they are.
package struct HostRule: Hashable, Sendable {
    /// How a frontend proves who it is.
    package enum Method: Hashable, Sendable {
        case trust, reject, password, md5, scramSHA256, certificate
        /// By the name of a service in `/etc/pam.d`.
        case pam(service: String)
    }

    /// Which connections.
    enum Scope: String, Hashable, Sendable {
        /// By a Unix-domain socket.
        case local
        /// By TCP, with TLS or without.
        case host
        case hostssl, hostnossl
    }

    enum Database: Hashable, Sendable {
        case all
        /// Of the user's own name.
        case sameUser
        /// Physical replication, which names no database.
        case replication
        case named(String)
    }

    enum User: Hashable, Sendable {
        case all
        case named(String)
    }

    enum Address: Hashable, Sendable {
        case all, sameHost, sameNet
        case range(NetworkRange)
    }

    /// A frontend that wants to log in.
    package struct Applicant: Hashable, Sendable {
        package let user: String
        package let database: String
        /// nil: by a Unix-domain socket.
        package let address: NetworkAddress?
        package let isEncrypted: Bool
        /// It asks for a walsender without a database.
        package let isPhysicalReplication: Bool

        package init(user: String, database: String, address: NetworkAddress?, isEncrypted: Bool, isPhysicalReplication: Bool = false) {
            self.user = user
            self.database = database
            self.address = address
            self.isEncrypted = isEncrypted
            self.isPhysicalReplication = isPhysicalReplication
        }
    }

    let scope: Scope
    let databases: [Database]
    let users: [User]
    let addresses: Address
    package let method: Method
    /// Where it is written.
    package let place: Settings.Place

    /// Whether the rule is for this frontend. `networks` is asked only where the answer depends on it.
    func isFor(_ applicant: Applicant, _ networks: () -> OwnNetworks) -> Bool {
        isInScope(applicant) && databases.contains { Self.is($0, applicant) } && users.contains { $0 == .all || $0 == .named(applicant.user) }
            && isAt(applicant.address, networks)
    }

    private func isInScope(_ applicant: Applicant) -> Bool {
        switch scope {
        case .local: applicant.address == nil
        case .host: applicant.address != nil
        case .hostssl: applicant.address != nil && applicant.isEncrypted
        case .hostnossl: applicant.address != nil && !applicant.isEncrypted
        }
    }

    /// As in PostgreSQL, a walsender without a database is matched by the word `replication` alone.
    private static func `is`(_ database: Database, _ applicant: Applicant) -> Bool {
        switch database {
        case .all: !applicant.isPhysicalReplication
        case .sameUser: !applicant.isPhysicalReplication && applicant.database == applicant.user
        case .replication: applicant.isPhysicalReplication
        case .named(let name): !applicant.isPhysicalReplication && applicant.database == name
        }
    }

    private func isAt(_ address: NetworkAddress?, _ networks: () -> OwnNetworks) -> Bool {
        guard let address else { return true }
        switch addresses {
        case .all: return true
        case .sameHost: return networks().interfaces.contains { $0.base == address }
        case .sameNet: return networks().interfaces.contains { $0.contains(address) }
        case .range(let range): return range.contains(address)
        }
    }
}
