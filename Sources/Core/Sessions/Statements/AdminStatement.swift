/// A statement that the proxy answers in the node's place.
package enum AdminStatement: Hashable, Sendable {
    /// `SHOW pool_nodes` and its like; the name in lower case.
    case show(String)
    /// pgpool's `PGPOOL SHOW …` and its like; the whole text.
    case pgpool(String)
}
