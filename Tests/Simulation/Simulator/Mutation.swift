/// A rule of the engine left out, on purpose: each must be caught.
package enum Mutation: String, CaseIterable, Sendable {
    /// A gate that closes lets answers through that belong to its epoch.
    case forgetEpoch
    /// Whoever answers may be promoted, although others confirm commits.
    case forgetSynchronousRule
    /// A node's timeline is taken for the cluster's.
    case ignoreAncestry
}
