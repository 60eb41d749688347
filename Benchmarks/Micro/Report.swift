/// The measurements as a table.
struct Report {
    let measurements: [Measurement]
    let command: String

    private static let heads = ["operation", "per", "ns, fastest", "ns, median", "allocations", "retains", "releases"]

    /// For the terminal.
    var text: String {
        let rows = [Self.heads] + measurements.map(Self.cells)
        let widths = Self.heads.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return column < 2 ? cell.0 + padding : padding + cell.0
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// docs/micro.md.
    var markdown: String {
        let rows = measurements.map { "| " + Self.cells($0).joined(separator: " | ") + " |" }
        return """
        # What the parts of the hot path take

        Written by the command below; nothing here is edited by hand.

        ```
        \(command)
        ```

        One thread, no sockets. Nanoseconds are those of a round, divided by its operations; of one release build on one machine. Allocations, and calls of
        `swift_retain` and `swift_release` and their like, are counted in one more round, in the process itself (`Benchmarks/CRuntimeCounts`). A session's
        transaction is all that a shard does for it but the pool and the sockets: messages are cut and decided on, a backend is checked out, its settings
        compared, and given back.

        | \(Self.heads.joined(separator: " | ")) |
        |---|---|---|---|---|---|---|
        \(rows.joined(separator: "\n"))

        """
    }

    private static func cells(_ measured: Measurement) -> [String] {
        [measured.benchmark.name, measured.benchmark.unit, decimal(measured.fastest, 1), decimal(measured.median, 1), decimal(measured.allocations, 2),
         decimal(measured.retains, 2), decimal(measured.releases, 2)]
    }

    private static func decimal(_ value: Double, _ places: Int) -> String {
        let unit = places == 1 ? 10 : 100
        let scaled = Int((value * Double(unit)).rounded())
        let fraction = String(scaled % unit)
        return "\(scaled / unit)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}
