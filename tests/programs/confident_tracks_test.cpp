#include "support/catch.hpp"
#include "support/confident_tracks.hpp"
#include "support/temporary_folder.hpp"
#include "support/training_data.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/io/mot_text.hpp>
#include <fgagt/learning/labelled_sequence.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace fgagt;
using namespace fgagt::examples;
using namespace fgagt::test;

namespace {

/// Boxes of one track in frames from 1.
void add_track(TrackId id, int length, const std::vector<float>& scores, std::vector<ResultRow>& rows) {
    for (int k = 0; k < length; ++k)
        rows.push_back({k + 1,
                        id,
                        {60.0 * static_cast<double>(id) + k, 20, 30, 80},
                        scores[static_cast<std::size_t>(k) % scores.size()]});
}

/// Track 1 is long and confident, 2 is as long and just confident enough, 3 is a box too short, 4 is slightly
/// too unsure.
std::vector<ResultRow> four_tracks() {
    std::vector<ResultRow> rows;
    add_track(1, 20, {0.9F}, rows);
    add_track(2, 10, {0.25F, 0.75F}, rows);
    add_track(3, 9, {1.0F}, rows);
    add_track(4, 20, {0.25F, 0.74F}, rows);
    return rows;
}

constexpr ConfidenceOptions kConfidence{.min_length = 10, .min_score = 0.5};
const Tick kNoTick = [](std::int64_t) {};

} // namespace

TEST_CASE("tracks with enough boxes and a high mean score are confident") {
    CHECK(confident_tracks(ResultRows(four_tracks()), kConfidence) == std::set<TrackId>{1, 2});
    CHECK(confident_tracks(ResultRows(four_tracks()), {.min_length = 20, .min_score = 0}) ==
          std::set<TrackId>{1, 4});
    CHECK(confident_tracks(ResultRows(), kConfidence).empty());
}

TEST_CASE("a tracked video contains the confident tracks at their tracked boxes") {
    const TemporaryFolder folder;
    for (int number = 1; number <= 30; ++number) {
        std::string name = "00" + std::to_string(number) + ".png";
        cv::imwrite((folder.path() / name).string(), cv::Mat(120, 400, CV_8UC3, cv::Scalar(10, 20, 30)));
    }
    write_results(folder.path() / "result.txt", four_tracks());
    std::int64_t read = 0;
    const LabelledSequence sequence =
        read_tracked_video(folder.path(), folder.path() / "result.txt", kConfidence, 1,
                           [&](std::int64_t frames) { read += frames; });
    CHECK((sequence.size() == 20 && read == 20)); // not the frames after the result
    std::set<TrackId> seen;
    for (std::size_t frame = 0; frame < sequence.size(); ++frame)
        for (const Observation& one : sequence.observations(frame)) {
            if (one.identity == kNobody) continue;
            seen.insert(one.identity);
            CHECK((one.identity == 1 || frame < 10));
            const Box truth{60 * static_cast<float>(one.identity) + static_cast<float>(frame), 20, 30, 80};
            CHECK(iou(one.box, truth) > 0.7);
            CHECK(one.patch.pixels.at<cv::Vec3b>(0, 0) == cv::Vec3b(10, 20, 30));
        }
    CHECK(seen == std::set<TrackId>{1, 2});
}

TEST_CASE("a result without confident tracks, of another video or missing is an error that names the file") {
    const TemporaryFolder folder;
    cv::imwrite((folder.path() / "1.png").string(), cv::Mat(120, 400, CV_8UC3, cv::Scalar::all(0)));
    write_results(folder.path() / "result.txt", four_tracks());
    const auto read = [&](const std::string& result, const ConfidenceOptions& confidence) {
        return read_tracked_video(folder.path(), folder.path() / result, confidence, 1, kNoTick);
    };
    CHECK_THROWS_WITH(read("result.txt", {.min_length = 21}), contains("result.txt: no track"));
    CHECK_THROWS_WITH(read("result.txt", kConfidence),
                      contains("result.txt: contains frame 20, but ") && contains(" ends after frame 1;"));
    CHECK_THROWS_AS(read("none.txt", kConfidence), ParseError);
    CHECK_THROWS_AS(
        read_tracked_video(folder.path() / "none.avi", folder.path() / "result.txt", kConfidence, 1, kNoTick),
        ParseError);
}
