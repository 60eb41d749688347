/// `.luacheckrc` for hooks and their tests: the names that there are in a hook process, and in the process that runs tests.
package enum LuacheckConfiguration {
    /// A hook's globals; those with fields are tables. A test compares them with what a hook sees.
    static let globals: [String: [String]] = {
        var globals = Dictionary(uniqueKeysWithValues: functions.map { ($0, [String]()) })
        globals["string"] = ["byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "pack", "packsize", "rep", "reverse", "sub", "unpack", "upper"]
        globals["table"] = ["concat", "insert", "move", "pack", "remove", "sort", "unpack"]
        globals["math"] = [
            "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger", "min", "mininteger", "modf", "pi", "rad",
            "random", "randomseed", "sin", "sqrt", "tan", "tointeger", "type", "ult",
        ]
        globals["utf8"] = ["char", "charpattern", "codepoint", "codes", "len", "offset"]
        globals["coroutine"] = ["close", "create", "isyieldable", "resume", "running", "status", "wrap", "yield"]
        globals["os"] = ["clock", "date", "difftime", "time"]
        return globals
    }()

    private static let functions = [
        "_G", "_VERSION", "assert", "collectgarbage", "error", "getmetatable", "ipairs", "load", "next", "pairs", "pcall", "print", "rawequal", "rawget", "rawlen", "rawset",
        "require", "select", "setmetatable", "tonumber", "tostring", "type", "xpcall",
    ]
    /// What tests have besides; `assert` is a table of many words there.
    package static let words = ["after_each", "before_each", "describe", "it", "pending"]

    /// The file's text.
    package static var text: String {
        """
        -- Written by `understudy render luacheck` from the declarations: the names that there are in a hook, and in its tests.
        stds.understudy = {
          read_globals = {
        \(globals.sorted { $0.key < $1.key }.map(entry).joined(separator: "\n"))
          },
        }
        stds.understudy_spec = {
          read_globals = { \(words.map { "\"\($0)\"" }.joined(separator: ", ")), assert = { other_fields = true } },
        }
        std = "understudy"
        max_line_length = 160
        files["**/*_spec.lua"] = { std = "understudy+understudy_spec" }

        """
    }

    private static func entry(_ name: String, _ fields: [String]) -> String {
        if fields.isEmpty { return "    \"\(name)\"," }
        var lines = [""]
        for field in fields.map({ "\"\($0)\"," }) {
            if lines[lines.count - 1].utf8.count + field.utf8.count > 120 { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + field
        }
        return "    \(name) = { fields = {\n" + lines.map { "      \($0)\n" }.joined() + "    } },"
    }
}
