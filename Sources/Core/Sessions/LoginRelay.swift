internal import PostgresWire

/// The part of a session in which client and node talk about who the client is.
struct LoginRelay {
    /// The node asked the client for something, and the client saw the question.
    var wasAsked = false
    /// AuthenticationOk came: from here on everything is kept, so that a node which turns out to be of no use can still be
    /// replaced unnoticed.
    var isAccepted = false
    var parameters = ServerParameters()
    var notices = MessageWriter()
}
