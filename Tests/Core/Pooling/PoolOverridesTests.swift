import Settings
import Testing
@testable import Pooling

@Suite("PoolOverrides")
struct PoolOverridesTests {
    private static func override(_ change: (inout PoolOverride) -> Void) -> PoolOverride {
        var override = PoolOverride()
        change(&override)
        return override
    }

    private static func general() -> PoolRule {
        var rule = PoolRule()
        rule.size = 1000
        rule.automaticSize = PoolRule.AutomaticSize(frontends: 1000)
        return rule
    }

    @Test("What nobody overrides is as it is for all")
    func nothing() {
        let overrides = PoolOverrides(databases: ["shop": Self.override { $0.size = 5 }])
        #expect(overrides.applied(to: Self.general(), database: "other", user: "anna") == Self.general())
    }

    @Test("The user's word counts where database and user both speak")
    func precedence() {
        let overrides = PoolOverrides(databases: ["shop": Self.override { $0.size = 5; $0.mode = .transaction; $0.reserve = 1 }],
                                      users: ["anna": Self.override { $0.size = 7; $0.mode = .statement }])
        let rule = overrides.applied(to: Self.general(), database: "shop", user: "anna")
        #expect(rule.size == 7 && rule.mode == .statement && rule.reserve == 1 && rule.sizeSubject == .user)
        let others = overrides.applied(to: Self.general(), database: "shop", user: "bert")
        #expect(others.size == 5 && others.mode == .transaction && others.sizeSubject == .database)
    }

    @Test("Another mode brings its own size, unless one was said")
    func automaticSize() {
        let overrides = PoolOverrides(databases: ["shop": Self.override { $0.mode = .transaction }])
        #expect(overrides.applied(to: Self.general(), database: "shop", user: "anna").size == 20)
        var said = Self.general()
        said.size = 33
        said.automaticSize = nil
        #expect(overrides.applied(to: said, database: "shop", user: "anna").size == 33)
    }

    @Test("Zero lifts a limit, and a lifetime of zero is for ever")
    func lifting() {
        var general = Self.general()
        general.maxDatabaseBackends = 10
        general.maxUserFrontends = 10
        let overrides = PoolOverrides(databases: ["shop": Self.override { $0.maxBackends = 0; $0.lifetime = .zero }], users: ["anna": Self.override { $0.maxFrontends = 3 }])
        let rule = overrides.applied(to: general, database: "shop", user: "anna")
        #expect(rule.maxDatabaseBackends == nil && rule.lifetime == nil && rule.maxUserFrontends == 3)
    }

    @Test("Less is kept open than there may be")
    func minimum() {
        let overrides = PoolOverrides(databases: ["shop": Self.override { $0.size = 2; $0.minimum = 9 }])
        #expect(overrides.applied(to: Self.general(), database: "shop", user: "anna").minimum == 2)
    }
}
