/// `us.http`: hosts are granted by name, redirects stay within them.
extension HostFunction {
    private static func method(_ name: String, _ effect: Effect, about: String) -> HostFunction {
        HostFunction("http." + name, effect, rights: "http:<host>", needs: { _ in [] }, [.required("url", .text)], options: [
            .optional("headers", .texts), .optional("body", .text), .optional("timeout", .duration, "10s."), .optional("retries", .integer, "How often it is tried again."),
            .optional("ok", .integers, "Status codes that are no failure; 200 to 299."), .optional("ca", .string, "A file of authorities."),
            .optional("cert", .string, "A file with a client's certificate and key."), .optional("predict", .value, "What a dry run takes for the result."),
        ], returns: .response, about: about)
    }

    /// The host is checked where the address is opened: it may be in a secret.
    static let http = [
        method("get", .read, about: "Asks for a resource: `status`, `headers`, `body`, `json`; at most 8 MB. In place of `body`, `json =` takes a value."),
        method("post", .opaque, about: "Sends to a resource."),
        method("put", .opaque, about: "Replaces a resource."),
        method("delete", .opaque, about: "Removes a resource."),
    ]
}
