extension EventSchema.Kind {
    /// One word, as Lua and the manual say it.
    package var word: String {
        switch self {
        case .choose: "choose"
        case .approve: "approve"
        case .do: "do"
        case .tell: "tell"
        }
    }
}

extension EventSchema.Place {
    /// One letter, as headers say it.
    package var letter: String {
        switch self {
        case .leader: "L"
        case .everyMember: "N"
        case .concernedMember: "A"
        case .everyWorker: "W"
        }
    }
}

extension EventSchema {
    /// As the sandbox's library is told.
    var value: HookValue {
        var value: [String: HookValue] = ["kind": .text(kind.word), "fields": .list(fields.map { ["name": .text($0.name), "type": .text($0.kind.rawValue)] })]
        if case .choose(let answer) = kind {
            switch answer {
            case .nodes: value["answer"] = "nodes"
            case .truth: value["answer"] = "truth"
            case .nodeOrGroup: value["answer"] = "node_or_group"
            case .words(let words):
                value["answer"] = "words"
                value["words"] = .list(words.map(HookValue.text))
            }
        }
        return .map(value)
    }
}
