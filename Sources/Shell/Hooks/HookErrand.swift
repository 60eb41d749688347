/// What a hook process is sent: the chunk that begins and its limits, for the process; and what that chunk is told, which the process
/// passes on unread.
struct HookErrand: Sendable {
    let boot: LuaFile?
    let limits: HookLimits
    /// The same for many errands.
    let code: HookValue.EncodedEntries
    let own: [String: HookValue]

    /// A frame of each kind; nil when they are too long.
    var frames: [UInt8]? {
        guard let head = HookFrame.bytes(of: ["boot": boot?.value ?? .none, "limits": limits.value]),
              let body = HookFrame.bytes(of: code, and: HookValue.EncodedEntries(own)) else { return nil }
        return head + body
    }
}
