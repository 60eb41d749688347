import ClusterModel
import Testing

@Suite("SealedConninfo")
struct SealedConninfoTests {
    @Test("Sealed, a connection leads nowhere and is still remembered", arguments: [
        ("host=pg1 port=5432 user=rep password='a b' application_name=n2", "host=pg1 port=5432 user=rep password='a b' application_name=n2 host='/understudy-sealed-e42' hostaddr=''"),
        ("service=main", "service=main host='/understudy-sealed-e42' hostaddr=''"),
        ("postgresql://rep@pg1:5432/", "postgresql://rep@pg1:5432/?host=%2Funderstudy-sealed-e42&hostaddr="),
        ("postgres://rep@pg1/?sslmode=require", "postgres://rep@pg1/?sslmode=require&host=%2Funderstudy-sealed-e42&hostaddr="),
    ])
    func seal(_ original: String, _ sealed: String) {
        let seal = SealedConninfo(original: original, epoch: Epoch(42))
        #expect(seal.text == sealed)
        #expect(SealedConninfo(sealed) == seal)
        #expect(SealedConninfo(original) == nil)
    }

    @Test("What only looks like a seal is none", arguments: ["", "host=/understudy-sealed-e", "host='/understudy-sealed-e42' hostaddr='' port=1", "host=pg42"])
    func other(_ text: String) { #expect(SealedConninfo(text) == nil) }
}
