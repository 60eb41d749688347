import PostgresWire
import Proxying
import Sessions
import Synchronization
import Testing
@testable import Administration

/// Hands that note what they are to do.
private final class NotedHands: AdminHands {
    private struct State {
        var done: [String] = []
        var backends: [Int] = []
        var paused = true
        var known: Set<String> = ["d", "My db"]
        var switched: Set<String> = ["d"]
    }

    private let state: Mutex<State>

    init(backends: [Int] = [], paused: Bool = true) { state = Mutex(State(backends: backends, paused: paused)) }

    func databases() async -> Set<String> { state.withLock { $0.known } }

    var done: [String] { state.withLock { $0.done } }

    func perform(_ operation: ProxyOperation) async -> Int {
        state.withLock { $0.done.append("\(operation)") }
        if case .killFrontend(let id) = operation { return id == ConnectionID(number: 7) ? 1 : 0 }
        return 3
    }

    func backendCount(of database: String?, stale: Bool) async -> Int { state.withLock { $0.backends.isEmpty ? 0 : $0.backends.removeFirst() } }

    func service() async -> ProxyReport.Service {
        var service = ProxyReport.Service()
        state.withLock { state in
            service.isPaused = state.paused
            service.pausedDatabases = state.switched
            service.disabledDatabases = state.switched
        }
        return service
    }

    func pause() async { state.withLock { $0.done.append("wait") } }

    func reload() async throws(ErrorMessage) -> [String] { throw ErrorMessage(.error, .invalidParameterValue, "/u.conf:3: no") }

    func shutDown(_ mode: ProxyStopMode) { state.withLock { $0.done.append("stop \(mode)") } }
}

@Suite("AdminOffice")
struct AdminOfficeTests {
    private let hands: NotedHands
    private let office: AdminOffice

    init() { self.init(NotedHands()) }

    private init(_ hands: NotedHands) {
        self.hands = hands
        office = AdminOffice(version: "1", rights: { AdminOffice.Rights(admins: ["ops"], stats: ["eye"]) }, hands: hands) { _ in madeFacts() }
    }

    private func ask(_ text: String, as user: String = "ops") async -> AdminReply {
        await withCheckedContinuation { continuation in
            _ = office.run(text, for: AdminAsker(user: user, database: "understudy")) { continuation.resume(returning: $0) }
        }
    }

    private func state(_ reply: AdminReply) -> String {
        switch reply {
        case .table(let columns, let rows): "\(columns.count) columns, \(rows.count) rows"
        case .done(let tag, let notices): ([tag] + notices).joined(separator: "; ")
        case .nothing: "nothing"
        case .failed(let error): error.state.code
        }
    }

