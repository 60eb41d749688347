/// `us.fs`: files of this host, below granted prefixes.
extension HostFunction {
    private static func file(_ name: String, _ effect: Effect, _ parameters: [Parameter] = [], options: [Parameter] = [], returns: Result, about: String) -> HostFunction {
        let family = effect == .read ? "fs:read:" : "fs:write:"
        return HostFunction("fs." + name, effect, rights: family + "<prefix>", needs: { [Capability(family + $0.text("path"))] },
                            [.required("path", .string, "Absolute.")] + parameters, options: options, returns: returns, about: about)
    }

    static let files = [
        file("read", .read, returns: .text, about: "A file's text, of at most 1 MB."),
        file("exists", .read, returns: .boolean, about: "Whether there is something of this name."),
        file("list", .read, returns: .value, about: "The names in a directory, sorted."),
        file("stat", .read, returns: .value, about: "`size`, `mode`, `modified` and `kind` (file, directory, link, other); nil where there is nothing."),
        file("write", .write, [.required("text", .text)], options: [.optional("mode", .integer, "384 is 0600, the default.")], returns: .nothing,
             about: "Writes a file whole: beside it first, on disk, then in its place."),
        file("mkdir", .write, options: [.optional("mode", .integer, "448 is 0700, the default.")], returns: .nothing, about: "Makes a directory; one that is there is left alone."),
        file("remove", .write, options: [.optional("recursive", .string, "The same path again, when it is a directory with contents.")], returns: .nothing,
             about: "Removes a file or an empty directory; one that is not there is fine."),
    ]
}
