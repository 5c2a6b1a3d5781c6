#pragma once

#include "programs/program.hpp"
#include "support/temporary_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace fgagt::test {

/// Runs mot_batch in a temporary folder with a script in place of mot_track. The script gets the output file
/// as "$3" and the source as "$6".
class StagedBatch {
public:
    /// Tracks immediately and records its command line.
    static constexpr const char* kTrack = R"(echo "$*" >> calls; echo "tracks of $6" > "$3")";

    explicit StagedBatch(const std::string& script = kTrack) {
        std::filesystem::create_directory(folder_.path() / "bin");
        std::filesystem::copy_file(FGAGT_PROGRAMS "/mot_batch", program());
        set_script(script);
    }

    /// Replaces the script, which runs in the folder of the list.
    void set_script(const std::string& script) const {
        const std::filesystem::path path = folder_.file("bin/mot_track", "#!/bin/sh\n" + script + '\n');
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    }
    void write(const std::string& name, const std::string& contents) const { folder_.file(name, contents); }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
    [[nodiscard]] std::string text(const std::string& name) const { return contents_of(path(name)); }
    [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(path(name)); }
    [[nodiscard]] std::string program() const { return path("bin/mot_batch"); }
    /// The command to track the list "list" into the folder "out".
    [[nodiscard]] std::string command(const std::string& options = "") const {
        return program() + ' ' + path("list") + " --output " + path("out") + " " + options;
    }
    [[nodiscard]] Outcome run(const std::string& list, const std::string& options = "") const {
        write("list", list);
        return run_command(command(options) + " 2>&1");
    }
    /// The number of calls of the script since the last query.
    [[nodiscard]] int calls() const {
        const std::string lines = text("calls");
        std::filesystem::remove(path("calls"));
        return static_cast<int>(std::ranges::count(lines, '\n'));
    }
    /// The files of the output folder, by name.
    [[nodiscard]] std::vector<std::string> outputs() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(path("out")))
            names.push_back(entry.path().filename().string());
        std::ranges::sort(names);
        return names;
    }

private:
    TemporaryFolder folder_;
};

} // namespace fgagt::test
