/// A piece of SQL text, as far as it matters for what a session keeps.
enum Token {
    /// A name or keyword that was not quoted, in letters of either case; positions in the text.
    case word(Word, range: Range<Int>)
    /// A quoted name, as it is spelt in the text between its quotes.
    case quoted(range: Range<Int>)
    /// A string, bit string, dollar-quoted text or number.
    case literal
    /// `$1`
    case parameter
    case symbol(UInt8)
}
