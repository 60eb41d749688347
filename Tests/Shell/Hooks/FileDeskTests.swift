import Foundation
import Testing
@testable import Hooks

@Suite("Files of hooks")
struct FileDeskTests {
    private let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path + "/understudy-files-\(UUID().uuidString)"

    private func perform(_ operation: FileOperation, _ path: String, _ more: [String: HookValue] = [:]) async -> Result<HookValue, HostCallFailure> {
        let rights = HookRights(granted: [Capability("fs:read:\(folder)/mine"), Capability("fs:write:\(folder)/mine")], trust: .trusted, isNotification: false)
        do { return .success(try await FileDesk().perform(operation, HostArguments(values: .map(more.merging(["path": .text(path)]) { $1 })), rights)) } catch { return .failure(error) }
    }

    @Test("Files are written, read, listed and removed; what is not there is said, or is nothing")
    func plain() async throws {
        let mine = folder + "/mine"
        try FileManager.default.createDirectory(atPath: mine, withIntermediateDirectories: true)
        #expect(await perform(.write, mine + "/a", ["text": "one"]) == .success(.none))
        #expect(await perform(.read, mine + "/a") == .success("one"))
        #expect(await perform(.exists, mine + "/a") == .success(true))
        #expect(await perform(.makeDirectory, mine + "/d") == .success(.none))
        #expect(await perform(.list, mine + "/d") == .success([]))
        #expect(await perform(.write, mine + "/d/b", ["text": "two"]) == .success(.none))
        #expect(await perform(.list, mine + "/d") == .success(["b"]))
        #expect(try await perform(.stat, mine + "/d").get()["kind"] == "directory")
        if case .success = await perform(.remove, mine + "/d") { Issue.record("a directory with contents was removed") }
        #expect(await perform(.remove, mine + "/d", ["recursive": .text(mine + "/d")]) == .success(.none))
        #expect(await perform(.exists, mine + "/d/b") == .success(false))
        #expect(await perform(.remove, mine + "/d/b") == .success(.none))
        if case .success = await perform(.read, mine + "/d/b") { Issue.record("what is not there was read") }
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test("A link leads nowhere that is not granted, not even one that is put there meanwhile")
    func links() async throws {
        let mine = folder + "/mine", other = folder + "/other"
        for path in [mine + "/d", other] { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        for path in [mine + "/d/x", other + "/x"] { try Data((path.hasPrefix(mine) ? "mine" : "other").utf8).write(to: URL(filePath: path)) }
        try FileManager.default.createSymbolicLink(atPath: mine + "/out", withDestinationPath: other)
        try FileManager.default.createSymbolicLink(atPath: mine + "/file", withDestinationPath: other + "/x")
        for (operation, path) in [(FileOperation.read, "/out/x"), (.read, "/file"), (.list, "/out"), (.write, "/out/x"), (.remove, "/out/x"), (.makeDirectory, "/out/n"), (.stat, "/out/x")] {
            guard case .failure(let failure) = await perform(operation, mine + path, ["text": "hook"]) else { Issue.record("\(operation) \(path) was done"); continue }
            #expect(failure.message.contains("leads to \(other)"), "\(failure.message)")
        }
        // Somebody swaps the directory for a link and back, again and again.
        let stop = Flag(), swapping = Thread {
            while !stop.isSet {
                rename(mine + "/d", mine + "/e")
                symlink(other, mine + "/d")
                unlink(mine + "/d")
                rename(mine + "/e", mine + "/d")
            }
        }
        swapping.start()
        for _ in 0..<300 {
            if case .success(let text) = await perform(.read, mine + "/d/x") { #expect(text == "mine") }
            _ = await perform(.write, mine + "/d/new", ["text": "hook"])
        }
        stop.set()
        while swapping.isExecuting { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: other) == ["x"])
        try FileManager.default.removeItem(atPath: folder)
    }
}
