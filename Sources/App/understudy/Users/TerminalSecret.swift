internal import Foundation

/// A secret from the terminal, unseen, or from standard input: never from the command line, which everybody can read.
enum TerminalSecret {
    struct Refusal: Error, CustomStringConvertible { let description: String }

    /// Longer than any password, so that a wrong file is not taken for one.
    private static let longest = 4096

    /// Asked twice at a terminal; else the first line of standard input.
    static func read(prompt: String) throws -> String {
        let secret: String
        if isatty(STDIN_FILENO) == 1 {
            secret = try ask(prompt)
            guard try ask("Again: ") == secret else { throw Refusal(description: "the two are not the same: nothing was written") }
        } else {
            guard let line = readLine(strippingNewline: true) else { throw Refusal(description: "expected a line on standard input, got none") }
            secret = line
        }
        guard !secret.isEmpty else { throw Refusal(description: "the password is empty: nothing was written") }
        guard secret.utf8.count <= longest else { throw Refusal(description: "expected at most \(longest) bytes, got \(secret.utf8.count): nothing was written") }
        return secret
    }

    private static func ask(_ prompt: String) throws -> String {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { throw Refusal(description: "the terminal cannot be asked: \(String(cString: strerror(errno)))") }
        var unseen = before
        // Signals too come as characters: one that ended the process would leave the terminal mute.
        unseen.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen) == 0 else { throw Refusal(description: "the terminal cannot be silenced: \(String(cString: strerror(errno)))") }
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        FileHandle.standardError.write(Data(prompt.utf8))
        return try type()
    }

    /// Up to Enter, with the keys that correct a line.
    private static func type() throws -> String {
        let interrupt: UInt8 = 3, end: UInt8 = 4, backspace: UInt8 = 8, kill: UInt8 = 21, quit: UInt8 = 28, delete: UInt8 = 127
        var typed: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            let count = Foundation.read(STDIN_FILENO, &byte, 1)
            if count < 0 && errno == EINTR { continue }
            guard count == 1, typed.count <= longest else { throw Refusal(description: "the terminal sent no line: nothing was written") }
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"), end:
                guard let text = String(validating: typed, as: UTF8.self) else { throw Refusal(description: "expected UTF-8, got something else: nothing was written") }
                return text
            case interrupt, quit: throw Refusal(description: "interrupted: nothing was written")
            case kill: typed = []
            case backspace, delete:
                while let last = typed.popLast(), last & 0xC0 == 0x80 {}
            default: typed.append(byte)
            }
        }
    }
}
