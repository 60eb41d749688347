internal import Foundation
internal import Hooks
internal import Storage

/// Generations of hooks in the state store.
struct StoredGenerations: HookGenerationStore {
    let store: StateStore

    func generations() async throws(HookJournalFailure) -> [HookGeneration] {
        try await attempt { () async throws(StorageFailure) in
            try await store.generations().map {
                HookGeneration(number: $0.number, at: $0.at, digest: $0.digest, author: $0.author, fault: $0.fault, isActive: $0.isActive)
            }
        }
    }

    func bundle(of number: Int) async throws(HookJournalFailure) -> HookBundle {
        guard try await generations().contains(where: { $0.number == number }) else { throw HookJournalFailure("generation \(number) of the hooks is kept no more") }
        let files = try await attempt { () async throws(StorageFailure) in try await store.generationFiles(number) }
        return HookBundle(files: files.mapValues { HookBundle.File(text: $0.text, isRestricted: $0.isRestricted) })
    }

    func add(_ bundle: HookBundle, author: String) async throws(HookJournalFailure) -> Int {
        let files = bundle.files.mapValues { StoredGeneration.File(text: $0.text, isRestricted: $0.isRestricted, digest: $0.digest) }
        return try await attempt { () async throws(StorageFailure) in
            try await store.addGeneration(files, digest: bundle.digest, author: author, at: Date().timeIntervalSince1970)
        }
    }

    func activate(_ number: Int) async throws(HookJournalFailure) {
        try await attempt { () async throws(StorageFailure) in try await store.activateGeneration(number) }
    }

    func mark(_ number: Int, fault: String) async throws(HookJournalFailure) {
        try await attempt { () async throws(StorageFailure) in try await store.markGeneration(number, fault: fault) }
    }

    func generation(ofEvent event: String, current: Int) async throws(HookJournalFailure) -> Int {
        try await attempt { () async throws(StorageFailure) in try await store.generation(ofEvent: event, current: current) }
    }

    private func attempt<Value>(_ body: () async throws(StorageFailure) -> Value) async throws(HookJournalFailure) -> Value {
        do { return try await body() } catch { throw HookJournalFailure(error.description) }
    }
}
