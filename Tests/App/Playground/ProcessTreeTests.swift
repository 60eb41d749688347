import Foundation
import Testing
@testable import Playground

@Suite("Processes of a playground")
struct ProcessTreeTests {
    @Test("Only PostgreSQL's and our own programs are ever found: a shell in the data directory is left alone")
    func bystander() throws {
        let directory = NSTemporaryDirectory() + "understudy-processes-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        // Its argument is the directory, as a user's `ls -R DIR` would have it.
        let child = try ChildProcess(["/usr/bin/env", "tail", "-f", "--pid=\(getpid())", directory + "/output"], output: directory + "/output")
        let path = directory + "/output"
        #expect(ProcessTree.startTime(of: child.pid) != nil)
        #expect(ProcessTree.processes(at: path).isEmpty)
        #expect(ProcessTree.end([path], seconds: 1))
        #expect(ProcessTree.startTime(of: child.pid) != nil)
        kill(child.pid, SIGKILL)
        #expect(child.wait(seconds: 10) == 128 + SIGKILL)
        try FileManager.default.removeItem(atPath: directory)
    }

    @Test("A process that has ended has no start time any more, even before it is waited for")
    func zombie() throws {
        let child = try ChildProcess(["/usr/bin/env", "true"], output: "/dev/null")
        #expect(ProcessTree.waitUntilGone(child.pid, seconds: 10))
        #expect(child.wait(seconds: 10) == 0)
    }

    @Test("A program over its time is killed")
    func overdue() throws {
        let child = try ChildProcess(["/usr/bin/env", "sleep", "1000"], output: "/dev/null")
        #expect(child.wait(seconds: 0.02) == nil)
        #expect(ProcessTree.startTime(of: child.pid) == nil)
    }
}
