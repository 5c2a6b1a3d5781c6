#pragma once

#include <CLI/CLI.hpp>

#include <optional>

namespace fgagt::examples {

/// Parses the command line, then checks conditions that involve more than one option.
/// @param check  throws CLI::ParseError on wrong usage
/// @return the exit code: 0 after --help and --version, 2 after wrong usage; empty if the program continues
template <typename Check>
std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv, Check check) {
    try {
        app.parse(argc, argv);
        check();
    } catch (const CLI::ParseError& error) { // includes --help
        return app.exit(error) == 0 ? 0 : 2;
    }
    return std::nullopt;
}

/// For a program whose options are independent of each other.
inline std::optional<int> parse_command_line(CLI::App& app, int argc, const char* const* argv) {
    return parse_command_line(app, argc, argv, [] {});
}

} // namespace fgagt::examples
