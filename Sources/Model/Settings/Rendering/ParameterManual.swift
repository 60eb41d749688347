/// `docs/parameters.md`: the manual's page of parameters.
package enum ParameterManual {
    package static var text: String {
        """
        # Parameters

        Written by `understudy render parameters`; do not edit. How a file is written and read: [configuration](configuration.md).
        `N` is a node's number. "reload" takes effect with SIGHUP, "restart" with the next start.

        """ + SettingsRegistry.shared.groups.map(section).joined()
    }

    private static func section(_ group: any SettingsGroup) -> String {
        "\n## \(group.title)\n\n| parameter | type | default | change | meaning |\n|---|---|---|---|---|\n" + group.declarations.map(row).joined()
    }

    private static func row(_ declaration: Declaration) -> String {
        let name: String = switch declaration.perNode {
        case .never: "`\(declaration.name)`"
        case .required: "`\(declaration.name)N`"
        case .optional: "`\(declaration.name)`, `\(declaration.name)N`"
        }
        let type = declaration.isSecret ? "secret" : declaration.type.word
        return "| \(name) | \(type) | `\(SampleFile.written(declaration))` | \(declaration.change.rawValue) | \(declaration.meaning) Takes \(declaration.type.expectation). |\n"
            .replacingPipes(in: declaration)
    }
}

extension String {
    /// `|` inside a cell would end it.
    fileprivate func replacingPipes(in declaration: Declaration) -> String {
        guard case .flags = declaration.type else { return self }
        return split(separator: " | between", omittingEmptySubsequences: false).joined(separator: " \\| between")
    }
}

