#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/io/atomic_file.hpp>

#include <csignal>
#include <filesystem>
#include <string>
#include <sys/resource.h>

using namespace fgagt;
using namespace fgagt::test;
namespace fs = std::filesystem;

namespace {

std::size_t files_in(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// Makes writes fail beyond a file size, like a full disk.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

} // namespace

TEST_CASE("a file is written and replaced without leaving temporary files") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "out.txt";
    write_whole_file(path, "first");
    CHECK(contents_of(path) == "first");
    write_whole_file(path, std::string(100'000, 'x'));
    CHECK(fs::file_size(path) == 100'000);
    write_whole_file(path, "");
    CHECK(contents_of(path).empty());
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a replaced file keeps its permissions, and a link stays a link") {
    const TemporaryFolder folder;
    const fs::path path = folder.file("out.txt", "old");
    constexpr auto kMode = fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read;
    fs::permissions(path, kMode);
    fs::create_symlink(path, folder.path() / "link");
    write_whole_file(folder.path() / "link", "new");
    CHECK(fs::is_symlink(folder.path() / "link"));
    CHECK(contents_of(path) == "new");
    CHECK(fs::status(path).permissions() == kMode);
}

TEST_CASE("a missing folder is an error with path and reason") {
    const TemporaryFolder folder;
    const fs::path path = folder.path() / "none" / "out.txt";
    try {
        write_whole_file(path, "text");
        FAIL("no error");
    } catch (const fs::filesystem_error& error) {
        CHECK(error.code() == std::errc::no_such_file_or_directory);
        CHECK(std::string(error.what()).find(path.string()) != std::string::npos);
    }
    CHECK(files_in(folder.path()) == 0);
}

TEST_CASE("the old file stays when the disk is full") {
    const TemporaryFolder folder;
    const fs::path path = folder.file("out.txt", "old");
    {
        const FileSizeLimit limit(1000);
        CHECK_THROWS_AS(write_whole_file(path, std::string(5000, 'x')), fs::filesystem_error);
    }
    CHECK(contents_of(path) == "old");
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a folder at the file's path is an error and is kept") {
    const TemporaryFolder folder;
    fs::create_directory(folder.path() / "out.txt");
    CHECK_THROWS_AS(write_whole_file(folder.path() / "out.txt", "text"), fs::filesystem_error);
    CHECK(fs::is_directory(folder.path() / "out.txt"));
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a device is written to and not replaced") {
    write_whole_file("/dev/null", "text");
    CHECK(fs::is_character_file("/dev/null"));
}
