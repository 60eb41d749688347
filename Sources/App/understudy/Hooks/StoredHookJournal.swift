internal import Hooks
internal import Logging
internal import Storage

/// Finished steps in the state store; effects as log lines.
struct StoredHookJournal: HookJournal {
    let store: StateStore
    let logger: Logger

    func recordedStep(_ step: StepKey) async throws(HookJournalFailure) -> HookValue? {
        let bytes: [UInt8]?
        do { bytes = try await store.stepValue(event: step.event, name: step.storedName) } catch { throw HookJournalFailure(error.description) }
        guard let bytes else { return nil }
        do { return try HookValue(decoding: bytes) } catch { throw HookJournalFailure("step \(step.storedName) of \(step.event) cannot be read: \(error)") }
    }

    func recordStep(_ step: StepKey, _ value: HookValue) async throws(HookJournalFailure) {
        do { try await store.recordStep(event: step.event, name: step.storedName, value: value.encoded) } catch { throw HookJournalFailure(error.description) }
    }

    func record(_ effect: HookEffect) async {
        let outcome = switch effect.result {
        case .success: "done"
        case .failure(let failure): failure.message
        }
        logger.debug("hook effect", metadata: [
            "effect": "\(effect.operation)", "event": "\(effect.context.event)", "hook": "\(effect.context.hook)", "number": "\(effect.number)",
            "outcome": "\(outcome)", "place": "\(effect.context.place?.description ?? "")", "took": "\(effect.took)",
        ])
    }
}
