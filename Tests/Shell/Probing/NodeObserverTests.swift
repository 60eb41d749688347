// Named although nothing here says it: results hold its types, and an incremental build that does not see it keeps their old layout.
import ClusterModel
import HealthTracking
import NodeConnections
import Testing
@testable import Probing

@Suite("NodeObserver")
struct NodeObserverTests {
    private enum Kind: String { case alive, notReady, refused, broken, silent, unable }

    @Test("Each failure proves what it shows and no more", arguments: [
        (NodeFailure.refused("w"), "refused"), (.unreachable("w"), "silent"), (.timedOut("w"), "silent"), (.lost("w"), "broken"),
        (.unable("w"), "unable"), (.cancelled, "unable"),
        (.rejected(sqlState: "28P01", message: "m"), "alive"), (.rejected(sqlState: "3D000", message: "m"), "alive"),
        (.rejected(sqlState: "53300", message: "m"), "alive"), (.rejected(sqlState: "57P03", message: "m"), "notReady"),
        (.sql(sqlState: "42501", message: "m", isFatal: false), "alive"), (.sql(sqlState: "57014", message: "m", isFatal: false), "alive"),
        (.sql(sqlState: "57P01", message: "m", isFatal: true), "notReady"), (.sql(sqlState: "57P02", message: "m", isFatal: true), "notReady"),
        (.sql(sqlState: "57P05", message: "m", isFatal: true), "alive"),
    ])
    func proof(_ failure: NodeFailure, _ kind: String) {
        let result = NodeObserver.result(of: failure)
        let found: Kind? = switch result {
        case .answered: nil
        case .alive: .alive
        case .notReady: .notReady
        case .refused: .refused
        case .broken: .broken
        case .silent: .silent
        case .unable: .unable
        }
        #expect(found?.rawValue == kind)
        #expect(result.reason == failure.description)
    }
}
