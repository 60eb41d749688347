internal import CHTTP
internal import Glibc

extension HTTPDesk {
    /// An answer as it came, its redirect not followed.
    struct Answer: Sendable {
        let status: Int
        /// By name in lower case.
        let headers: [String: String]
        let body: String
        let redirect: String?
    }

    /// What is sent.
    struct Request: Sendable {
        private(set) var word: String
        private(set) var url: String
        private var headers: [String: String]
        private var body: String?
        private let authorities: String?
        private let certificate: String?

        init(_ method: HTTPMethod, _ arguments: HostArguments) throws(HostCallFailure) {
            word = method.word
            url = arguments.text("url")
            headers = arguments["headers"].map?.compactMapValues(\.text) ?? [:]
            body = arguments["body"].text
            authorities = arguments["ca"].text
            certificate = arguments["cert"].text
            let lines = headers.flatMap { [$0.key, $0.value] } + [url]
            guard !lines.contains(where: { $0.utf8.contains { $0 == 10 || $0 == 13 || $0 == 0 } }) else {
                throw HostCallFailure(.code, "us.http: an address or a header with a line break in it")
            }
        }

        /// As browsers do it: after 303, and after 301 and 302 of a POST, the resource is only looked at. Headers stay with the host
        /// that they were written for.
        mutating func redirect(to address: String, status: Int, isElsewhere: Bool) {
            url = address
            if status == 303 || (word == "POST" && (status == 301 || status == 302)) { (word, body) = ("GET", nil) }
            if isElsewhere { headers = headers.filter { ["accept", "content-type"].contains($0.key.lowercased()) } }
        }

        /// Blocks until there is an answer, or none is to be had.
        func perform(within time: Duration, _ isGivenUp: Flag) -> Result<Answer, HostCallFailure> {
            var response = understudy_http_response()
            defer { understudy_http_free(&response) }
            // Expect: 100-continue would cost a second with hosts that do not know it.
            let words = headers.map { "\($0.key): \($0.value)" } + ["Expect:", "User-Agent: understudy"]
            let lines = words.map { strdup($0) }
            let texts: [UnsafeMutablePointer<CChar>?] = [strdup(word), strdup(url)], files: [UnsafeMutablePointer<CChar>?] = [authorities, certificate].map { text in text.flatMap { strdup($0) } }
            defer { for copy in lines + texts + files { free(copy) } }
            let bytes = body.map { Array($0.utf8) } ?? []
            let pointers = lines.map { UnsafePointer<CChar>($0) } + [nil]
            let isAnswered = pointers.withUnsafeBufferPointer { pointers in
                bytes.withUnsafeBufferPointer { bytes in
                    var request = understudy_http_request()
                    request.method = UnsafePointer(texts[0])
                    request.url = UnsafePointer(texts[1])
                    request.headers = pointers.baseAddress
                    request.body = body == nil ? nil : bytes.baseAddress ?? UnsafePointer(bitPattern: 1)
                    request.body_count = bytes.count
                    request.timeout_milliseconds = max(1, Int(time / .milliseconds(1)))
                    request.limit = HTTPDesk.bodyLimit
                    request.authorities = files[0].map { UnsafePointer($0) }
                    request.certificate = files[1].map { UnsafePointer($0) }
                    request.context = Unmanaged.passUnretained(isGivenUp).toOpaque()
                    request.is_given_up = { context in context.map { Unmanaged<Flag>.fromOpaque($0).takeUnretainedValue().isSet } ?? false }
                    return understudy_http_perform(&request, &response)
                }
            }
            guard isAnswered else { return .failure(failure(&response)) }
            return .success(Answer(status: response.status, headers: Self.headers(Self.text(response.headers, response.headers_count)),
                                   body: Self.text(response.body, response.body_count), redirect: response.redirect.map { String(cString: $0) }))
        }

        private func failure(_ response: inout understudy_http_response) -> HostCallFailure {
            if response.is_too_large { return HostCallFailure(.environment, "\(word): the answer is longer than \(HTTPDesk.bodyLimit) bytes") }
            let words = withUnsafeBytes(of: &response.error) { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
            return HostCallFailure(.environment, "\(word): \(words)")
        }

        private static func text(_ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int) -> String {
            String(decoding: UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count), as: UTF8.self)
        }

        /// Of the last answer: a 100 may have come before it.
        private static func headers(_ text: String) -> [String: String] {
            var found: [String: String] = [:]
            for line in text.split(whereSeparator: \.isNewline) {
                if line.hasPrefix("HTTP/") { found = [:] }
                guard let colon = line.firstIndex(of: ":") else { continue }
                found[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
            }
            return found
        }
    }
}
