// Writes the seeds of snapshot_fuzz: values of new trackers, of trackers with tracks and of trackers with
// lost tracks, and truncated copies of them.
//
//   build/fuzz/tests/fuzz/snapshot_corpus tests/fuzz/corpus/snapshot
#include "fuzz/snapshot_target.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

using namespace fgagt;

namespace {

/// The values in a snapshot, without its header and checksum.
template <class AnyTracker>
std::string values_of(const AnyTracker& tracker) {
    const std::string snapshot = test::saved(tracker);
    return snapshot.substr(32, snapshot.size() - 40);
}

template <class AnyTracker>
void write(const std::filesystem::path& folder, char letter) {
    const auto file = [&](const std::string& name, const std::string& values) {
        std::ofstream(folder / (name + '_' + letter), std::ios::binary) << letter << values;
    };
    AnyTracker tracker;
    file("good_new", values_of(tracker));
    test::require_goes_on(tracker);
    const std::string seen = values_of(tracker);
    file("good_seen", seen);
    file("bad_half", seen.substr(0, seen.size() / 2));
    file("bad_end", seen.substr(0, seen.size() - 1));
    if constexpr (AnyTracker::kReadsFrames)
        tracker.update(cv::Mat(48, 64, CV_8UC1, cv::Scalar(9)), {});
    else
        tracker.update({}, {.timestamp = 3.5});
    file("good_lost", values_of(tracker));
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: snapshot_corpus FOLDER\n";
        return EXIT_FAILURE;
    }
    write<GeometryTracker>(argv[1], 'g');
    write<Tracker<>>(argv[1], 'f');
    return EXIT_SUCCESS;
}
