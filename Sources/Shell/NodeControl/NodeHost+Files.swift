package import ClusterModel

/// Files on the node's host, and the data directory as a whole.
extension NodeHost {
    private static let brief = Duration.seconds(20)
    /// Of one file.
    package static let fileLimit = 1 << 20
    /// A relative path is the data directory's. `lead` sets `real` to where a path leads: within the data directory, or to nowhere else than
    /// it says, so that a link takes nobody where he has no rights.
    private static let within = #"""
        cd -- "$data" 2>/dev/null || [ "${1#/}" != "$1" ] || fail "there is no $data"
        lead() {
          real=$(readlink -f -- "$1") || fail "there is no $1"
          home=$(readlink -f -- "$data") || home=
          case $1 in
            "$data" | "$data"/* | [!/]*) case $real/ in "$home"/*) ;; *) fail "$1 leads out of the data directory, to $real" ;; esac ;;
            *) [ "$real" = "$1" ] || fail "$1 leads to $real: ask for that" ;;
          esac
        }

        """#
    private static let aside = ".understudy-aside"

    /// A file's text. A relative path is the data directory's.
    package func read(_ path: String) async throws(ProgramFailure) -> String {
        let result = try await script(Self.within + #"[ -e "$1" ] || fail "there is no $1"; lead "$1"; head -c "$2" -- "$real""#, [path, String(Self.fileLimit + 1)], timeout: Self.brief)
        guard result.output.utf8.count <= Self.fileLimit else { throw ProgramFailure("\(path) is longer than \(Self.fileLimit) bytes") }
        return result.output
    }

    /// Writes a file whole: beside it, to disk, then in its place.
    package func write(in epoch: Epoch, _ path: String, _ text: String, mode: Int) async throws {
        _ = try await effect(in: epoch, Self.within + #"""
            lead "$(dirname -- "$1")"
            file="$real/$(basename -- "$1")"; beside="$file.understudy-$$"
            trap 'rm -f -- "$beside"' EXIT
            umask 077
            cat > "$beside"
            chmod "$2" -- "$beside"
            sync -- "$beside"
            mv -f -- "$beside" "$file"
            sync -- "$real"
            """#, [path, String(mode & 0o7777, radix: 8)], input: text, timeout: Self.brief)
    }

    /// Makes an empty file if there is none.
    package func touch(in epoch: Epoch, _ path: String) async throws {
        _ = try await effect(in: epoch, Self.within + #"""
            lead "$(dirname -- "$1")"
            file="$real/$(basename -- "$1")"
            umask 077
            [ -e "$file" ] || [ -L "$file" ] || : > "$file"
            """#, [path], timeout: Self.brief)
    }

    /// Adds include_if_exists to postgresql.conf, once.
    package func include(in epoch: Epoch, _ path: String) async throws {
        guard !path.contains("'"), !path.contains(where: \.isNewline) else { throw ProgramFailure("a configuration file's name has no quotes or line breaks") }
        _ = try await effect(in: epoch, #"""
            cd -- "$data"
            line="include_if_exists = '$1'"
            grep -qxF -- "$line" postgresql.conf || printf '%s\n' "$line" >> postgresql.conf
            """#, [path], timeout: Self.brief)
    }

    /// A setting of a stopped server, in postgresql.auto.conf, which is read last; nil takes it back.
    package func set(in epoch: Epoch, _ name: String, _ value: String?) async throws {
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }) else { throw ProgramFailure("\"\(name)\" is no name of a setting") }
        guard value?.contains(where: \.isNewline) != true else { throw ProgramFailure("the value of \(name) has a line break in it") }
        let line = value.map { "\(name) = '\($0.replacing("\\", with: "\\\\").replacing("'", with: "''"))'" } ?? ""
        _ = try await effect(in: epoch, #"""
            cd -- "$data"
            is_running && fail "the server runs: its settings are changed by ALTER SYSTEM"
            beside="postgresql.auto.conf.understudy-$$"
            trap 'rm -f -- "$beside"' EXIT
            umask 077
            { [ ! -f postgresql.auto.conf ] || awk -v name="$1" 'tolower($1) != tolower(name) && index(tolower($0), tolower(name) "=") != 1' postgresql.auto.conf; [ -z "$2" ] || printf '%s\n' "$2"; } > "$beside"
            sync -- "$beside"
            mv -f -- "$beside" postgresql.auto.conf
            sync -- .
            """#, [name, line], timeout: Self.brief)
    }

    /// Renames the data directory of a stopped server.
    package func moveAside(in epoch: Epoch) async throws {
        _ = try await effect(in: epoch, #"""
            [ -e "$data$1" ] && [ ! -e "$data" ] && exit 0
            [ -e "$data" ] || exit 0
            is_running && fail "the server runs: stop it first"
            [ ! -e "$data$1" ] || fail "$data$1 is there already: restore or forget it first"
            mv -T -- "$data" "$data$1"
            """#, [Self.aside], timeout: Self.brief)
    }

    /// Puts it back. What stands in its place was not finished, and goes.
    package func restoreAside(in epoch: Epoch) async throws {
        _ = try await effect(in: epoch, #"""
            [ -e "$data$1" ] || exit 0
            if [ -e "$data" ]; then
              is_running && fail "the server runs: stop it first"
              [ -e "$data$1-failed" ] && rm -rf -- "$data$1-failed"
              mv -T -- "$data" "$data$1-failed"
            fi
            mv -T -- "$data$1" "$data"
            rm -rf -- "$data$1-failed"
            """#, [Self.aside], timeout: .seconds(600))
    }

    /// Removes what was moved aside.
    package func forgetAside(in epoch: Epoch) async throws {
        _ = try await effect(in: epoch, #"rm -rf -- "$data$1""#, [Self.aside], timeout: .seconds(600))
    }
}
