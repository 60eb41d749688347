/// One thing that is measured.
struct Benchmark {
    let name: String
    /// What one operation is.
    let unit: String
    /// Operations in one call of `work`.
    let operations: Int
    let work: () -> Void
}
