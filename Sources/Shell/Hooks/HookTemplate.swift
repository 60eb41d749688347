/// What `understudy hooks new` writes: a hook that does nothing yet, and tests of it that pass.
package struct HookTemplate: Sendable {
    /// The hook's name, which its files have too.
    package let name: String
    package let hook: String
    package let spec: String

    private let event: EventSchema

    /// nil where there is no such event.
    package init?(event name: String, named own: String) {
        guard let event = EventSchema.all.first(where: { $0.name == name }) else { return nil }
        self.event = event
        self.name = own
        hook = Self.hook(event, own)
        spec = Self.spec(event, own)
    }

    /// Whether a hook of this name could be loaded.
    package static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
        return name.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_") }
    }

    /// Whether Lua text has a handler for an event, as far as its words show.
    package static func handles(_ event: String, in text: String) -> Bool { text.contains("function hook.\(event)(") }

    private static func hook(_ event: EventSchema, _ name: String) -> String {
        """
        --- \(event.about)
        local us = require "understudy"

        local hook = us.hook {
          name  = "\(name)",
          about = "Says that it saw \(event.name).",\(event == .timer ? "\n  on    = { timer = { every = \"10min\" } }," : "")
        }

        ---@param ev \(LuaStubs.className(event))
        function hook.\(event.name)(ev)
          us.log.info("\(event.name)", { event = ev.id })
          -- returning nothing: the next hook goes on
        end

        return hook

        """
    }

    /// Events that begin with the loss of a primary: in their tests it is down.
    private static let losses: Set<String> = [
        "failover", "choose_candidate", "approve_failover", "fence_primary", "failover_finished", "approve_node_down", "node_down", "health_changed", "probe_node",
    ]

    private static func spec(_ event: EventSchema, _ name: String) -> String {
        let isLoss = losses.contains(event.name), hasNode = event.fields.contains { $0.name == "node" && $0.kind == .node && !$0.isOptional }
        let fields = hasNode ? "{ node = \"\(isLoss || event.name.contains("switchover") ? "pg1" : "pg2")\" }" : "{}"
        return """
            local t = require "understudy.testing"

            local function cluster()
              return t.cluster({ pg1 = { role = "primary"\(isLoss ? ", down = true" : "") }, pg2 = {}, pg3 = { lag = "9MB" } }):hooks "\(name).lua"
            end

            describe("\(name)", function()
              it("sees the event", function()
                local c = cluster()
                c:run("\(event.name)", \(fields))
                assert.equal(1, #c:logged "^\(event.name)$")
              end)

              it("never fails, wherever the daemon is killed", function()
                t.sweep(cluster, "\(event.name)", \(fields), function(_, r)
                  assert.is_false(r.outcome == "failed" and r.hook == "\(name)")
                end)
              end)
            end)

            """
    }
}
