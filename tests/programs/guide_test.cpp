#include "programs/printed_text.hpp"
#include "programs/program.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace fgagt::test;

namespace {

/// A fenced block of a page.
struct Block {
    std::string language;
    std::string file; ///< its name from the line above: `NAME`:
    std::string text;
};

std::vector<Block> blocks_of(const std::filesystem::path& page) {
    std::ifstream stream(page);
    std::vector<Block> blocks;
    std::string above;
    bool inside = false;
    for (std::string line; std::getline(stream, line);) {
        if (line.starts_with("```")) {
            inside = !inside;
            const bool is_named = above.size() > 3 && above.front() == '`' && above.ends_with("`:");
            if (inside)
                blocks.push_back({line.substr(3), is_named ? above.substr(1, above.size() - 3) : "", {}});
            above.clear();
        } else if (inside)
            blocks.back().text += line + '\n';
        else if (!line.empty())
            above = line;
    }
    return blocks;
}

} // namespace

TEST_CASE("the guide's programs and commands print the output that it shows") {
    const std::vector<Block> blocks = blocks_of(FGAGT_SOURCE_DIR "/cmake/docs/guide.md");
    const TemporaryFolder folder;
    std::filesystem::create_directory_symlink(FGAGT_SOURCE_DIR, folder.path() / "fgagt");
    const std::string shell =
        "cd " + in_quotes(folder.path().string()) + " && PATH=" + in_quotes(FGAGT_PROGRAMS) +
        ":\"$PATH\" CMAKE_GENERATOR=Ninja CMAKE_BUILD_TYPE=Quick CXXFLAGS=-O1 sh -e 2>&1 <<'COMMANDS'\n";
    std::size_t commands = 0, programs = 0;
    for (std::size_t k = 0; k < blocks.size(); ++k) {
        const Block& block = blocks[k];
        if (!block.file.empty()) {
            std::ofstream(folder.path() / block.file) << block.text;
            ++programs;
        } else if (block.language == "sh") {
            INFO(block.text);
            const Outcome outcome = run_command(std::string(shell).append(block.text).append("COMMANDS\n"));
            const bool prints = k + 1 < blocks.size() && blocks[k + 1].language == "text";
            check_printed(outcome.output, prints ? blocks[k + 1].text : "");
            REQUIRE(outcome.exit_code == 0);
            ++commands;
        } else
            REQUIRE((block.language == "text" && k > 0 && blocks[k - 1].language == "sh"));
    }
    CHECK(commands > 5);
    CHECK(programs > 5);
}
