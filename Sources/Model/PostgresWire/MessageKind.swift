/// The first byte of a message that a frontend sends once it has started up.
///
/// Source: PostgreSQL manual, "Message Formats".
package enum FrontendMessageKind: UInt8, Sendable, CaseIterable {
    case query = 0x51 // Q
    case parse = 0x50 // P
    case bind = 0x42 // B
    case describe = 0x44 // D
    case execute = 0x45 // E
    case close = 0x43 // C
    case flush = 0x48 // H
    case sync = 0x53 // S
    case functionCall = 0x46 // F
    case copyData = 0x64 // d
    case copyDone = 0x63 // c
    case copyFail = 0x66 // f
    /// PasswordMessage, SASLInitialResponse, SASLResponse and GSSResponse share it; only the exchange tells them apart.
    case secret = 0x70 // p
    case terminate = 0x58 // X

    /// The longest body PostgreSQL accepts: its large limit for what carries texts and values, 10 000 bytes for the rest,
    /// 65 535 for answers to an authentication request.
    package var longestBody: Int {
        switch self {
        case .query, .parse, .bind, .functionCall, .copyData: 0x3FFF_FFFE
        case .secret: 65_535
        case .describe, .execute, .close, .flush, .sync, .copyDone, .copyFail, .terminate: 10_000
        }
    }
}

/// The first byte of a message that a node sends.
package enum BackendMessageKind: UInt8, Sendable, CaseIterable {
    case authentication = 0x52 // R
    case backendKeyData = 0x4B // K
    case parameterStatus = 0x53 // S
    case negotiateProtocolVersion = 0x76 // v
    case readyForQuery = 0x5A // Z
    case error = 0x45 // E
    case notice = 0x4E // N
    case notification = 0x41 // A
    case rowDescription = 0x54 // T
    case dataRow = 0x44 // D
    case commandComplete = 0x43 // C
    case emptyQuery = 0x49 // I
    case portalSuspended = 0x73 // s
    case parseComplete = 0x31 // 1
    case bindComplete = 0x32 // 2
    case closeComplete = 0x33 // 3
    case noData = 0x6E // n
    case parameterDescription = 0x74 // t
    case functionResult = 0x56 // V
    case copyIn = 0x47 // G
    case copyOut = 0x48 // H
    case copyBoth = 0x57 // W
    case copyData = 0x64 // d
    case copyDone = 0x63 // c

    /// The longest body a node may send; longer means that the stream is not PostgreSQL's.
    package static let longestBody = 0x3FFF_FFFF

    /// Whether the proxy looks inside; the others pass as they come, however long.
    package var isInspected: Bool {
        switch self {
        case .authentication, .backendKeyData, .parameterStatus, .negotiateProtocolVersion, .readyForQuery, .error, .notice,
             .copyIn, .copyOut, .copyBoth, .rowDescription, .commandComplete, .emptyQuery, .portalSuspended, .parseComplete, .bindComplete,
             .closeComplete, .noData, .parameterDescription:
            true
        case .notification, .dataRow, .functionResult, .copyData, .copyDone:
            false
        }
    }
}
