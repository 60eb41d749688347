/// Who may read and write a file.
package struct FileAccess: Hashable, Sendable {
    /// Permission bits.
    package let mode: UInt32
    package let isOwnedByRoot: Bool

    package init(mode: UInt32, isOwnedByRoot: Bool) {
        self.mode = mode
        self.isOwnedByRoot = isOwnedByRoot
    }

    /// Whether somebody could read a password who should not. A group may read what root owns, as Debian lays files out.
    ///
    /// Source: PostgreSQL's rule for `ssl_key_file`.
    package var isTooOpen: Bool { mode & (isOwnedByRoot ? 0o037 : 0o077) != 0 }

    /// What is wrong and what to do; follows `holds a password and`.
    package var complaint: String { "has mode \(octal(mode)): chmod 600 it, or 640 where root owns it, so that others cannot read it" }
}

/// A file mode as it is written for chmod.
func octal(_ mode: some BinaryInteger) -> String {
    let digits = String(mode & 0o7777, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}
