#include "support/catch.hpp"

#include <fgagt/assignment/reidentification_stage.hpp>

#include <numeric>
#include <vector>

using namespace fgagt;

namespace {

/// Lost tracks and detections at chosen places, with chosen similarities.
struct Case {
    std::vector<UsableDetection> detections;
    std::vector<Track> tracks;
    Matrix similarity;
    Matrix iou;
    std::vector<std::uint8_t> has_d, has_t;

    Case(const std::vector<float>& left_d, const std::vector<float>& left_t, const Matrix& similarities)
        : similarity(similarities),
          iou(Matrix::Zero(similarities.rows(), similarities.cols())),
          has_d(left_d.size(), 1),
          has_t(left_t.size(), 1) {
        for (const float left : left_d)
            detections.push_back({{.box = {left, 0, 40, 100}}, 0.9F});
        for (const float left : left_t) {
            Track track;
            track.box = track.observed = {left, 0, 40, 100};
            track.status = TrackStatus::kLost;
            track.hits = 10;
            track.missed = 5;
            track.missed_time = 5;
            track.covered = 0.5F;
            tracks.push_back(track);
        }
    }

    [[nodiscard]] Matrix scores(ReidentificationStageOptions options = {}) const {
        const Evidence evidence{.detections = detections,
                                .tracks = tracks,
                                .iou = iou,
                                .similarity = similarity,
                                .has_features_d = has_d,
                                .has_features_t = has_t};
        std::vector<std::size_t> d(detections.size()), t(tracks.size());
        std::iota(d.begin(), d.end(), std::size_t{0});
        std::iota(t.begin(), t.end(), std::size_t{0});
        Matrix result;
        ReidentificationStage(options).score(evidence, d, t, result);
        return result;
    }
};

Matrix matrix(std::initializer_list<std::initializer_list<float>> rows) {
    Matrix result(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(rows.begin()->size()));
    Eigen::Index i = 0;
    for (const auto& row : rows) {
        Eigen::Index j = 0;
        for (const float value : row)
            result(i, j++) = value;
        ++i;
    }
    return result;
}

} // namespace

TEST_CASE("an object with matching appearance at its predicted position is re-identified") {
    CHECK(Case({49}, {0}, matrix({{0.85F}})).scores()(0, 0) == 0.85F); // within half the height of 100
    CHECK(Case({49}, {0}, matrix({{0.79F}})).scores()(0, 0) == kForbidden);
    CHECK(Case({51}, {0}, matrix({{0.85F}})).scores()(0, 0) == kForbidden);
    Case walked({300}, {0}, matrix({{0.85F}}));
    walked.tracks[0].box.left = 280; // expected there, but last seen elsewhere
    CHECK(walked.scores()(0, 0) == 0.85F);
    std::swap(walked.tracks[0].box, walked.tracks[0].observed);
    CHECK(walked.scores()(0, 0) == kForbidden);
}

TEST_CASE("only objects that were occluded when last seen are re-identified") {
    Case seen({10}, {0}, matrix({{0.9F}}));
    seen.tracks[0].covered = 0.29F;
    CHECK(seen.scores()(0, 0) == kForbidden);
    seen.tracks[0].covered = 0.31F;
    CHECK(seen.scores()(0, 0) == 0.9F);
}

TEST_CASE("the reach of rivals grows with time, up to a limit") {
    const auto is_rival = [](float left, float missed_time, float expected) {
        Case rivals({10}, {0, left}, matrix({{0.9F, 0.85F}}));
        rivals.tracks[1].missed_time = missed_time;
        rivals.tracks[1].box.left = expected;
        return rivals.scores()(0, 0) == kForbidden;
    };
    CHECK(is_rival(109, 5, 109)); // 5 frames: (0.5 + 0.5) heights of 100
    CHECK_FALSE(is_rival(111, 5, 111));
    CHECK(is_rival(159, 50, 159));
    CHECK_FALSE(is_rival(161, 50, 161));
    CHECK(is_rival(161, 50, 120)); // both the expected place and the last seen place count
}

