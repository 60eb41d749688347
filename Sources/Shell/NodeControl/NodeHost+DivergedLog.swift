package import ClusterModel

/// What only this node's log holds.
extension NodeHost {
    /// A log may be long.
    private static let patience = Duration.seconds(300)

    /// Reads the log from `start` on with pg_waldump, whether or not the server runs, and changes nothing. What only says that it committed, as
    /// our own probes do, does not count.
    package func divergedLog(on timeline: Timeline, from start: LogSequenceNumber) async throws(ProgramFailure) -> DivergedLog {
        let result = try await script(#"""
            said=$(mktemp); trap 'rm -f "$said"' EXIT
            # It ends with an error where the log ends.
            found=$({ pg pg_waldump -p "$data/pg_wal" -t "$1" -s "$2" 2>"$said" || :; } | awk '
              /^rmgr: / {
                match($0, /tx: +[0-9]+/); tx = substr($0, RSTART + 3, RLENGTH - 3) + 0
                match($0, /lsn: [0-9A-F]+\/[0-9A-F]+/); end = substr($0, RSTART + 5, RLENGTH - 5)
                desc = $0; sub(/^.*desc: */, "", desc)
                if ($2 == "Transaction") {
                  if (desc ~ /^COMMIT /) { sub(/^COMMIT /, "", desc); sub(/;.*$/, "", desc); at[tx] = desc; order[++n] = tx }
                } else if ($2 != "LogicalMessage" && $2 != "Standby" && $2 != "XLOG") {
                  real[tx] = 1
                  if (($2 == "Heap" || $2 == "Heap2") && match(desc, /rel [0-9]+\/[0-9]+\/[0-9]+/)) {
                    rel = substr(desc, RSTART + 4, RLENGTH - 4); op = desc; sub(/[^A-Z_].*$/, "", op); rows = 1
                    if (op == "MULTI_INSERT") { rows = desc; sub(/^[^0-9]*/, "", rows); rows += 0 }
                    if (op ~ /INSERT|UPDATE|DELETE/) changes[tx " " rel " " op] += rows
                  }
                }
              }
              END {
                if (end != "") print "end " end
                for (i = 1; i <= n; i++) if (order[i] in real) { if (!count++) first = at[order[i]]; last = at[order[i]] }
                print "transactions " count + 0
                if (count) { print "first " first; print "last " last }
                for (key in changes) { split(key, part, " "); if (part[1] in at) total[part[2] " " part[3]] += changes[key] }
                for (key in total) print "change " key " " total[key]
              }')
            case $found in
              end*) ;;
              *) if grep -q 'could not find file\|could not open\|not found' "$said"; then fail "$(tail -n 1 "$said")"; fi ;;
            esac
            printf '%s\n' "$found"
            """#, [String(timeline.number), start.description], timeout: Self.patience)
        guard let log = DivergedLog(summary: result.output) else { throw ProgramFailure("the summary of its log is none: \(result.output.trimmedLine)") }
        return log
    }
}
