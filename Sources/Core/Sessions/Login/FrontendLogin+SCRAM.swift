internal import PostgresWire

/// The part of a login in which the client proves by SCRAM that it knows the password, without showing it.
extension FrontendLogin {
    /// Checks by a verifier, or by one made of a password. Without either by one that nothing satisfies; it is made in any
    /// case, so that the time does not tell.
    mutating func offerSCRAM(_ stored: SCRAMVerifier?, _ password: ClearPassword?, _ keys: (SCRAMOrigin) -> SCRAMKeys) -> Action {
        let mock = SCRAMVerifier.mock(user: user, seed: entropy.seed)
        let made = password.map { SCRAMVerifier(keys(Self.origin(user: user, $0, seed: entropy.seed)), salt: mock.salt, iterations: mock.iterations) }
        let verifier = stored ?? made ?? mock
        self.verifier = verifier
        state = .awaitingSCRAMChoice(SCRAMServer(verifier, nonce: entropy.nonce))
        return ask { $0.offerSASL([SCRAMExchange.mechanism]) }
    }

    /// What must be derived before `begin`, if anything; it takes milliseconds.
    package var origin: SCRAMOrigin? {
        guard case .scram(.clear(let password)) = method else { return nil }
        return Self.origin(user: user, password, seed: entropy.seed)
    }

    /// What the keys of a clear password are made of for its user's logins: the same each time, so that they can be made before.
    package static func origin(user: String, _ password: ClearPassword, seed: [UInt8]) -> SCRAMOrigin {
        SCRAMOrigin(password: password.prepared, salt: SCRAMVerifier.derivedSalt(user: user, seed: seed), iterations: SCRAMVerifier.usualIterations)
    }

    mutating func choose(_ server: SCRAMServer, _ body: UnsafeRawBufferPointer) throws(WireViolation) -> Action {
        var reader = FieldReader(body, of: "SASLInitialResponse")
        guard try reader.string() == SCRAMExchange.mechanism else { return violate("the client chose a SASL mechanism that was not offered") }
        let length = try reader.int32()
        let first = Array(reader.rest())
        if length == -1, first.isEmpty {
            state = .awaitingSCRAMFirst(server)
            return ask { $0.continueSASL([]) }
        }
        guard length == first.count else { throw .malformed("SASLInitialResponse") }
        return challenge(server, first)
    }

    mutating func challenge(_ server: SCRAMServer, _ first: [UInt8]) -> Action {
        var server = server
        do throws(SCRAMServer.Failure) {
            let challenge = try server.challenge(first)
            state = .awaitingSCRAMProof(server)
            return ask { $0.continueSASL(challenge) }
        } catch { return failSCRAM(error) }
    }

    mutating func prove(_ server: SCRAMServer, _ final: [UInt8]) -> Action {
        do throws(SCRAMServer.Failure) {
            let (words, clientKey) = try server.check(final)
            var writer = MessageWriter()
            writer.finishSASL(words)
            return accept(secretForNodes(clientKey), writer.bytes)
        } catch { return failSCRAM(error) }
    }

    private func secretForNodes(_ clientKey: [UInt8]) -> BackendSecret {
        guard let secret = storedSecret, let verifier else { preconditionFailure("a proof that was right for nobody") }
        if case .clear(let password) = secret { return .password(password) }
        return .keys(SCRAMKeys(clientKey: clientKey, serverKey: verifier.serverKey), salt: verifier.salt, iterations: verifier.iterations)
    }

    private mutating func failSCRAM(_ failure: SCRAMServer.Failure) -> Action {
        switch failure {
        case .malformed(let what): return violate("malformed SCRAM message: \(what)")
        case .unsupported(let what): return refuse(.featureNotSupported, what, what)
        case .wrongProof:
            if case .scram(.md5) = method { return fail("the stored secret is an md5 digest, by which scram-sha-256 cannot check") }
            return fail(storedSecret == nil ? Self.unknown : "the proof is not that of the password")
        }
    }
}
