internal import PostgresWire

/// What a frontend sent that its node has not answered yet: one entry for each ReadyForQuery that is owed, and the
/// extended messages that no Sync has closed.
///
/// Invariant: a node answers the entries in their order, so the first is the one under way.
struct Pipeline {
    /// A frontend that is this far ahead of its node is not read any further.
    static let deepest = 4096

    private var units: [WorkEffects] = []
    private var first = 0
    /// Messages of the extended protocol since the last Sync; nil when there was none.
    private(set) var open: WorkEffects?
    /// The node takes CopyData: it ignores Sync and Flush until CopyDone or CopyFail.
    private var isCopyingIn = false
    /// The node answered the first entry by an error; its ReadyForQuery is still owed.
    private(set) var isFirstFailed = false
    /// What the unnamed prepared statement does, and what the portals bound since the last ReadyForQuery do.
    private var unnamed: WorkEffects = [.extended]
    private var portals: WorkEffects = [.extended]

    /// Nothing is owed.
    var isEmpty: Bool { first == units.count && open == nil }
    /// ReadyForQuery messages that are owed.
    var depth: Int { units.count - first }
    var isFull: Bool { depth >= Self.deepest }

    /// What the frontend is owed, in order.
    var owed: ArraySlice<WorkEffects> { units[first...] }

    /// A Sync with nothing before it: it is owed a ReadyForQuery and nothing else.
    static let ping: WorkEffects = []

    mutating func sentQuery(_ effects: WorkEffects) { units.append(effects.union(.executes)) }

    mutating func sentFunctionCall() { units.append([.executes]) }

    mutating func sentParse(_ effects: WorkEffects, isNamed: Bool) {
        if !isNamed { unnamed = effects.union(.extended).subtracting(.executes) }
        touch()
    }

    /// A portal of the unnamed statement, or of one that a node keeps by name and that we did not read.
    mutating func sentBind(isNamed: Bool) {
        portals.formUnion(isNamed ? .unknown : unnamed)
        touch()
    }

    mutating func sentExecute() {
        touch()
        open = open?.then(portals.union([.executes, .extended])).union(.extended)
    }

    /// Describe, Close, Flush.
    mutating func touch() {
        if open == nil { open = [.extended] }
    }

    mutating func sentSync() {
        if isCopyingIn { return }
        units.append(open ?? Self.ping)
        open = nil
    }

    /// CopyDone or CopyFail.
    mutating func sentCopyEnd() { isCopyingIn = false }

    /// The node answered CopyInResponse. In the extended protocol it swallows the Syncs it was sent already.
    mutating func copyInStarted() {
        isCopyingIn = true
        guard depth > 0, units[first].contains(.extended) else { return }
        open = units[first...].reduce(WorkEffects.extended) { $0.then($1) }.union([.extended, .executes])
        forget()
    }

    /// The node answered an error: a copy is over, though the frontend may not know yet.
    mutating func failed() {
        isCopyingIn = false
        isFirstFailed = !isEmpty
    }

    /// The node sent ReadyForQuery; false when none was owed.
    mutating func completed() -> Bool {
        guard first < units.count else { return false }
        first += 1
        if first == units.count { forget() }
        isCopyingIn = false
        isFirstFailed = false
        if first == units.count, open == nil { portals = [.extended] }
        return true
    }

    /// The node is gone: nothing is owed by it any more.
    mutating func clear() {
        forget()
        open = nil
        isCopyingIn = false
        isFirstFailed = false
        unnamed = [.extended]
        portals = [.extended]
    }

    private mutating func forget() {
        units.removeAll(keepingCapacity: true)
        first = 0
    }
}
