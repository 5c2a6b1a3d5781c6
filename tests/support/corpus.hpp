#pragma once

#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace fgagt::test {

/// Passes every file of a fuzz target's corpus to `check`, which returns whether the file is valid. The
/// result must agree with the file's name if it starts with "good" or "bad".
template <class Check>
void replay_corpus(const std::string& target, Check check) {
    std::size_t good = 0, bad = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(FGAGT_SOURCE_DIR "/tests/fuzz/corpus/" + target)) {
        const std::string name = entry.path().filename().string();
        INFO(name);
        const bool is_good = check(contents_of(entry.path()));
        if (name.starts_with("good")) CHECK(is_good);
        if (name.starts_with("bad")) CHECK_FALSE(is_good);
        ++(is_good ? good : bad);
    }
    INFO(good << " good, " << bad << " bad");
    CHECK((good >= 3 && bad >= 3));
}

} // namespace fgagt::test
