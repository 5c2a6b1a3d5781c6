// Tests Windows-specific code in a program without OpenCV: atomic file writes, paths with characters outside
// the code page, and parsing of numbers without std::from_chars. Exits with 0 if everything works.

#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/detail/decimal.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/simplest_number.hpp>
#include <fgagt/io/detail/text_fields.hpp>

#include <cstdio>
#include <filesystem>
#include <string>

namespace fs = std::filesystem;
using namespace fgagt;

namespace {

int failures = 0;

void check(bool holds, const char* what) {
    if (holds) return;
    std::printf("FAILED: %s\n", what);
    ++failures;
}

void check_files(const fs::path& folder) {
    const fs::path file = folder / detail::path_of("stra\xC3\x9F"
                                                   "e-\xE8\xBB\x8A.txt");
    write_whole_file(file, "first\r\n");
    check(read_whole_file(file) == "first\r\n", "a file keeps its bytes");
    write_whole_file(file, std::string(100'000, 'x'));
    check(fs::file_size(file) == 100'000, "a file is replaced");
    check(detail::utf8_of(file.filename()) == "stra\xC3\x9F"
                                              "e-\xE8\xBB\x8A.txt",
          "a path survives a round trip through text");
    check(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 1,
          "no temporary files are left");

    try {
        write_whole_file(folder / "none" / "file.txt", "text");
        check(false, "a missing folder is an error");
    } catch (const fs::filesystem_error& error) {
        check(error.code() == std::errc::no_such_file_or_directory, "a missing folder is reported as such");
    }
    fs::create_directory(folder / "folder.txt");
    try {
        write_whole_file(folder / "folder.txt", "text");
        check(false, "a folder at the file's path is an error");
    } catch (const fs::filesystem_error&) {
        check(fs::is_directory(folder / "folder.txt"), "a folder at the file's path is kept");
    }
    try {
        static_cast<void>(read_whole_file(folder / "none.txt"));
        check(false, "a missing file is an error");
    } catch (const ParseError& error) {
        check(std::string(error.what()).find("none.txt") != std::string::npos, "a missing file is named");
    }
}

void check_numbers() {
    for (const char* const text : {"1.25", "-0", "5e-324", "1e999", "inf", "nan", "1e", "x"}) {
        double expected = 7, value = 7;
        const auto by_library = detail::parse_decimal(std::string_view(text), expected);
        const auto by_strtod = detail::parse_by_strtod(text, value);
        const bool same = by_library.ec == by_strtod.ec && by_library.ptr == by_strtod.ptr &&
                          (value == expected || (value != value && expected != expected));
        check(same, text);
    }
    check(detail::number_text(0.1F) == "0.1", "numbers are written with the fewest digits");
}

} // namespace

int main() {
    const fs::path folder = fs::temp_directory_path() / detail::path_of("fgagt \xE8\xBB\x8A");
    fs::remove_all(folder);
    fs::create_directories(folder);
    check_files(folder);
    check_numbers();
    fs::remove_all(folder);
    std::printf("%s\n", failures == 0 ? "all passed" : "some failed");
    return failures == 0 ? 0 : 1;
}
