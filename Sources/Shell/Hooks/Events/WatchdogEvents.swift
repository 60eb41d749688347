/// What happens among the members. They are fired once there can be more than one.
extension EventSchema {
    static let watchdogEvents = [
        EventSchema("escalation", .do, .concernedMember, budget: .seconds(30), "This member won the leadership with quorum: it takes the address.",
                    failure: "Tried again while it leads; after three failures it resigns.", isFired: false, [
            field("peers", .peers, "The other members."),
            optional("old_leader", .peer, "Who led before; nil when nobody is known."),
        ] + address),
        EventSchema("de_escalation", .do, .concernedMember, budget: .seconds(15), "This member lost the leadership or its quorum, or is shutting down: it gives the address up.",
                    failure: "The engine removes the address itself.", isFired: false, [
            field("reason", .text, "Why."),
            optional("new_leader", .peer, "Who leads now; nil when nobody is known."),
        ] + address),
        EventSchema("leader_elected", .tell, .everyMember, budget: .seconds(10), "A member leads.", isFired: false, leadership),
        EventSchema("leader_lost", .tell, .everyMember, budget: .seconds(10), "The leader is gone.", isFired: false, leadership),
        EventSchema("quorum_lost", .tell, .everyMember, budget: .seconds(10), "Too few members see each other.", isFired: false, quorum),
        EventSchema("quorum_regained", .tell, .everyMember, budget: .seconds(10), "Enough members see each other again.", isFired: false, quorum),
        EventSchema("peer_joined", .tell, .everyMember, budget: .seconds(10), "Another member is seen.", isFired: false, membership),
        EventSchema("peer_left", .tell, .everyMember, budget: .seconds(10), "Another member is seen no more.", isFired: false, membership),
        EventSchema("vip_lost", .tell, .concernedMember, budget: .seconds(10), "The kernel says that the address went away.",
                    failure: "`escalation` is fired again in any case.", isFired: false, [
            field("address", .text, "The address."),
            field("device", .text, "The network device that it was on."),
        ]),
    ]

    private static let address = [
        optional("address", .text, "delegate_ip; nil when the configuration names none."),
        optional("if_up_cmd", .text, "The configured command that adds the address."),
        optional("if_down_cmd", .text, "The configured command that removes it."),
        optional("arping_cmd", .text, "The configured command that announces it."),
    ]

    private static let leadership = [
        optional("leader", .peer, "The leader; nil when there is none."),
        field("reason", .text, "Why."),
    ]

    private static let quorum = [
        field("alive", .integer, "Members that see each other."),
        field("needed", .integer, "How many a quorum takes."),
    ]

    private static let membership = [
        field("peer", .peer, "The member."),
        field("graceful", .boolean, "Whether it said so itself."),
    ]
}
