#pragma once

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <sys/wait.h>

namespace fgagt::test {

/// The exit code and output of a program.
struct Outcome {
    int exit_code;
    std::string output; ///< standard output, and standard error if requested

    [[nodiscard]] bool says(const std::string& text) const { return output.find(text) != std::string::npos; }
};

/// Quotes a word for the shell; the word must not contain quotes.
[[nodiscard]] inline std::string in_quotes(const std::string& text) {
    std::string word(1, '\'');
    return word.append(text).append(1, '\'');
}

/// Runs a shell command.
[[nodiscard]] inline Outcome run_command(const std::string& command) {
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
    std::string output;
    std::array<char, 4096> buffer;
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
        output.append(buffer.data(), count);
    const int status = pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

/// Runs one of the example programs as a user would.
///
/// @param arguments  for the shell; `errors` redirects standard error
[[nodiscard]] inline Outcome run_program(const std::string& name, const std::string& arguments,
                                         const std::string& errors = "2>&1") {
    return run_command("'" FGAGT_PROGRAMS "/" + name + "' " + arguments + " " + errors);
}

} // namespace fgagt::test
