package import PostgresWire

/// Statements of ours that an idle backend runs between two sessions: to take over the settings of the next, or to forget the last.
///
/// Pure. The statements go one after the other, since some refuse to share a transaction; their answers reach nobody.
package struct Interlude: Sendable {
    /// What the shell does after a message.
    package enum Action: Hashable, Sendable {
        case wait
        case send([UInt8])
        /// All of them are done.
        case done
        /// The node refused one of them.
        case failed(ErrorMessage)
    }

    private var texts: ArraySlice<String>
    /// What is in force when all are done; nil where the answers tell.
    private let becoming: SessionSettings?
    private var refusal: ErrorMessage?

    /// Makes the settings of a backend those of a session.
    package init(aligning text: String, with settings: SessionSettings) {
        texts = [text]
        becoming = settings
    }

    /// Runs the reset queries; ABORT is left out where no block is open.
    package init(resetting texts: [String], isInBlock: Bool) {
        self.texts = texts.filter { isInBlock || $0.uppercased() != "ABORT" }[...]
        becoming = nil
    }

    /// The first statement; nil when there is none.
    package mutating func begin() -> [UInt8]? { next() }

    private mutating func next() -> [UInt8]? {
        guard let text = texts.popFirst() else { return nil }
        var writer = MessageWriter()
        writer.message(.query) { $0.string(text) }
        return writer.bytes
    }

    /// A message of the node.
    package mutating func received(_ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer, isWhole: Bool, _ backend: BackendState) -> Action {
        do {
            switch kind {
            case .readyForQuery:
                if let refusal { return .failed(refusal) }
                if let text = next() { return .send(text) }
                guard try TransactionStatus(body: body) == .idle else { return .failed(ErrorMessage(.error, .internalError, "a transaction block is open behind it")) }
                if let becoming { backend.applied = becoming }
                return .done
            case .error:
                let message = try ErrorMessage(body: body, isWhole: isWhole)
                if message.isFinal { return .failed(message) }
                refusal = message
            case .parameterStatus: try backend.parameters.read(body)
            case .commandComplete: if body.dropLast().elementsEqual("DISCARD ALL".utf8) { backend.forgetAll() }
            case .notice, .notification, .rowDescription, .dataRow, .emptyQuery: break
            case .authentication, .backendKeyData, .negotiateProtocolVersion, .parseComplete, .bindComplete, .closeComplete, .noData,
                 .parameterDescription, .functionResult, .portalSuspended, .copyIn, .copyOut, .copyBoth, .copyData, .copyDone:
                return .failed(ErrorMessage(.error, .protocolViolation, "the node sent an unexpected message"))
            }
            return .wait
        } catch {
            return .failed(ErrorMessage(.error, .protocolViolation, "the node sent an \(error)"))
        }
    }
}
