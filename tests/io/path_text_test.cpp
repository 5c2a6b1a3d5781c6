#include "support/catch.hpp"

#include <fgagt/io/detail/path_text.hpp>

#include <filesystem>
#include <string>

using namespace fgagt;

TEST_CASE("a path survives conversion to text and back") {
    for (const std::string name : {"", "plain.txt", "a/b c.txt",
                                   "stra\xC3\x9F"
                                   "e/\xE8\xBB\x8A.jpg"}) {
        CHECK(detail::utf8_of(detail::path_of(name)) == name);
        CHECK(detail::path_of(name) == std::filesystem::path(std::u8string(name.begin(), name.end())));
    }
}
