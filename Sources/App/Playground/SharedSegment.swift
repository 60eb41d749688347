internal import Foundation

/// The System V segment by which a server guards its data directory. One that was killed leaves it, and a machine has only so many.
struct SharedSegment {
    let key: key_t
    let id: Int32

    /// As postmaster.pid names it, which outlives a server that was killed; nil where nothing is left.
    init?(leftIn pgdata: String) {
        guard let data = FileManager.default.contents(atPath: pgdata + "/postmaster.pid") else { return nil }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 6 else { return nil }
        let words = lines[6].split(separator: " ")
        guard words.count == 2, let key = Int(words[0]), let id = Int32(words[1]) else { return nil }
        self.key = key_t(truncatingIfNeeded: key)
        self.id = id
    }

    /// Whether it is there: a number alone may be somebody else's by now.
    var exists: Bool { shmget(key, 0, 0) == id }

    func remove() {
        if exists { shmctl(id, IPC_RMID, nil) }
    }
}
