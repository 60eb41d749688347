internal import Foundation
internal import Logging
internal import Synchronization

/// Log lines on standard error, one a line: `2026-11-21 09:15:21.123+00:00 warning primary is lost node=node0 epoch=2`.
struct StderrLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level {
        get { Self.level }
        set { Self.level = newValue }
    }
    private let label: String

    private static let sharedLevel = Mutex(Logger.Level.info)

    /// The least severe level that is written, for the whole process; changed by a reload.
    static var level: Logger.Level {
        get { sharedLevel.withLock { $0 } }
        set { sharedLevel.withLock { $0 = newValue } }
    }

    init(label: String) { self.label = label }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        var line = "\(Self.now()) \(event.level.rawValue) \(Self.escape(event.message.description))"
        for (key, value) in fields { line += " \(key)=\(Self.quote(value.description))" }
        line += "\n"
        Self.write(line)
    }

    /// A line without time and level: diagnostics of a configuration, before there is a log.
    static func writeLine(_ text: String) { write(text + "\n") }

    /// One write a line, so that lines of several threads do not mix.
    private static func write(_ line: String) {
        var text = line
        text.withUTF8 { buffer in
            var rest = UnsafeRawBufferPointer(buffer)
            while !rest.isEmpty {
                let count = Glibc.write(2, rest.baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                // A standard error that nobody reads must not stop a database's proxy.
                if count <= 0 { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }

    private static func now() -> String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        var local = tm()
        localtime_r(&time.tv_sec, &local)
        let offset = local.tm_gmtoff / 60
        return String(format: "%04d-%02d-%02d %02d:%02d:%02d.%03d%@%02d:%02d", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour,
                      local.tm_min, local.tm_sec, Int(time.tv_nsec / 1_000_000), offset < 0 ? "-" : "+", abs(offset) / 60, abs(offset) % 60)
    }

    /// A value with blanks or quotes is quoted; line ends never break a line.
    private static func quote(_ value: String) -> String {
        let plain = !value.isEmpty && !value.contains { $0 == " " || $0 == "\"" || $0 == "=" || $0.isNewline }
        return plain ? value : "\"" + escape(value).replacing("\"", with: "\\\"") + "\""
    }

    private static func escape(_ text: String) -> String {
        text.replacing("\r\n", with: "\\n").replacing("\n", with: "\\n").replacing("\r", with: "\\r")
    }
}
