/// Questions about statements and sessions: no effects, and nothing waits for them.
extension EventSchema {
    static let dataPlaneEvents = [
        EventSchema("classify_query", .choose(.words(["read", "write", "primary"])), .everyWorker, budget: .milliseconds(2),
                    "A fingerprint is seen for the first time; the answer is kept.", failure: "The built-in rules.", isFired: false, [
            field("fingerprint", .text, "Names the statement, whatever its constants."),
            field("text", .text, "The statement with its constants left out."),
            field("kind", .text, "select, insert, …, as the built-in rules see it."),
            field("functions", .texts, "The functions that it calls."),
            field("tables", .texts, "The tables that it names."),
            field("database", .text, "The session's database."),
            field("user", .text, "The session's user."),
            field("application", .text, "The session's application_name."),
        ]),
        EventSchema("route", .choose(.nodeOrGroup), .everyWorker, budget: .microseconds(200), "A session or transaction begins: where should its reads go?",
                    failure: "The built-in rules.", isFired: false, [
            field("user", .text, "The session's user."),
            field("database", .text, "The session's database."),
            field("application", .text, "The session's application_name."),
            field("client", .text, "The client's address."),
            field("read_only", .boolean, "Whether the session said that it only reads."),
            field("nodes", .nodes, "The nodes that could serve it."),
        ]),
    ]
}
