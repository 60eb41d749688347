/// The five characters that say what kind of error it was. Every code this proxy sends stands here and nowhere else.
///
/// Source: PostgreSQL manual, "PostgreSQL Error Codes".
package struct SQLState: Hashable, Sendable, CustomStringConvertible {
    package let code: String
    package init(_ code: String) { self.code = code }
    package var description: String { code }

    /// The work may or may not have taken effect: the node was lost before it answered.
    package static let outcomeUnknown = SQLState("08007")
    package static let protocolViolation = SQLState("08P01")
    package static let featureNotSupported = SQLState("0A000")
    package static let invalidAuthorization = SQLState("28000")
    /// The password is wrong, or the user is not known: which of them is not told.
    package static let invalidPassword = SQLState("28P01")
    /// The session is in a block whose primary was lost; nothing but its end is accepted.
    package static let inFailedTransaction = SQLState("25P02")
    /// The work took no effect and may be tried again.
    package static let serializationFailure = SQLState("40001")
    package static let outOfMemory = SQLState("53200")
    package static let tooManyConnections = SQLState("53300")
    package static let tooManyStatements = SQLState("54000")
    package static let undefinedStatement = SQLState("26000")
    package static let duplicateStatement = SQLState("42P05")
    package static let syntaxError = SQLState("42601")
    package static let undefinedObject = SQLState("42704")
    package static let insufficientPrivilege = SQLState("42501")
    package static let invalidParameterValue = SQLState("22023")
    package static let objectNotInPrerequisiteState = SQLState("55000")
    package static let queryCanceled = SQLState("57014")
    package static let idleInTransactionTimeout = SQLState("25P03")
    package static let transactionTimeout = SQLState("25P04")
    package static let idleSessionTimeout = SQLState("57P05")
    package static let adminShutdown = SQLState("57P01")
    package static let crashShutdown = SQLState("57P02")
    package static let cannotConnectNow = SQLState("57P03")
    package static let internalError = SQLState("XX000")
}
