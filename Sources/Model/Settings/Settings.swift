/// A checked configuration: every parameter has a value of its type.
package struct Settings: Sendable {
    struct Key: Hashable, Sendable {
        let name: String
        let node: Int?
    }

    /// Where a value was written.
    package struct Place: Hashable, Sendable, CustomStringConvertible {
        package let file: String
        /// The first line is 1; 0 is the file as a whole.
        package let line: Int
        package var description: String { line == 0 ? file : "\(file):\(line)" }

        /// A line of a file; 0 is the file as a whole.
        package init(file: String, line: Int) {
            self.file = file
            self.line = line
        }
    }

    /// A hook's option, typed only when the hook is loaded.
    package struct HookOption: Hashable, Sendable {
        package let hook: String
        package let option: String
        package let text: String
        package let place: Place

        init(hook: String, option: String, text: String, place: Place) {
            self.hook = hook
            self.option = option
            self.text = text
            self.place = place
        }

        /// From the whole name, `hook.<hook>.<option>`; nil when it is none. `file` stands for the file that says so.
        package init?(name: String, text: String, file: String) {
            let words = name.split(separator: ".", omittingEmptySubsequences: false)
            guard words.count == 3, words[0] == "hook" else { return nil }
            self.init(hook: String(words[1]), option: String(words[2]), text: text, place: Place(file: file, line: 0))
        }
    }

    private(set) var values: [Key: ParameterValue] = [:]
    private(set) var places: [Key: Place] = [:]
    private var hookValues: [String: HookOption] = [:]
    /// What is set for single databases and users, by their names.
    package private(set) var databaseOverrides: [String: PoolOverride] = [:]
    package private(set) var userOverrides: [String: PoolOverride] = [:]

    /// Nothing written: every value is its default.
    package init() {}

    /// The value of a parameter; for one per node with `node`, else its value for all nodes.
    package subscript<Value>(_ path: KeyPath<SettingsRegistry, Parameter<Value>>, node node: Int? = nil) -> Value {
        let parameter = SettingsRegistry.shared[keyPath: path]
        return parameter.extract(value(parameter.declaration, node))
    }

    /// Whether a parameter was written, for `node` or for all.
    package func isSet<Value>(_ path: KeyPath<SettingsRegistry, Parameter<Value>>, node: Int? = nil) -> Bool {
        values[Key(name: SettingsRegistry.shared[keyPath: path].declaration.name, node: node)] != nil
    }

    /// Where a parameter was written; nil when it was not.
    package func place<Value>(of path: KeyPath<SettingsRegistry, Parameter<Value>>, node: Int? = nil) -> Place? {
        places[Key(name: SettingsRegistry.shared[keyPath: path].declaration.name, node: node)]
    }

    /// The numbers of the nodes that have a host, ascending; as in pgpool, an empty host name is no node.
    package var nodes: [Int] {
        let name = SettingsRegistry.shared.backends.hostname.declaration.name
        return values.compactMap { key, value in key.name == name && value != .string("") ? key.node : nil }.sorted()
    }

    /// Every parameter that was written for one node, by node and place.
    var writtenPerNode: [(node: Int, name: String, place: Place)] {
        places.compactMap { key, place in key.node.map { ($0, key.name, place) } }
            .sorted { ($0.node, $0.place.file, $0.place.line) < ($1.node, $1.place.file, $1.place.line) }
    }

    /// The options of hooks, by hook and option.
    package var hookOptions: [HookOption] { hookValues.values.sorted { ($0.hook, $0.option) < ($1.hook, $1.option) } }

    mutating func set(_ declaration: Declaration, _ node: Int?, _ value: ParameterValue, _ place: Place) {
        let key = Key(name: declaration.name, node: node)
        values[key] = value
        places[key] = place
    }

    mutating func set(_ option: HookOption) { hookValues[option.hook + "." + option.option] = option }

    /// A later line about the same name replaces an earlier one.
    mutating func set(_ override: PoolOverride, _ subject: PoolOverride.Subject, _ name: String) {
        switch subject {
        case .database: databaseOverrides[name] = override
        case .user: userOverrides[name] = override
        }
    }

    /// A parameter as it is written in another configuration, or not written there.
    mutating func take(_ declaration: Declaration, from other: Settings) {
        for key in Set(values.keys).union(other.values.keys) where key.name == declaration.name {
            values[key] = other.values[key]
            places[key] = other.places[key]
        }
    }

    /// The value in force for `node`: its own, else the one for all, else the default.
    func value(_ declaration: Declaration, _ node: Int?) -> ParameterValue {
        if let node, let value = values[Key(name: declaration.name, node: node)] { return value }
        if declaration.perNode != .required, let value = values[Key(name: declaration.name, node: nil)] { return value }
        guard case .success(let value) = declaration.type.parse(declaration.defaultText) else {
            preconditionFailure("the default of \(declaration.name) is not a value of its type")
        }
        return value
    }

    /// What views, hooks and walreceivers call a node.
    package func nodeName(_ node: Int) -> String {
        let name = self[\.backends.applicationName, node: node]
        return name.isEmpty ? "node\(node)" : name
    }
}