    @Test("Statements are read in any case, with comments and a semicolon", arguments: ["SHOW VERSION", "show version;", " Show /* x */ Version -- y", "SHOW \"version\""])
    func reading(_ text: String) async { #expect(state(await ask(text)) == "1 columns, 1 rows") }

    @Test("What is not understood is said so, and nothing is done", arguments: [
        ("", "nothing"), (" ; -- x", "nothing"), ("SHOW", "42601"), ("SHOW NOTHING", "42704"), ("SHOW pool_cache", "0A000"), ("SHOW POOLS LISTS", "42601"),
        ("FROB", "42601"), ("PAUSE a b", "42601"), ("DISABLE", "42601"), ("KILL_CLIENT", "42601"), ("KILL_CLIENT x", "22023"), ("KILL_CLIENT 9", "42704"),
        ("SHUTDOWN now", "42601"), ("SHUTDOWN \"WAIT_FOR_SERVERS\"", "42601"), ("PAUSE 'a", "42601"), ("/* PAUSE", "42601"), ("SHOW POOLS; PAUSE", "42601"),
        ("SET pool_mode = 'x'", "0A000"), ("SET application_name = 'x'", "SET"), ("BEGIN", "0A000"), ("\"PAUSE\"", "42601"), ("RELOAD", "22023"), ("RELOAD x", "42601"),
        ("PGPOOL SHOW port", "1 columns, 1 rows"), ("PGPOOL SHOW nothing", "42704"), ("PGPOOL SET x", "0A000"), ("SELECT 1", "42601"),
    ])
    func misread(_ text: String, _ expected: String) async {
        #expect(state(await ask(text)) == expected)
        #expect(hands.done.allSatisfy { $0.hasPrefix("killFrontend") })
    }

    @Test("Every statistic is for stats users, configuration and commands are for administrators alone")
    func rights() async {
        for view in AdminCatalogue.views {
            let statement = "SHOW \(view.name)"
            #expect(state(await ask(statement)) != "42501")
            #expect(state(await ask(statement, as: "eye")) == "42501" || view.access != .adminUsers, "\(statement)")
            #expect((state(await ask(statement, as: "anna")) == "42501") == (view.access != .everybody), "\(statement)")
        }
        for command in AdminCatalogue.commands {
            for user in ["eye", "anna"] {
                let argument = switch command.argument {
                case .nothing, .databaseOrNothing, .oneOf: ""
                case .database: " d"
                case .client: " 7"
                }
                #expect(state(await ask(command.name + argument, as: user)) == "42501", "\(command.name) as \(user)")
            }
        }
        #expect(hands.done.isEmpty)
        #expect(state(await ask("PGPOOL SHOW ALL", as: "eye")) == "42501")
        #expect(office.admits("ops") && office.admits("eye") && !office.admits("anna"))
    }

    @Test("A statement is described as it will answer, and denied before it runs")
    func shapes() {
        let ops = AdminAsker(user: "ops", database: "understudy"), eye = AdminAsker(user: "eye", database: "understudy")
        #expect(office.shape(of: "SHOW LISTS", for: ops) == .table([ResultColumn("list"), ResultColumn("items", .integer)]))
        #expect(office.shape(of: "PAUSE", for: ops) == .noRows)
        guard case .failed(let error) = office.shape(of: "PAUSE", for: eye) else {
            Issue.record("described")
            return
        }
        #expect(error.state == .insufficientPrivilege)
    }

    @Test("Commands do what they say, to the database that is named")
    func commands() async {
        for (text, reply) in [("PAUSE \"My db\"", "PAUSE"), ("resume", "RESUME"), ("RECONNECT d", "RECONNECT"), ("DISABLE d", "DISABLE"), ("ENABLE d", "ENABLE"),
                              ("KILL d", "KILL; 3 connections were ended"), ("KILL_CLIENT 7", "KILL_CLIENT"), ("WAIT_CLOSE", "WAIT_CLOSE"),
                              ("SHUTDOWN", "SHUTDOWN"), ("shutdown wait_for_clients", "SHUTDOWN"), ("SHUTDOWN WAIT_FOR_SERVERS", "SHUTDOWN")] {
            #expect(state(await ask(text)) == reply)
        }
        #expect(hands.done == [
            "pause(Optional(\"My db\"))", "resume(nil)", "reconnect(Optional(\"d\"))", "disable(\"d\")", "enable(\"d\")", "kill(Optional(\"d\"))",
            "killFrontend(7)", "stop fast", "stop patient", "stop smart",
        ].map { $0.replacing("killFrontend(7)", with: "killFrontend(\(ConnectionID(number: 7)))") })
    }

    @Test("PAUSE, DISABLE and KILL of a database that nobody uses hold for who will come, and say whom they did not find", arguments: ["PAUSE", "DISABLE", "KILL"])
    func strangers(_ verb: String) async {
        let reply = state(await ask("\(verb) shpo"))
        #expect(reply.hasPrefix("\(verb); nobody uses the database \"shpo\" now: it holds for those who will (known: My db, d)"), "\(reply)")
        #expect(hands.done.count == 1)
    }

    @Test("What only means something that is there, or takes back what was switched, is refused for another name; those that it could mean are named", arguments: [
        ("RECONNECT shpo", "42704", "known: My db, d."), ("WAIT_CLOSE shpo", "42704", "known: My db, d."), ("ENABLE \"My db\"", "55000", "disabled: d."), ("RESUME \"My db\"", "55000", "paused: d."),
    ])
    func unknown(_ text: String, _ code: String, _ hint: String) async {
        let tests = AdminOfficeTests(NotedHands(paused: false))
        guard case .failed(let error) = await tests.ask(text) else {
            Issue.record("done")
            return
        }
        #expect(error.state.code == code && error.hint == hint && error.message.hasSuffix("nothing was done"), "\(error)")
        #expect(tests.hands.done.isEmpty)
    }

    @Test("While all databases are paused one alone cannot be resumed")
    func resumeOfOne() async { #expect(state(await ask("RESUME d")) == "55000") }

    @Test("PAUSE returns when the last backend is closed")
    func pauses() async {
        let hands = NotedHands(backends: [2, 1, 0]), tests = AdminOfficeTests(hands)
        #expect(tests.state(await tests.ask("PAUSE")) == "PAUSE")
        #expect(hands.done == ["pause(nil)", "wait", "wait"])
    }

    @Test("A PAUSE that is given up is answered by an error, and waits no longer")
    func givenUp() async {
        let hands = NotedHands(backends: Array(repeating: 1, count: 1_000_000)), office = AdminOfficeTests(hands).office
        let reply: AdminReply = await withCheckedContinuation { continuation in
            office.run("PAUSE", for: AdminAsker(user: "ops", database: "understudy")) { continuation.resume(returning: $0) }()
        }
        #expect(state(reply) == "57014")
    }

    @Test("A RESUME ends a PAUSE that still waits")
    func resumedMeanwhile() async {
        let hands = NotedHands(backends: [2, 2, 2], paused: false), tests = AdminOfficeTests(hands)
        #expect(tests.state(await tests.ask("PAUSE")) == "55000")
    }
}