TEST_CASE("heights must agree") {
    Case grown({10}, {0}, matrix({{0.9F}}));
    grown.detections[0].box.height = 141; // ln 1.41 = 0.344
    CHECK(grown.scores()(0, 0) == 0.9F);
    grown.detections[0].box.height = 143;
    CHECK(grown.scores()(0, 0) == kForbidden);
}

TEST_CASE("a rival with similar appearance forbids the pair, unless it is out of reach") {
    CHECK(Case({10}, {0, 20}, matrix({{0.95F, 0.86F}})).scores().maxCoeff() == kForbidden);
    CHECK(Case({10}, {0, 20}, matrix({{0.95F, 0.84F}})).scores()(0, 0) == 0.95F);
    CHECK(Case({10, 30}, {0}, matrix({{0.95F}, {0.9F}})).scores().maxCoeff() == kForbidden);
    CHECK(Case({10, 500}, {0}, matrix({{0.95F}, {0.9F}})).scores()(0, 0) == 0.95F);
    CHECK(Case({10}, {0, 900}, matrix({{0.95F, 0.95F}})).scores()(0, 0) == 0.95F);
}

TEST_CASE("without appearance, only pairs without a rival are re-identified") {
    Case blind({10}, {0}, matrix({{0.95F}}));
    blind.has_t[0] = 0;
    CHECK(blind.scores()(0, 0) >= ReidentificationStage().margin({.detections = {},
                                                                  .tracks = {},
                                                                  .iou = blind.iou,
                                                                  .similarity = blind.similarity,
                                                                  .has_features_d = {},
                                                                  .has_features_t = {}}));
    Case two_tracks({10}, {0, 90}, matrix({{0.95F, 0.1F}}));
    two_tracks.has_d[0] = 0;
    CHECK(two_tracks.scores().maxCoeff() == kForbidden);
    two_tracks.has_d[0] = 1;
    two_tracks.has_t[0] = 0; // a rival with a different appearance is still a rival
    CHECK(two_tracks.scores().maxCoeff() == kForbidden);
    Case two_detections({10, 90}, {0}, matrix({{0.95F}, {0.1F}}));
    two_detections.has_t[0] = 0;
    CHECK(two_detections.scores().maxCoeff() == kForbidden);
    two_detections.detections[1].box.left = 900;
    CHECK(two_detections.scores()(0, 0) > kForbidden);
}

TEST_CASE("only well-known tracks that were lost recently take part") {
    const ReidentificationStage stage;
    Track track;
    track.status = TrackStatus::kLost;
    track.hits = 5;
    track.missed_time = 60;
    CHECK(stage.takes(track));
    Track other = track;
    other.hits = 4;
    CHECK_FALSE(stage.takes(other));
    other = track;
    other.missed_time = 61;
    CHECK_FALSE(stage.takes(other));
    for (const TrackStatus status :
         {TrackStatus::kTentative, TrackStatus::kConfirmed, TrackStatus::kRemoved}) {
        other = track;
        other.status = status;
        CHECK_FALSE(stage.takes(other));
    }
    CHECK(stage.takes(UsableDetection{{}, 0.5F}));
    CHECK_FALSE(stage.takes(UsableDetection{{}, 0.49F}));
}

TEST_CASE("re-identification options are checked") {
    CHECK_THROWS_AS(ReidentificationStage({.min_hits = 0}), InvalidArgument);
    CHECK_THROWS_AS(ReidentificationStage({.min_covered = 1.1F}), InvalidArgument);
    CHECK_THROWS_AS(ReidentificationStage({.expected_reach = 0}), InvalidArgument);
    CHECK_THROWS_AS(ReidentificationStage({.lead = -1}), InvalidArgument);
    CHECK_THROWS_AS(ReidentificationStage({.rival_reach = 0}), InvalidArgument);
    CHECK_THROWS_AS(ReidentificationStage({.max_height_change = 0}), InvalidArgument);
}
