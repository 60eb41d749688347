internal import Foundation
package import Sessions

/// The normal form of passwords that are not ASCII, so that a password typed on another keyboard is the same.
///
/// Source: RFC 4013. As in PostgreSQL, a password that cannot be normalised is taken as it is.
package enum SASLprep {
    /// The normal form; nil where there is none: forbidden or unassigned characters, both directions of writing, nothing left.
    package static func prepare(_ text: String) -> String? {
        if text.utf8.allSatisfy({ $0 < 0x80 }), !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return text.isEmpty ? nil : text }
        var mapped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !StringprepTables.nothing.contains(scalar) {
            mapped.append(StringprepTables.spaces.contains(scalar) ? " " : scalar)
        }
        let normal = String(mapped).precomposedStringWithCompatibilityMapping
        let scalars = normal.unicodeScalars
        guard !scalars.isEmpty, !scalars.contains(where: { StringprepTables.prohibited.contains($0) || StringprepTables.unassigned.contains($0) }),
              hasOneDirection(scalars) else { return nil }
        return normal
    }

    /// RFC 3454, section 6: with a letter of the one direction there is none of the other, and it stands at both ends.
    private static func hasOneDirection(_ scalars: String.UnicodeScalarView) -> Bool {
        guard scalars.contains(where: StringprepTables.rightToLeft.contains) else { return true }
        guard let first = scalars.first, let last = scalars.last, !scalars.contains(where: StringprepTables.leftToRight.contains) else { return false }
        return StringprepTables.rightToLeft.contains(first) && StringprepTables.rightToLeft.contains(last)
    }
}

extension ClearPassword {
    /// A password with its normal form.
    package init(normalising text: String) { self.init(text, prepared: SASLprep.prepare(text)) }
}
