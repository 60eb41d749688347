/// Where generations outlive the process.
package protocol HookGenerationStore: Sendable {
    /// The newest first.
    func generations() async throws(HookJournalFailure) -> [HookGeneration]
    /// The files of one that is kept.
    func bundle(of number: Int) async throws(HookJournalFailure) -> HookBundle
    /// Stores a new one and puts it in force; returns its number.
    func add(_ bundle: HookBundle, author: String) async throws(HookJournalFailure) -> Int
    /// Puts one that is kept in force.
    func activate(_ number: Int) async throws(HookJournalFailure)
    /// Remembers why one is bad; the first reason stands.
    func mark(_ number: Int, fault: String) async throws(HookJournalFailure)
    /// The generation that an event began with; `current` for one that begins now.
    func generation(ofEvent event: String, current: Int) async throws(HookJournalFailure) -> Int
}

/// A set of hook files that was put in force together.
package struct HookGeneration: Hashable, Sendable {
    package let number: Int
    /// When it was made, in seconds since 1970.
    package let at: Double
    /// Equal digests are equal files.
    package let digest: String
    /// Who asked for it.
    package let author: String
    /// Why it must not be used any more; nil while it is good.
    package let fault: String?
    package let isActive: Bool

    package init(number: Int, at: Double, digest: String, author: String, fault: String?, isActive: Bool) {
        self.number = number
        self.at = at
        self.digest = digest
        self.author = author
        self.fault = fault
        self.isActive = isActive
    }
}
