internal import Proxying
internal import Settings

/// What the daemon says of itself.
enum DaemonViews {
    static let version = AdminView.list("VERSION", "the version", [.text("version", "the version") { (facts: AdminFacts) in "understudy \(facts.process.version)" }]) { [$0] }

    private struct Flag { let key: String, isOn: Bool }

    static let state = AdminView.list("STATE", "whether statements are served or wait", [
        .text("key", "active, paused or suspended") { $0.key }, .text("value", "yes or no") { $0.isOn ? "yes" : "no" },
    ]) { (facts: AdminFacts) -> [Flag] in
        let isPaused = facts.report.service.isPaused
        return [Flag(key: "active", isOn: !isPaused), Flag(key: "paused", isOn: isPaused), Flag(key: "suspended", isOn: false)]
    }

    private struct Memory { let name: String, used: Int, limit: Int? }

    static let memory = AdminView.list("MEM", "the memory", [
        .text("name", "buffers: of all connections, for messages that wait; resident: of the whole process") { $0.name },
        .integer("used", "bytes in use") { $0.used },
        .integer("limit", "bytes that may be; NULL where nothing limits it") { $0.limit },
    ]) { (facts: AdminFacts) -> [Memory] in
        let counts = facts.report.counts
        return [Memory(name: "buffers", used: counts.bufferBytes, limit: counts.bufferLimit)]
            + (facts.process.residentBytes.map { [Memory(name: "resident", used: $0, limit: nil)] } ?? [])
    }

    private struct Host { let name: String, addresses: [String], ttl: Int }

    static let hosts = AdminView.list("DNS_HOSTS", "the nodes' names and their addresses", [
        .text("hostname", "the name, as the configuration has it") { $0.name },
        .integer("ttl", "seconds after which it is looked up again (dns_refresh)") { $0.ttl },
        .text("addrs", "its addresses, as they were found last") { $0.addresses.joined(separator: ",") },
    ]) { (facts: AdminFacts) -> [Host] in
        facts.report.addresses.sorted { $0.key < $1.key }.map { Host(name: $0.key, addresses: $0.value, ttl: facts.settings[\.daemon.dnsRefresh].wholeSeconds) }
    }
}
