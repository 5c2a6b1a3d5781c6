#include "support/batch_list.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/core/errors.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt::test;
using fgagt::examples::BatchItem;
using fgagt::examples::read_batch_list;

namespace {

std::vector<std::string> names_of(const std::vector<BatchItem>& items) {
    std::vector<std::string> names;
    for (const BatchItem& item : items)
        names.push_back(item.name);
    return names;
}

} // namespace

TEST_CASE("a list has one item per line, except comments and blank lines") {
    const TemporaryFolder folder;
    const auto items = read_batch_list(
        folder.file("list", "# all of it\r\n\na --frames 1:9 # short\r\n  \n'b c' --detections \"d e.txt\""));
    REQUIRE(items.size() == 2);
    CHECK(items[0].line == 3);
    CHECK(items[0].words == std::vector<std::string>{"a", "--frames", "1:9"});
    CHECK(items[1].line == 5);
    CHECK(items[1].words == std::vector<std::string>{"b c", "--detections", "d e.txt"});
}

TEST_CASE("an output is named after its source's folder or file") {
    const TemporaryFolder folder;
    fs::create_directories(folder.path() / "x" / "seq.v2");
    const auto items =
        read_batch_list(folder.file("list", "x/seq.v2\n./x/a.mp4\n/none/b.avi\nx/c/\nd/../e\n.\n"));
    CHECK(names_of(items) ==
          std::vector<std::string>{"seq.v2", "a", "b", "c", "e", folder.path().filename().string()});
}

TEST_CASE("no two outputs have the same name") {
    const TemporaryFolder folder;
    const auto items = read_batch_list(folder.file("list", "p/a\nq/a\na-2\na\na-2\nr/a.mp4\n"));
    CHECK(names_of(items) == std::vector<std::string>{"a", "a-3", "a-2", "a-4", "a-2-2", "a-5"});
}

TEST_CASE("an invalid line of a list is an error that names it") {
    const TemporaryFolder folder;
    for (const auto& [text, message] :
         {std::pair<std::string, std::string>{"a\nb 'c\n", "list:2: expected a closing quote"},
          {"a\n\n--quiet b\n", "list:3: expected a source first, found the option '--quiet'"},
          {"a --output b\n", "list:1: expected no --output"},
          {"a\nb --output=c\n", "list:2: expected no --output"},
          {"", "found an empty list"},
          {"# nothing\n", "found an empty list"}}) {
        CAPTURE(text);
        const fs::path path = folder.file("list", text);
        CHECK_THROWS_WITH(read_batch_list(path), contains(message));
        CHECK_THROWS_AS(read_batch_list(path), fgagt::ParseError);
    }
    CHECK_THROWS_AS(read_batch_list(folder.path() / "none"), fgagt::ParseError);
}
