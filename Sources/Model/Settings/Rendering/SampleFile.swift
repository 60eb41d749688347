/// `samples/understudy.conf`: every parameter with its meaning and default, commented out.
package enum SampleFile {
    /// The whole file.
    package static var text: String {
        """
        # Understudy's configuration, in the format of postgresql.conf: name = value, # begins a comment.
        # Every parameter is here with its default; at least backend_hostname0 and health_check_user must be set.
        # Where pgpool-II has a parameter of the same meaning, it has pgpool-II's name.
        # Check a file with:  understudy check -f FILE
        # This file is written by:  understudy render sample

        """ + SettingsRegistry.shared.groups.map(section).joined() + overrides + hooks
    }

    private static func section(_ group: any SettingsGroup) -> String {
        let rule = String(repeating: "-", count: group.title.count)
        return "\n# \(group.title)\n# \(rule)\n" + group.declarations.map(entry).joined()
    }

    private static func entry(_ declaration: Declaration) -> String {
        let name = declaration.perNode == .required ? declaration.name + "0" : declaration.name
        let override = declaration.perNode == .optional ? " For node N alone: \(declaration.name)N." : ""
        return "\n# \(declaration.meaning)\(override)\n# (\(declaration.type.summary); \(declaration.change.rawValue))\n#\(name) = \(written(declaration))\n"
    }

    /// A parameter's default as it must be written in a file.
    static func written(_ declaration: Declaration) -> String {
        switch declaration.type {
        case .string, .secret, .list, .choice, .flags: "'\(declaration.defaultText)'"
        case .boolean, .integer, .real, .duration, .bytes, .mode: declaration.defaultText
        }
    }

    private static let overrides = """

        # Single databases and users
        # --------------------------

        # What is to be different for them; a name with other characters than letters, digits, _, - and . stands in double quotes.
        #database.shop = 'pool_mode=transaction pool_size=20 min_pool_size=2 reserve_pool_size=5 max_db_connections=50'
        #user."Anna B" = 'pool_mode=session max_user_connections=5 max_user_client_connections=100'

        """

    private static let hooks = """

        # Hooks
        # -----

        # Options of hooks are written as hook.<hook>.<option>.
        #hook.failover.promote_wait = 60s

        """
}
