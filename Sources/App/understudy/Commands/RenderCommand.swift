internal import ArgumentParser
internal import Settings

struct RenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "render", abstract: "Print a file that is derived from the declarations.")

    enum Document: String, ExpressibleByArgument, CaseIterable { case sample, parameters }

    @Argument(help: "sample: the sample configuration; parameters: the manual's page of parameters.")
    var document: Document

    func run() throws {
        switch document {
        case .sample: print(SampleFile.text, terminator: "")
        case .parameters: print(ParameterManual.text, terminator: "")
        }
    }
}
