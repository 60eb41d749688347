/// What may hold a failover up. Who is promoted is decided by the nodes' positions and priorities, and by hooks.
package struct FailoverSettings: SettingsGroup {
    package let title = "Failover"

    package let maxVeto = Parameter.duration(
        "max_veto", .zero ... .seconds(86_400), unit: .seconds, default: "60s", .restart,
        "How long hooks may hold up a verdict or a failover by vetoes, with clients waiting; then it goes on against them.")
    package let maxLag = Parameter.bytes(
        "max_lag_on_failover", 0...(1 << 50), default: "0", .restart,
        "How many bytes of WAL a standby may lack, of what was seen of the lost primary, and still be promoted; 0 is no limit. Needless with synchronous standbys: "
            + "those that lack what may be acknowledged are never promoted.")
    package let onTooFewStandbys = Parameter.choice(
        "on_too_few_standbys", ["wait", "degrade"], default: "wait", .restart,
        "When a new primary's synchronous_standby_names asks for more standbys than there are: degrade has it ask for as many as there are, wait leaves its commits waiting.")
    package let fencing = Parameter.choice(
        "fencing", ["best_effort", "required"], default: "best_effort", .restart,
        "required promotes nothing before a fence_primary hook has kept the old primary from writing.")
}
