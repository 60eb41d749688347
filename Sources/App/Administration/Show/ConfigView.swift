internal import Settings

/// `SHOW CONFIG`: the parameters as they stand, and what is set for single databases and users; secrets are hidden.
enum ConfigView {
    static let view = AdminView.list("CONFIG", "the parameters as they stand, and what is set for single databases and users; secrets are hidden", for: .adminUsers, columns) { $0.settings.entries }

    private static let columns: [AdminColumn<Settings.Entry>] = [
        .text("key", "the parameter") { $0.name },
        .text("value", "its value in force") { $0.value },
        .text("default", "its value where nothing is written") { $0.defaultText },
        .text("changeable", "yes where RELOAD takes a new value over, no where a restart does") { $0.isChangeable ? "yes" : "no" },
    ]
}
