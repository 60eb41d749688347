internal import Administration
internal import ArgumentParser
internal import Foundation

struct FailoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "failover", abstract: "Let a failover go on that waits because acknowledged commits may be lost.",
        discussion: "It asks for the cluster's name: on the terminal, or as a line of standard input.")

    @OptionGroup var control: ControlOptions

    @Flag(help: "Promote whoever answers, although commits that were acknowledged may be missing there.")
    var acceptLoss = false

    func validate() throws {
        guard acceptLoss else { throw ValidationError("a failover begins by itself; --accept-loss lets one go on that waits") }
    }

    func run() async throws {
        let client = try control.client()
        let status = try await client.ask(ControlRequest(command: "status"), for: StatusView.self)
        guard status.primary == nil else { throw ValidationError("\(status.primary ?? "") is the primary: no failover waits") }
        let question = "\(status.writes_held)\n\nWhoever answers will be promoted, and commits that were acknowledged may be lost.\nType the cluster's name, \(status.cluster), to go on: "
        FileHandle.standardError.write(Data(question.utf8))
        guard readLine() == status.cluster else { throw ValidationError("that is not the cluster's name: nothing was done") }
        let words = try await client.ask(ControlRequest(command: "failover.accept_loss", epoch: status.epoch), for: String.self)
        try show(words, json: control.json, table: { $0 })
    }
}
