#pragma once

#include "programs/program.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <string>

namespace fgagt::test {

/// Runs mot_track as a user would.
[[nodiscard]] inline Outcome mot_track(const std::string& arguments) {
    return run_program("mot_track", arguments);
}

/// A generated sequence in a temporary folder.
class GeneratedSequence {
public:
    explicit GeneratedSequence(int frames = 30) {
        REQUIRE(
            run_program("make_scene", path("scene") + " --seed 5 --quiet --frames " + std::to_string(frames))
                .exit_code == 0);
    }

    /// Absolute path of a file or folder, which need not exist.
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
    /// The arguments to track the sequence with its detections.
    [[nodiscard]] std::string arguments() const {
        return path("scene") + " --detections " + path("scene/det/det.txt") + " ";
    }
    [[nodiscard]] std::string text(const std::string& name) const { return contents_of(path(name)); }
    void write(const std::string& name, const std::string& contents) const { folder_.file(name, contents); }

private:
    TemporaryFolder folder_;
};

} // namespace fgagt::test
