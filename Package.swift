// swift-tools-version: 6.2
import PackageDescription

// The manifest is the architecture test: a module may name only modules of a lower layer
// (or a sideways edge listed below), so a wrong dependency fails the build with a sentence.

enum Layer: Int { case c, model, core, shell, app
    var folder: String { ["C", "Model", "Core", "Shell", "App"][rawValue] }
}

/// Edges inside one layer that the architecture allows.
let sideways: Set<String> = [
    "CLuaBridge > CLua", "CHTTP > CCurl",
    "Proxying > Reactor", "NodeConnections > Reactor", "Hooks > Reactor",
    "Probing > NodeConnections", "Probing > Reactor", "NodeControl > NodeConnections", "NodeControl > Reactor", "Hooks > Storage",
    "Administration > Coordination",
    "understudy > Coordination", "understudy > Administration", "understudy > Playground",
]

let packages: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
]

/// Where an external product comes from.
let products: [String: String] = [
    "ArgumentParser": "swift-argument-parser",
    "Crypto": "swift-crypto",
    "CryptoExtras": "swift-crypto",
    "GRDB": "GRDB.swift",
    "Logging": "swift-log",
]

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// For what runs on every statement. Exclusive access is checked while it is built for tests, and by the compiler always; in the release the
/// checks at run time cost as much as reading the statement. In the release, too, the compiler sees through the borders of these modules:
/// `package` functions are inlined nowhere else, and even `==` of another module's enum is found at run time.
let hotSettings = settings + [.unsafeFlags(["-enforce-exclusivity=unchecked", "-disable-cmo", "-no-emit-module-separately-wmo", "-Xfrontend", "-enable-cmo-everything"],
                                           .when(configuration: .release))]
/// What they all make of the standard library's generic functions is the same, and each of them has it.
let hotLinker: [LinkerSetting] = [.unsafeFlags(["-Xlinker", "--allow-multiple-definition"], .when(configuration: .release))]
let hot: Set<String> = ["PostgresWire", "Sessions", "Pooling", "Reactor", "Proxying"]

nonisolated(unsafe) var layers: [String: Layer] = [:]
nonisolated(unsafe) var targets: [Target] = []

func dependency(_ name: String) -> Target.Dependency {
    if let package = products[name] { return .product(name: name, package: package) }
    return .target(name: name)
}

func check(_ name: String, at layer: Layer, on names: [String]) {
    for other in names where products[other] == nil {
        guard let below = layers[other] else {
            preconditionFailure("\(name) depends on \(other), which is not declared above it in Package.swift")
        }
        precondition(below.rawValue < layer.rawValue || sideways.contains("\(name) > \(other)"),
                     "\(name) (\(layer.folder)) may not depend on \(other) (\(below.folder)): dependencies point to a lower layer only")
    }
    layers[name] = layer
}

func library(_ name: String, at layer: Layer, on names: [String]) {
    check(name, at: layer, on: names)
    targets.append(.target(name: name, dependencies: names.map(dependency), path: "Sources/\(layer.folder)/\(name)", swiftSettings: hot.contains(name) ? hotSettings : settings))
}

func model(_ name: String, on names: String...) { library(name, at: .model, on: names) }
func core(_ name: String, on names: String...) { library(name, at: .core, on: names) }
func shell(_ name: String, on names: String...) { library(name, at: .shell, on: names) }
func app(_ name: String, on names: String...) { library(name, at: .app, on: names) }

func system(_ name: String, pkgConfig: String, apt: String) {
    check(name, at: .c, on: [])
    targets.append(.systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])]))
}

