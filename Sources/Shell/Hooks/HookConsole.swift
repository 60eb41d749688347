internal import ClusterModel
internal import Reactor
internal import Settings

/// `understudy hooks console`: Lua as it was typed, run as a handler would be.
extension HookRunner {
    /// What the line gives, or why it failed. It can only look, unless `mayWrite`: then it may do everything, and is kept in the journal.
    package func evaluate(_ line: String, _ header: HookEvent.Header, in cluster: HookCluster, mayWrite: Bool) async -> Result<String, HookFault> {
        let file = LuaFile(path: "console", chunk: "console.lua", text: Self.source(line))
        let hook = Hook(name: "console", about: nil, version: nil, file: file, line: 1, isBundled: false, events: [EventSchema.timer.name],
                        needs: mayWrite ? ["*"] : ["sql:read", "fs:read:/"], replaces: nil, uses: [:], isRestricted: false, settings: [])
        var event = HookEvent(.timer, header, in: cluster, ["scheduled_at": .double(header.at), "missed": 0])
        event.budget = EventSchema.timer.budget
        var record = Self.record(event, [hook], resumes: false)
        var journal: HookJournal?
        if mayWrite {
            do { record.number = try await self.journal.begin(record) } catch { return .failure(HookFault(.environment, "the line cannot be recorded: \(error)", place: nil, hook: hook.name)) }
            journal = self.journal
        }
        let run = HookRun(event, record, journal: journal, isReadOnly: !mayWrite)
        let answer = await ask(hook, run, until: .now() + event.budget)
        switch answer {
        case .success(.final(.done(_, let value))):
            await end(run, .done(hook: hook.name, value))
            return .success(value["text"].text ?? "")
        case .success: return .success("")
        case .failure(let fault):
            await end(run, .failed(fault))
            return .failure(HookFault(fault.kind, fault.message.replacing("(load console):1: ", with: "").replacing("(load console):", with: "line "), place: nil, hook: hook.name))
        }
    }

    /// The line as an expression where it is one, else as statements; with the cluster and its nodes at hand.
    private static func source(_ line: String) -> String {
        let word = String(repeating: "=", count: 1 + (line.split { $0 != "=" }.map(\.count).max() ?? 0))
        return """
            local us = require "understudy"
            local hook = us.hook { name = "console", needs = {} }
            local line = [\(word)[\(line)]\(word)]
            local function show(value, depth)
              if type(value) == "string" then return depth > 0 and ("%q"):format(value) or value end
              if type(value) ~= "table" or depth > 4 then return tostring(value) end
              local words, keys = {}, {}
              for key in pairs(value) do keys[#keys + 1] = key end
              table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
              for _, key in ipairs(keys) do
                local text = show(value[key], depth + 1)
                words[#words + 1] = math.type(key) and text or tostring(key) .. " = " .. text
              end
              return "{ " .. table.concat(words, ", ") .. " }"
            end
            function hook.timer(ev)
              local said, log = {}, {}
              for _, level in ipairs { "debug", "info", "warn", "error" } do
                log[level] = function(message, fields)
                  us.log[level](message, fields)
                  said[#said + 1] = level .. ": " .. tostring(message) .. (fields and " " .. show(fields, 1) or "")
                end
              end
              local known = { ev = ev, cluster = ev.cluster, nodes = ev.cluster.nodes }
              known.us = setmetatable({ log = log }, { __index = us })
              function known.print(...)
                local words = table.pack(...)
                for at = 1, words.n do words[at] = show(words[at], 0) end
                said[#said + 1] = table.concat(words, "\\t")
              end
              local words = setmetatable({}, {
                __index = function(_, name)
                  if known[name] ~= nil then return known[name] end
                  if rawget(_G, name) ~= nil then return _G[name] end
                  us.abort("nothing has the name %s here: there are us, ev, cluster and nodes", tostring(name))
                end,
                __newindex = function(_, name)
                  us.abort("what is assigned to %s would be gone after this line: write local %s = … and use it on the same line", tostring(name), tostring(name))
                end,
              })
              local chunk, problem = load("return " .. line, "console", "t", words)
              if not chunk then
                local first = problem
                chunk, problem = load(line, "console", "t", words)
                if first:find("near <eof>", 1, true) then problem = first end
              end
              if not chunk then us.abort("%s", problem) end
              local results, texts = table.pack(chunk()), {}
              for at = 1, results.n do texts[at] = show(results[at], 0) end
              if results.n > 0 then said[#said + 1] = table.concat(texts, "\\t") end
              return us.done { text = table.concat(said, "\\n") }
            end
            return hook
            """
    }
}
