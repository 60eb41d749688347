/// Every host function.
extension HostFunction {
    package static let all: [HostFunction] = [nodeReads, nodeControl, nodeData, commands, files, http, keyValues, engine, observation, flow].flatMap { $0 }
    static let byOperation = Dictionary(uniqueKeysWithValues: all.map { ($0.operation, $0) })

    /// Every capability that stands for itself, and the families, for messages.
    static let capabilities = Capability.words + Capability.families.map { $0 + "<" + (Capability.blanks[$0] ?? "name") + ">" }
}
