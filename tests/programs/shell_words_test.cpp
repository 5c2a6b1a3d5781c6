#include "programs/program.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/shell_words.hpp"

#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <vector>

using fgagt::examples::shell_line;
using fgagt::examples::shell_words;
using namespace fgagt::test;

// Compares with the words that the shell itself finds in a line.

namespace {

using Words = std::vector<std::string>;

/// The words that a shell makes of a line; empty if the line is invalid.
std::optional<Words> words_of_the_shell(const std::string& line) {
    const Outcome outcome =
        run_command(R"(sh -c 'for word in "$@"; do printf "%s\n" "$word"; done' sh )" + line);
    if (outcome.exit_code != 0) return std::nullopt;
    Words words;
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = outcome.output.find('\n', begin)) != std::string::npos; begin = end + 1)
        words.push_back(outcome.output.substr(begin, end - begin));
    return words;
}

} // namespace

TEST_CASE("a line is split into words as in a shell") {
    for (const std::string line :
         {"a b", "  a\t b  ", "'a b' c", R"("a b"c)", R"(a\ b c)", R"("a \"b\" \\ \$ \x")", R"('a\b')",
          R"(a'b'"c"\d)", "a # b", "a#b", "# a", R"(\# a)", "'#' a", "'' a \"\"", "--x='1 2' y", ""}) {
        CAPTURE(line);
        CHECK(shell_words(line) == words_of_the_shell(line));
    }
}

TEST_CASE("an incomplete line has no words") {
    for (const std::string line : {"'a", "\"a", "a 'b' \"c", R"("a\")", R"(a\)"})
        CHECK_FALSE(shell_words(line).has_value());
}

TEST_CASE("words become a line that a shell splits into the same words") {
    for (const Words& words : {Words{"a", "b c", ""}, Words{"it's", "#", "\"", "\\", "$x", "`y`", "*"},
                               Words{"~", "a;b", "a|b&", "\t"}, Words{}}) {
        CHECK(shell_words(shell_line(words)) == words);
        CHECK(words_of_the_shell(shell_line(words)) == words);
    }
}

TEST_CASE("random words survive a round trip through a line") {
    const unsigned seed = seed_of("random words survive");
    CAPTURE(seed);
    std::mt19937 random(seed);
    const std::string characters = "ab '\"\\#\t$";
    for (int round = 0; round < 1000; ++round) {
        Words words(random() % 4);
        for (std::string& word : words)
            for (std::size_t length = random() % 6; length > 0; --length)
                word += characters[random() % characters.size()];
        const std::string line = shell_line(words);
        CAPTURE(line);
        REQUIRE(shell_words(line) == words);
    }
}
