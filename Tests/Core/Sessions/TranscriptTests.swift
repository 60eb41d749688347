import Foundation
import TestSupport
import Testing

@Suite("Session transcripts")
struct TranscriptTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Transcripts")

    @Test("Every story ends as it is written down", arguments: try Transcript.all(in: folder))
    func replay(url: URL) throws {
        let transcript = try Transcript(url)
        var story = SessionStory()
        let played = try transcript.replay { try story.perform($0) }
        if Transcript.isRecording { try transcript.record(played) }
        #expect(played == transcript.text || Transcript.isRecording, "\(url.lastPathComponent) tells another story (UNDERSTUDY_RECORD=1 writes it anew)")
    }

    @Test("There are stories")
    func stories() throws { #expect(try Transcript.all(in: Self.folder).count >= 10) }
}
