/// What differs between two generations: files, and the lines of each.
package struct HookDifference: Sendable {
    /// How much of a text is compared line by line; longer ones are said to differ.
    private static let mostLines = 2000
    /// Unchanged lines shown around a change.
    private static let context = 3

    /// In the form of `diff -u`; empty when nothing differs.
    package let text: String

    package init(_ old: HookBundle, _ new: HookBundle, names: (String, String)) {
        let paths = Set(old.files.keys).union(new.files.keys).sorted().filter { old.files[$0] != new.files[$0] }
        text = paths.map { path in
            let before = old.files[path]?.text, after = new.files[path]?.text
            let head = "--- \(before == nil ? "/dev/null" : "\(names.0)/\(path)")\n+++ \(after == nil ? "/dev/null" : "\(names.1)/\(path)")\n"
            return head + Self.hunks(Self.lines(before), Self.lines(after))
        }.joined()
    }

    private static func lines(_ text: String?) -> [Substring] {
        guard let text, !text.isEmpty else { return [] }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.last?.isEmpty == true ? Array(lines.dropLast()) : lines
    }

    private enum Line { case same(Substring), removed(Substring), added(Substring) }

    private static func hunks(_ old: [Substring], _ new: [Substring]) -> String {
        guard max(old.count, new.count) <= mostLines else { return "the files differ; they are too long to be compared line by line\n" }
        if old == new { return "the text is the same; who may write the file has changed\n" }
        let all = script(old, new)
        let changed = all.indices.filter { if case .same = all[$0] { false } else { true } }
        var text = "", at = 0, place = (old: 0, new: 0)
        while let first = changed.first(where: { $0 >= at }) {
            let begin = max(at, first - context)
            var end = first + 1
            while let next = changed.first(where: { $0 >= end }), next - end <= 2 * context { end = next + 1 }
            end = min(all.count, end + context)
            for line in all[at..<begin] { advance(&place, line) }
            let start = place
            for line in all[begin..<end] { advance(&place, line) }
            text += "@@ -\(range(start.old, place.old)) +\(range(start.new, place.new)) @@\n" + all[begin..<end].map(show).joined()
            at = end
        }
        return text
    }

    /// The first line and how many; of none, the line before.
    private static func range(_ begin: Int, _ end: Int) -> String { "\(end > begin ? begin + 1 : begin),\(end - begin)" }

    private static func advance(_ place: inout (old: Int, new: Int), _ line: Line) {
        switch line {
        case .same: place = (place.old + 1, place.new + 1)
        case .removed: place.old += 1
        case .added: place.new += 1
        }
    }

    private static func show(_ line: Line) -> String {
        switch line {
        case .same(let text): " \(text)\n"
        case .removed(let text): "-\(text)\n"
        case .added(let text): "+\(text)\n"
        }
    }

    /// Both texts as one list of lines, from the standard library's difference.
    private static func script(_ old: [Substring], _ new: [Substring]) -> [Line] {
        let difference = new.difference(from: old)
        var removed = Set<Int>(), added = Set<Int>()
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var lines: [Line] = [], i = 0, j = 0
        while i < old.count || j < new.count {
            if removed.contains(i) {
                lines.append(.removed(old[i]))
                i += 1
            } else if added.contains(j) {
                lines.append(.added(new[j]))
                j += 1
            } else {
                lines.append(.same(old[i]))
                i += 1
                j += 1
            }
        }
        return lines
    }
}