func c(_ name: String, on names: String...) {
    check(name, at: .c, on: names)
    targets.append(.target(name: name, dependencies: names.map(dependency), path: "Sources/C/\(name)",
                           // Optimised for tests too: they measure patterns and budgets, and a hook process is nearly all C.
                           cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"]), .unsafeFlags(["-O2"], .when(configuration: .debug))]))
}

func executable(_ name: String, on names: String...) {
    check(name, at: .app, on: names)
    targets.append(.executableTarget(name: name, dependencies: names.map(dependency), path: "Sources/App/\(name)", swiftSettings: settings, linkerSettings: hotLinker))
}

/// An executable that tests start.
func fixture(_ name: String, on names: String...) {
    check(name, at: .app, on: names)
    targets.append(.executableTarget(name: name, dependencies: names.map(dependency), path: "Tests/Fixtures/\(name)", swiftSettings: settings, linkerSettings: hotLinker))
}

/// The tests of one module, at the place that mirrors its sources.
func tests(_ name: String, on names: String..., excluding excluded: [String] = []) {
    guard let layer = layers[name] else { preconditionFailure("tests(\"\(name)\"): there is no such module") }
    targets.append(.testTarget(name: "\(name)Tests", dependencies: ([name] + names).map(dependency),
                               path: "Tests/\(layer.folder)/\(name)", exclude: excluded, swiftSettings: settings))
}

/// What tests of several modules share.
func support(_ name: String, on names: String...) {
    targets.append(.target(name: name, dependencies: names.map(dependency), path: "Tests/Support", swiftSettings: settings))
}

// MARK: C

c("CLinux")
c("CPAM")
system("CLua", pkgConfig: "lua5.4", apt: "liblua5.4-dev")
c("CLuaBridge", on: "CLua")
system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev")
c("CHTTP", on: "CCurl")
system("CPostgres", pkgConfig: "libpq", apt: "libpq-dev")
system("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev")

// MARK: Model

model("ClusterModel")
model("Settings")
model("PostgresWire")

// MARK: Core

core("Failover", on: "ClusterModel")
core("HealthTracking", on: "ClusterModel")
core("Pooling", on: "ClusterModel", "Settings")
core("Sessions", on: "PostgresWire", "Settings", "Crypto")

// MARK: Shell

shell("Reactor", on: "CLinux", "COpenSSL")
shell("Proxying", on: "ClusterModel", "Settings", "PostgresWire", "Sessions", "Pooling", "Reactor")
shell("Storage", on: "ClusterModel", "GRDB")
shell("NodeConnections", on: "Reactor", "CPostgres")
shell("Probing", on: "NodeConnections", "Reactor", "HealthTracking", "ClusterModel", "CLinux")
shell("NodeControl", on: "NodeConnections", "Reactor", "ClusterModel", "CLinux")
shell("Hooks", on: "CLinux", "CLuaBridge", "CHTTP", "ClusterModel", "Settings", "Reactor", "Storage", "Crypto")
shell("Credentials", on: "CPAM", "Settings", "Sessions", "CryptoExtras", "Crypto")

// MARK: App

app("Coordination", on: "ClusterModel", "Failover", "Storage", "Logging")
app("Administration", on: "ClusterModel", "Settings", "PostgresWire", "Pooling", "Sessions", "Proxying", "Coordination", "Failover", "Storage", "Reactor", "CLinux",
    "Logging")

app("Playground", on: "CPostgres", "CLinux")
executable("understudy", on: "Administration", "Playground", "Hooks", "Coordination", "Proxying", "Probing", "NodeControl", "NodeConnections", "Storage",
           "Credentials", "Reactor", "Sessions", "Pooling", "HealthTracking", "Failover", "PostgresWire", "Settings", "ClusterModel", "Logging", "ArgumentParser")

// MARK: Tests

support("TestSupport", on: "PostgresWire", "Reactor")
tests("ClusterModel")
tests("PostgresWire", on: "TestSupport", "CRuntimeCounts")
tests("Pooling", on: "ClusterModel", "Settings")
tests("Sessions", on: "PostgresWire", "Settings", "TestSupport", excluding: ["Transcripts"])
tests("Proxying", on: "ClusterModel", "Settings", "PostgresWire", "Sessions", "Pooling", "Reactor", "TestSupport")
tests("Settings")
tests("Failover", on: "ClusterModel")
tests("HealthTracking", on: "ClusterModel")
tests("Reactor", on: "TestSupport")
tests("NodeConnections", on: "Reactor")
tests("NodeControl", on: "NodeConnections", "Reactor", "ClusterModel")
tests("Probing", on: "NodeConnections", "HealthTracking", "ClusterModel")
fixture("HookHostFixture", on: "Hooks")
tests("Hooks", on: "CLua", "CLuaBridge", "Storage", "ClusterModel", "Reactor", "Settings", "TestSupport", "HookHostFixture",
      excluding: ["Transcripts", "Specs/hooks", "Specs/legacy", "Specs/legacy_spec.lua", "Specs/library_spec.lua", "Specs/vocabulary_spec.lua"])
tests("Storage", on: "ClusterModel", "GRDB")
tests("Credentials", on: "Settings", "Sessions")
tests("Playground")
tests("Administration", on: "ClusterModel", "Settings", "PostgresWire", "Pooling", "Sessions", "Proxying")
tests("Coordination", on: "ClusterModel", "Failover", "Logging", "Storage")

targets.append(.testTarget(name: "IntegrationTests", dependencies: ["understudy", "PostgresWire", "TestSupport", "Playground", "NodeControl", "Probing", "NodeConnections", "HealthTracking",
                                                                   "Reactor", "ClusterModel"], path: "Tests/Integration",
                           exclude: ["Drivers"], swiftSettings: settings))
/// A cluster in virtual time around the engine's cores, and a program that plays its seeds. Optimised also where the cores are not: thousands of seeds
/// belong to every run of the tests.
targets.append(.target(name: "Simulator", dependencies: ["TestSupport", "Failover", "HealthTracking", "ClusterModel"], path: "Tests/Simulation/Simulator",
                       swiftSettings: settings + [.unsafeFlags(["-O"])]))
targets.append(.executableTarget(name: "simulate", dependencies: ["Simulator"], path: "Tests/Simulation/simulate", swiftSettings: settings))
targets.append(.testTarget(name: "SimulationTests", dependencies: ["Simulator"], path: "Tests/Simulation", exclude: ["Simulator", "simulate"], swiftSettings: settings))
targets.append(.testTarget(name: "TidyTests", path: "Tests/Tidy", swiftSettings: settings))

// MARK: Benchmarks

/// Counts allocations and reference counting. It replaces the allocator of what it is linked into, so nothing of the product may depend on it.
targets.append(.target(name: "CRuntimeCounts", path: "Benchmarks/CRuntimeCounts", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]))

// Only where it is asked for (`make micro`): nobody else waits for it to be built.
if Context.environment["UNDERSTUDY_MICRO"] != nil {
    targets.append(.executableTarget(name: "micro", dependencies: ["CRuntimeCounts", "PostgresWire", "Sessions", "Pooling", "Settings", dependency("ArgumentParser")],
                                     path: "Benchmarks/Micro", swiftSettings: settings, linkerSettings: hotLinker))
}

let package = Package(name: "understudy", platforms: [.macOS(.v15)], dependencies: packages, targets: targets)
