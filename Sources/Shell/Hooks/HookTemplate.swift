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
          about = "Says that it saw \(event.name).",
        }

        ---@param ev \(LuaStubs.className(event))
        function hook.\(event.name)(ev)
          us.log.info("\(event.name)", { event = ev.id })
          -- returning nothing: the next hook goes on
        end

        return hook

        """
    }

    /// Nodes that the event's fields name come from the test's cluster.
    private static func spec(_ event: EventSchema, _ name: String) -> String {
        let hasNode = event.fields.contains { $0.name == "node" && $0.kind == .node }
        let isAboutStandby = ["standby_lost", "follow_primary", "failback", "approve_failback", "lag_exceeded", "lag_recovered"].contains(event.name) || event.name.contains("recover")
        let fields = hasNode ? "{ node = \"\(isAboutStandby ? "pg2" : "pg1")\" }" : "{}"
        let isPrimaryLost = !isAboutStandby && hasNode
        let nodes = isPrimaryLost ? "{ pg1 = { role = \"primary\", down = true }, pg2 = {}, pg3 = { lag = \"9MB\" } }" : "{ pg1 = { role = \"primary\" }, pg2 = {}, pg3 = {} }"
        return """
            local t = require "understudy.testing"

            local function cluster()
              return t.cluster(\(nodes)):hooks "\(name).lua"
            end

            describe("\(name)", function()
              it("sees the event", function()
                local c = cluster()
                c:run("\(event.name)", \(fields))
                assert.equal(1, #c:logged "^\(event.name)$")
              end)

              it("survives a crash anywhere", function()
                t.sweep(cluster, "\(event.name)", \(fields), function(_, r)
                  assert.is_not.equal("failed", r.outcome)
                end)
              end)
            end)

            """
    }
}
