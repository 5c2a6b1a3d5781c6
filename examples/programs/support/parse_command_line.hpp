#pragma once

#include <CLI/CLI.hpp>

#include <optional>

namespace fgagt::examples {

/// Parses the command line, then checks what no single option can.
/// @param check  throws CLI::ParseError on wrong usage
/// @return 0 after --help and --version, 2 after wrong usage: the exit code; none where the program goes on
template <typename Check>
std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv, Check check) {
    try {
        app.parse(argc, argv);
        check();
    } catch (const CLI::ParseError& error) { // --help too
        return app.exit(error) == 0 ? 0 : 2;
    }
    return std::nullopt;
}

/// Of a program whose options all stand for themselves.
inline std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv) {
    return parse_command_line(app, argc, argv, [] {});
}

} // namespace fgagt::examples
