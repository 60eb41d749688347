internal import Sessions
internal import Settings

/// What a frontend has until it is let in: who it says it is, and how far its proof has come.
final class Authentication {
    let applicant: Authenticator.Applicant
    /// From the verdict on.
    var login: FrontendLogin?
    /// What it is checked by came from `auth_query`: a wrong password may mean that it has changed there.
    var isLookedUp = false

    init(_ applicant: Authenticator.Applicant) { self.applicant = applicant }
}

extension Authenticator.Applicant {
    /// Where it is, in words; nil for a Unix-domain socket.
    var host: String? { seen.address?.description }
}
