internal import ClusterModel
internal import Hooks
internal import NodeConnections
internal import NodeControl

/// What hooks can have done, over the nodes' hands. Each effect checks the epoch it was decided in.
struct HookHands: HookHost {
    let nodes: NodeSet

    /// Of one statement: a hook in a failover that waits for a lock holds every client up.
    private static let sqlTimeout = Duration.seconds(10)

    func perform(_ call: HostCall, in context: EffectContext) async throws(HostCallFailure) -> HookValue {
        do { return try await attempt(call, context) } catch let refused as EffectRefused {
            throw HostCallFailure(.leadership, refused.description)
        } catch let failure as NodeFailure {
            throw HostCallFailure(.environment, "\(nodes.name(of: call.node)) \(failure)")
        } catch let failure as PromotionTimedOut {
            throw HostCallFailure(.environment, "\(nodes.name(of: call.node)) \(failure)")
        } catch is CancellationError {
            throw HostCallFailure(.budget, "the event's time is over")
        } catch {
            throw HostCallFailure(.environment, "\(error)")
        }
    }

    private func attempt(_ call: HostCall, _ context: EffectContext) async throws -> HookValue {
        let hands = nodes.hands(of: call.node)
        switch call {
        case .promote(_, let wait):
            try await hands.promote(in: context.epoch, within: wait)
            return .none
        case .inRecovery: return .boolean(try await hands.isInRecovery())
        case .sql(_, let text, let parameters, let readOnly):
            let rows = readOnly
                ? try await hands.read(text, try parameters.map(Self.text), timeout: Self.sqlTimeout)
                : try await hands.sql(text, try parameters.map(Self.text), in: context.epoch, timeout: Self.sqlTimeout)
            return rows.hookValue
        }
    }

    /// A parameter in PostgreSQL's text form.
    private static func text(_ value: HookValue) throws(HostCallFailure) -> String? {
        switch value {
        case .none: nil
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .double(let value): String(value)
        case .text(let value): value
        case .list, .map: throw HostCallFailure(.code, "an SQL parameter is a text, a number, a boolean or nil, not a table")
        }
    }
}

extension HostCall {
    var node: NodeID {
        switch self {
        case .promote(let node, _), .sql(let node, _, _, _), .inRecovery(let node): node
        }
    }
}

extension Rows {
    /// Numbers and booleans as Lua has them, by the columns' types; everything else is PostgreSQL's text.
    fileprivate var hookValue: HookValue {
        let typed = values.map { row in zip(columns, row).map { column, text in text.map { Self.value($0, column.type) } ?? .none } }
        return HookRows(columns: columns.map(\.name), rows: typed, command: commandTag).value
    }

    /// Source: PostgreSQL's catalog `pg_type`.
    private static func value(_ text: String, _ type: UInt32) -> HookValue {
        switch type {
        case 16: .boolean(text == "t")
        case 20, 21, 23, 26: Int64(text).map(HookValue.integer) ?? .text(text)
        case 700, 701: Double(text).map(HookValue.double) ?? .text(text)
        default: .text(text)
        }
    }
}
