/// The methods of a node.
extension HostFunction {
    private static func read(_ name: String, _ parameters: [Parameter] = [], _ returns: Result, about: String) -> HostFunction {
        HostFunction("node." + name, .read, nil, parameters, returns: returns, about: about)
    }

    static let nodeReads = [
        HostFunction("node.sql", .opaque, Capability("sql:read"), style: .statement, [.required("text", .text, "One statement.")], options: [
            .optional("database", .string, "Another database than recovery_database."), .optional("timeout", .duration, "10s."),
            .optional("readonly", .boolean, "In a transaction that cannot write; so it is for hooks without sql:write, too."),
        ], returns: .rows, about: "Runs one statement with $1… parameters: as health_check_user and read-only, or as recovery_user where the hook has sql:write and the event may change something."),
        read("is_running", [], .boolean, about: "Whether the server answers, even if only to refuse the login."),
        read("in_recovery", [], .boolean, about: "Whether the node is a standby, as it says itself."),
        read("ping", [], .boolean, about: "Whether the node takes a login and answers."),
        read("lag_now", [], .integer, about: "How far it is behind the primary now, in bytes; nil where that cannot be known. The field `lag_bytes` is of the event's snapshot."),
        read("timeline_now", [], .integer, about: "Its history's number now; the field `timeline` is of the event's snapshot."),
        read("lsn_now", [], .integer, about: "The furthest WAL that it holds now, in bytes; the field `lsn` is of the event's snapshot."),
        read("controldata", [], .texts, about: "What pg_controldata prints, by its labels."),
        read("disk_free", [], .integer, about: "Bytes that are free where the data directory is."),
        read("replicates_to", [.required("other", .node)], .boolean, about: "Whether the other node streams from this one."),
        read("can_rewind_from", [.required("source", .node)], .boolean, about: "Whether pg_rewind can make this stopped node follow the source."),
        HostFunction("node.read_file", .read, rights: "fs:read:<path>", needs: { [Capability("fs:read:" + place($0.text("path")))] },
                     [.required("path", .string, "Below the data directory, or absolute.")], returns: .text, about: "A file's text, of at most 1 MB."),
    ]

    private static let control = Capability("pg.control")
    private static let wait = Parameter.optional("wait", .duration, "60s.")

    static let nodeControl = [
        HostFunction("node.promote", .write, Capability("pg.promote"), options: [wait],
                     about: "Makes a standby the primary and waits until it is writable; a node that is writable already is left alone."),
        HostFunction("node.start", .write, control, options: [wait], about: "Starts the server and waits until it takes logins; one that runs is left alone."),
        HostFunction("node.stop", .write, control, options: [.optional("mode", .string, "smart, fast (the default) or immediate."), wait],
                     about: "Stops the server and waits until it has ended; one that is stopped is left alone."),
        HostFunction("node.restart", .write, control, options: [.optional("mode", .string, "smart, fast (the default) or immediate."), wait], about: "Stops and starts the server."),
        HostFunction("node.reload", .write, control, about: "Has the server read its configuration again."),
        HostFunction("node.checkpoint", .write, control, about: "Makes a checkpoint."),
        HostFunction("node.set", .write, control, [.required("name", .string, "A setting of PostgreSQL's."), .optional("value", .text, "nil takes the setting back.")],
                     about: "Sets it by ALTER SYSTEM and reloads; in postgresql.auto.conf where the server is stopped."),
        HostFunction("node.ensure_slot", .write, Capability("pg.slot"), [.required("name", .string)], returns: .text, about: "Makes a physical replication slot if there is none; returns its name."),
        HostFunction("node.drop_slot", .write, Capability("pg.slot"), [.required("name", .string)], about: "Drops a replication slot if there is one and nobody uses it."),
    ]

    private static let ownFiles = Capability("fs:write:pgdata")

    static let nodeData = [
        HostFunction("node.rewind_from", .write, Capability("pg.rewind"), [.required("source", .node)], options: [.optional("timeout", .duration, "1h.")],
                     about: "Runs pg_rewind on the stopped node, from the source."),
        HostFunction("node.basebackup_from", .write, Capability("pg.basebackup"), [.required("source", .node)], options: [
            .optional("slot", .string), .optional("max_rate", .bytes, "Bytes a second; 0 is no limit."), .optional("checkpoint", .string, "fast or spread."), .optional("timeout", .duration, "12h."),
        ], about: "Runs pg_basebackup into the node's empty or missing data directory."),
        HostFunction("node.move_aside", .write, ownFiles, about: "Renames the data directory; a stopped node's only."),
        HostFunction("node.restore_aside", .write, ownFiles, about: "Puts the directory that was moved aside back, and what stands there aside."),
        HostFunction("node.forget_aside", .write, ownFiles, about: "Removes what was moved aside."),
        HostFunction("node.write_file", .write, rights: "fs:write:<path>", needs: { [Capability("fs:write:" + place($0.text("path")))] },
                     [.required("path", .string, "Below the data directory, or absolute."), .required("text", .text)], options: [.optional("mode", .integer, "384 is 0600, the default.")],
                     about: "Writes a file whole: beside it first, then in its place."),
        HostFunction("node.touch", .write, rights: "fs:write:<path>", needs: { [Capability("fs:write:" + place($0.text("path")))] }, [.required("path", .string)],
                     about: "Makes an empty file if there is none."),
        HostFunction("node.include_conf", .write, ownFiles, [.required("path", .string, "Relative to the data directory.")], about: "Adds include_if_exists to postgresql.conf, once."),
    ]

    /// A relative path is the data directory's, unless it climbs out of it.
    private static func place(_ path: String) -> String {
        path.hasPrefix("/") || path.split(separator: "/").contains("..") ? path : "pgdata"
    }
}
