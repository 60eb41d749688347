import ClusterModel
import Foundation
import Settings
import Synchronization
import TestSupport
import Testing
@testable import Hooks

@Suite("The ten mistakes that people make first")
struct TenMistakesTests {
    private static let transcript = Stage.root.appending(path: "Tests/Shell/Hooks/Transcripts/ten-mistakes.txt")

    @Test("Each gives a message with file and line that names the cure")
    func mistakes() async throws {
        let transcript = try Transcript(Self.transcript)
        var outcomes: [String: [String]] = [:]
        for line in transcript.text.split(separator: "\n").map(String.init) where !line.hasPrefix(" ") && !line.hasPrefix("#") { outcomes[line] = try await Self.play(line) }
        let told = transcript.replay { outcomes[$0] ?? [] }
        if Transcript.isRecording { try transcript.record(told) }
        #expect(told == transcript.text, "UNDERSTUDY_RECORD=1 writes it anew; say in the commit why each line changed")
        #expect(outcomes.values.allSatisfy { !$0.isEmpty }, "a mistake that nobody hears of")
    }

    /// `event | header | body | setting`: what deploying it says, and where that goes well what running it says.
    private static func play(_ line: String) async throws -> [String] {
        let parts = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
        let (event, header, body) = (parts[0], parts[1], parts[2])
        let setting = parts.count > 3 ? parts[3].split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) } : []
        let text = """
        local us = require "understudy"
        local hook = us.hook { name = "ours"\(header.isEmpty ? "" : ", " + header) }
        function hook.\(event)(ev, opt)
          \(body)
        end
        return hook
        """
        var told: [String] = []
        let logged = Logged()
        try await onStage(["ours.lua": text]) { stage in
            let options = stage.settings(setting.count == 2 ? [("ours", setting[0], setting[1])] : [])
            let staging = HookStaging(directories: stage.directories, processes: stage.processes)
            let (_, report) = await staging.check(options: options, nodes: [])
            told = report.problems.map { "deploy: \($0)" } + report.remarks.map { "advice: \($0)" }
            if let schema = EventSchema.byName[event], report.problems.isEmpty {
                let runner = HookRunner(catalogue: report.catalogue, processes: stage.processes, host: stage.host, journal: stage.journal, secrets: stage.secrets) { line in
                    if line.level != .info { logged.append("event: \(line.place.map { "\($0): " } ?? "")\(line.message)") }
                }
                _ = await runner.run(Self.event(schema), only: "ours")
                told += logged.lines
            }
            told = told.map { $0.replacing(stage.site + "/", with: "") }
        }
        return told
    }

    private static func event(_ schema: EventSchema) -> HookEvent {
        let header = HookEvent.Header(id: "ev-1", epoch: Epoch(2), at: 0)
        switch schema.name {
        case "choose_candidate": return .chooseCandidate(header, in: Stage.cluster, lost: NodeID(0), candidates: [NodeID(1)], lastPrimaryLSN: nil, reason: "refuses connections")
        case "approve_failover": return .approveFailover(header, in: Stage.cluster, lost: NodeID(0), candidate: NodeID(1), candidates: [NodeID(1)], lastPrimaryLSN: nil)
        default: return Stage.failover()
        }
    }

    private final class Logged: Sendable {
        private let state = Mutex<[String]>([])
        var lines: [String] { state.withLock { $0 } }
        func append(_ line: String) { state.withLock { $0.append(line) } }
    }
}
