/// Takes what was computed, so that the compiler cannot leave the computing out.
@inline(never)
func blackHole<Value>(_ value: Value) { withExtendedLifetime(value) {} }
