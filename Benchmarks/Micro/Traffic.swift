import PostgresWire

/// The messages that `pgbench -S` and its node exchange.
enum Traffic {
    static let text = "SELECT abalance FROM pgbench_accounts WHERE aid = 271828;"
    private static let withParameter = "SELECT abalance FROM pgbench_accounts WHERE aid = $1;"

    static let query = sent(.query) { $0.string(text) }
    static let sync = sent(.sync)
    static let execute = sent(.execute) {
        $0.string("")
        $0.int32(0)
    }
    private static let describe = sent(.describe) { $0.raw("P\0".utf8) }

    static func parse(_ name: String) -> [UInt8] {
        sent(.parse) {
            $0.string(name)
            $0.string(withParameter)
            $0.int16(0)
        }
    }

    static func bind(_ name: String) -> [UInt8] {
        sent(.bind) {
            $0.string("")
            $0.string(name)
            $0.raw([0, 0, 0, 1, 0, 0, 0, 6] + Array("271828".utf8) + [0, 0])
        }
    }

    /// `-M extended`.
    static let extended = [parse(""), bind(""), describe, execute, sync]
    /// `-M prepared`, once its statement is prepared.
    static func prepared(_ name: String) -> [[UInt8]] { [bind(name), describe, execute, sync] }

    static let rowDescription = said { $0.rowDescription([ResultColumn("abalance")]) }
    static let row = said { $0.message(.dataRow) { $0.raw([0, 1, 0, 0, 0, 1, 0x30]) } }
    static let copied = said { $0.message(BackendMessageKind.copyData) { $0.raw(repeatElement(0x61, count: 100)) } }
    static let complete = said { $0.commandComplete("SELECT 1") }
    static let ready = said { $0.readyForQuery(.idle) }
    static let parseComplete = said { $0.bare(.parseComplete) }
    static let bindComplete = said { $0.bare(.bindComplete) }

    private static func sent(_ kind: FrontendMessageKind, _ body: (inout MessageWriter) -> Void = { _ in }) -> [UInt8] {
        var writer = MessageWriter()
        writer.message(kind, body)
        return writer.bytes
    }

    private static func said(_ write: (inout MessageWriter) -> Void) -> [UInt8] {
        var writer = MessageWriter()
        write(&writer)
        return writer.bytes
    }
}
