/// Something about a configuration that its author should know.
package struct Diagnostic: Hashable, Sendable, CustomStringConvertible {
    /// Whether a configuration with this in it can be used.
    package enum Severity: Sendable {
        /// The configuration cannot be used.
        case error
        /// It can be used, and something in it has no effect or another name.
        case notice
    }

    package let severity: Severity
    package let place: Settings.Place
    /// What was expected, what came, and what to do.
    package let message: String

    /// What other modules find in the files that a configuration names.
    package static func error(_ place: Settings.Place, _ message: String) -> Diagnostic { Diagnostic(severity: .error, place: place, message: message) }

    /// What its author should know; the configuration can be used.
    package static func notice(_ place: Settings.Place, _ message: String) -> Diagnostic { Diagnostic(severity: .notice, place: place, message: message) }

    /// `file:line: message`, as compilers write it.
    package var description: String { "\(place): \(severity == .notice ? "notice: " : "")\(message)" }
}

/// The diagnostics of one reading, in the order of finding, and not without end.
struct DiagnosticList {
    private(set) var all: [Diagnostic] = []

    /// A file with more mistakes is no configuration: the wrong file was named.
    static let most = 1000

    var isFull: Bool { all.count > Self.most }

    mutating func error(_ place: Settings.Place, _ message: String) { add(.error, place, message) }
    mutating func notice(_ place: Settings.Place, _ message: String) { add(.notice, place, message) }

    private mutating func add(_ severity: Diagnostic.Severity, _ place: Settings.Place, _ message: String) {
        if isFull { return }
        let isLast = all.count == Self.most
        all.append(isLast ? Diagnostic(severity: .error, place: place, message: "there are more than \(Self.most) messages: the rest was not read")
                          : Diagnostic(severity: severity, place: place, message: message))
    }
}
