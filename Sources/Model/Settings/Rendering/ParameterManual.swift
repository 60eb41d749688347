/// `docs/parameters.md`: the manual's page of parameters.
package enum ParameterManual {
    /// The whole page.
    package static var text: String {
        """
        # Parameters

        Written by `understudy render parameters`; do not edit. How a file is written and read: [configuration](configuration.md).
        `N` is a node's number, 0 to \(SettingsRegistry.highestNode); a parameter that is listed with and without it may be set for all nodes and differ for one.
        Times have the units us, ms, s, min, h and d, sizes B, kB, MB, GB and TB. "reload" takes effect with SIGHUP, "restart" with the next start.

        """ + SettingsRegistry.shared.groups.map(section).joined() + overrides + hooks + pgpool + pgbouncer
    }

    private static func section(_ group: any SettingsGroup) -> String {
        "\n## \(group.title)\n\n| parameter | takes | default | change | meaning |\n|---|---|---|---|---|\n" + group.declarations.map(parameter).joined()
    }

    private static func parameter(_ declaration: Declaration) -> String {
        let name = switch declaration.perNode {
        case .never: "`\(declaration.name)`"
        case .required: "`\(declaration.name)N`"
        case .optional: "`\(declaration.name)`, `\(declaration.name)N`"
        }
        let former = declaration.formerNames.isEmpty ? "" : " Formerly " + declaration.formerNames.map { "`\($0)`" }.joined(separator: ", ") + "."
        return row(name, declaration.type.summary, "`\(SampleFile.written(declaration))`", declaration.change.rawValue, declaration.meaning + former)
    }

    private static var overrides: String {
        """

        ## Single databases and users

        `database.NAME = 'word=value …'` and `user.NAME = 'word=value …'` set what is different for one of them; a name with other characters than
        letters, digits, `_`, `-` and `.` stands in double quotes: `database."My shop"`. Where both speak of the same, the user's word counts.
        These lines take effect with a reload.

        | word | takes | for | instead of |
        |---|---|---|---|

        """ + PoolOverride.Subject.allCases.flatMap { subject in PoolOverride.keys(subject).map { (subject, $0) } }.map { subject, key in
            row("`\(key.name)`", key.type.summary, subject.rawValue, "`\(key.name == "pool_size" ? "default_pool_size" : key.name)`")
        }.joined()
    }

    private static let hooks = """

        ## Options of hooks

        | parameter | takes | default | change | meaning |
        |---|---|---|---|---|
        | `hook.<hook>.<option>` | what the hook declares | the hook's | restart | An option of a hook; what there is: [hooks](hooks.md). |

        """

    private static var pgpool: String {
        """

        ## pgpool-II's other parameters

        A file may have them: each is named in a notice, and has no effect.

        | parameter | what became of it |
        |---|---|

        """ + PgpoolNames.all.map { name in row("`\(name)`", PgpoolNames.fate(of: name) ?? "") }.joined()
    }

    private static var pgbouncer: String {
        """

        ## PgBouncer's other parameters

        A file must not have them: the error says what is written here.

        | parameter | here |
        |---|---|

        """ + PgBouncerNames.all.map { name in
            row("`\(name)`", PgBouncerNames.counterparts[name].map { $0.hasSuffix(",") ? String($0.dropLast()) : $0 } ?? PgBouncerNames.needless[name].map { "not needed: \($0)" } ?? "")
        }.joined()
    }

    /// A `|` inside a cell would end it.
    private static func row(_ cells: String...) -> String {
        "| " + cells.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }.joined(separator: " | ") + " |\n"
    }
}
