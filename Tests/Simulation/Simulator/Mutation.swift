/// A rule of the engine left out, on purpose: each must be caught.
package enum Mutation: String, CaseIterable, Sendable {
    /// A gate that closes lets answers through that belong to its epoch.
    case forgetEpoch
    /// Whoever answers may be promoted, although others confirm commits.
    case forgetSynchronousRule
    /// Standbys are taken to be sealed, and are not.
    case skipSeal
    /// Standbys are taken to be sealed as soon as they were told.
    case sealWithoutWaiting
    /// Positions are compared as they were before the receivers ended.
    case compareBeforeStopping
    /// A node's timeline is taken for the cluster's.
    case ignoreAncestry
}
