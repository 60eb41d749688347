/// The daemon itself, its schedule, and what it has to say.
extension EventSchema {
    static let generalEvents = [startup, shutdown, configReloaded, hooksReloaded, timer, alert, audit]

    package static let startup = EventSchema("startup", .tell, .everyMember, budget: .seconds(10), "This member serves.", [
        field("version", .text, "Understudy's version."),
    ])

    package static let shutdown = EventSchema("shutdown", .tell, .everyMember, budget: .seconds(10), "This member was asked to stop.", [
        field("reason", .text, "Who or what asked."),
    ])

    package static let configReloaded = EventSchema("config_reloaded", .tell, .everyMember, budget: .seconds(10), "The configuration was read again.", [
        field("applied", .texts, "Parameters with a new value in force."),
        field("needs_restart", .texts, "Parameters whose new value waits for a restart."),
    ])

    package static let hooksReloaded = EventSchema("hooks_reloaded", .tell, .everyMember, budget: .seconds(10), "Another generation of hooks is in force.", [
        field("from", .integer, "The generation before."),
        field("to", .integer, "The generation now."),
        field("reason", .text, "deploy, rollback, reload, or why the other one was taken out."),
    ])

    package static let timer = EventSchema("timer", .do, budget: .seconds(60), "The time that the hook's header names has come: `on = { timer = { every = \"10min\" } }`, or `cron = \"0 3 * * *\"`. Missed runs collapse into one.",
                                           failure: "It is logged; the next run comes all the same.", parallel: 4, [
        field("scheduled_at", .number, "When it was due, in seconds since 1970."),
        field("missed", .integer, "Runs that were due since the last one and did not happen."),
    ])

    package static let alert = EventSchema("alert", .tell, budget: .seconds(10), "Somebody should look.", [
        field("severity", .text, "info, warning or critical."),
        field("title", .text, "A few words."),
        field("text", .text, "The whole story; may be empty."),
        optional("node", .node, "The node that it is about."),
    ])

    package static let audit = EventSchema("audit", .tell, budget: .seconds(10), "A line was written into the event journal; every line arrives at least once.",
                                           failure: "The line comes again, after a pause.", [
        field("number", .integer, "The line's number; they rise without gaps."),
        field("written_at", .number, "When, in seconds since 1970."),
        field("kind", .text, "node_down, failover_finished, …, as `understudy events` shows it."),
        field("message", .text, "The sentence."),
        optional("node", .node, "The node that it is about."),
        field("details", .text, "A JSON object."),
    ])
}
