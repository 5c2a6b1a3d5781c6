#include "programs/background.hpp"
#include "programs/generated_sequence.hpp"
#include "programs/program.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <sys/types.h>
#include <system_error>
#include <thread>
#include <tuple>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt::test;

// The program mot_batch in the processes of an MPI job.

namespace {

/// The command that starts three processes on this machine, without a leak check because of Open MPI. If Open
/// MPI is missing, prints the line that makes ctest report the test as skipped.
std::optional<std::string> mpirun() {
#ifdef FGAGT_MPIRUN
    const std::string program = in_quotes(FGAGT_MPIRUN);
    if (run_command(program + " --version 2>&1").says("open-mpi.org"))
        return "env OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl=self,vader "
               "OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_oob_tcp_if_include=lo "
               "ASAN_OPTIONS=detect_leaks=0 " +
               program + " --oversubscribe --bind-to none -n 3 ";
    std::cout << "SKIPPED: " FGAGT_MPIRUN " is not from Open MPI\n";
#else
    std::cout << "SKIPPED: mot_batch was built without MPI\n";
#endif
    return std::nullopt;
}

/// The IDs of all processes whose command line contains `text`.
std::vector<pid_t> processes_about(const std::string& text) {
    std::vector<pid_t> ids;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (std::ranges::all_of(name, [](unsigned char digit) { return std::isdigit(digit) != 0; }) &&
            contents_of(entry.path() / "cmdline").find(text) != std::string::npos)
            ids.push_back(std::stoi(name));
    }
    return ids;
}

/// The process with this rank among those whose command line contains `text`; 0 if there is none.
pid_t rank_about(const std::string& text, const std::string& rank) {
    for (const pid_t id : processes_about(text)) {
        const fs::path folder = "/proc/" + std::to_string(id);
        std::error_code ignored;
        if (fs::read_symlink(folder / "exe", ignored).filename() == "mot_batch" &&
            contents_of(folder / "environ").find("OMPI_COMM_WORLD_RANK=" + rank + '\0') != std::string::npos)
            return id;
    }
    return 0;
}

/// The time of the last write to each file in a folder.
std::map<std::string, fs::file_time_type> write_times(const fs::path& folder) {
    std::map<std::string, fs::file_time_type> times;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.is_regular_file()) times.emplace(entry.path().filename().string(), entry.last_write_time());
    return times;
}

/// A list of twelve items with different tracks from one scene. The detections of the fifth to seventh item
/// are initially a pipe, on which mot_track waits for ever.
class GatedList {
public:
    GatedList() {
        std::string list;
        for (int k = 1; k <= 12; ++k) {
            const std::string name = "seq" + std::to_string(k);
            const bool gated = k >= 5 && k <= 7;
            fs::create_directory_symlink(scene_.path("scene"), scene_.path(name));
            list += name + " --preset geometry --frames " + std::to_string(k) + ":40 --detections " +
                    (gated ? "gate\n" : "scene/det/det.txt\n");
        }
        scene_.write("list", list);
        REQUIRE(mkfifo(scene_.path("gate").c_str(), 0600) == 0);
    }

    void open() const {
        fs::remove(scene_.path("gate"));
        fs::copy_file(scene_.path("scene/det/det.txt"), scene_.path("gate"));
    }
    [[nodiscard]] std::string path(const std::string& name) const { return scene_.path(name); }
    [[nodiscard]] std::string command(const std::string& output) const {
        return "'" FGAGT_PROGRAMS "/mot_batch' " + path("list") + " --output " + path(output);
    }
    /// Whether all items before the waiting ones are done.
    [[nodiscard]] bool waits() const {
        return std::ranges::all_of(std::vector{"1", "2", "3", "4"}, [&](const char* k) {
            return fs::exists(path("out/seq" + std::string(k) + ".item"));
        });
    }

private:
    GeneratedSequence scene_{40};
};

} // namespace

TEST_CASE("a killed job is completed by the next one without repeating finished items") {
    const auto mpi = mpirun();
    if (!mpi) return;
    for (const std::string rank : {"1", "0"}) {
        CAPTURE(rank);
        const GatedList list;
        Background job("exec " + *mpi + list.command("out") + " >/dev/null 2>&1");
        // Each of the three has one item at a time: they wait at the pipe when the other items are done.
        job.wait_until([&] { return list.waits(); });
        REQUIRE(list.waits());
        const pid_t victim = rank_about(list.path("list"), rank);
        REQUIRE(victim > 0);
        kill(victim, SIGKILL);
        CHECK(job.wait() != 0);
        while (!processes_about(list.path("")).empty()) // otherwise the test hangs
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        const auto before = write_times(list.path("out"));
        CHECK(before.size() == 8); // tracks and records of four items
        list.open();
        const Outcome rest = run_command(*mpi + list.command("out"));
        CHECK(rest.exit_code == 0);
        CHECK(rest.says("12 items: 4 already done, 8 done now, 0 failed, 0 left"));
        const auto after = write_times(list.path("out"));
        CHECK(std::ranges::includes(after, before));
        REQUIRE(run_command(list.command("serial") + " --jobs 1").exit_code == 0);
        CHECK(write_times(list.path("serial")).size() == 24);
        CHECK(run_command("diff -r " + list.path("out") + ' ' + list.path("serial")).output.empty());
    }
}

TEST_CASE("a job that cannot start reports the reason once and ends all processes") {
    const auto mpi = mpirun();
    if (!mpi) return;
    const GeneratedSequence scene;
    scene.write("empty", "");
    const std::string program = *mpi + "'" FGAGT_PROGRAMS "/mot_batch' ";
    for (const auto& [arguments, text, code] :
         {std::tuple<std::string, std::string, int>{"", "LIST is required", 2},
          {scene.path("none") + " --output " + scene.path("out"), "LIST: File does not exist", 2},
          {scene.path("empty") + " --output " + scene.path("out"), "found an empty list", 1}}) {
        const Outcome outcome = run_command(program + arguments + " 2>&1");
        CHECK(outcome.exit_code == code);
        const std::size_t first = outcome.output.find(text);
        REQUIRE(first != std::string::npos);
        CHECK(outcome.output.find(text, first + 1) == std::string::npos);
    }
}
