#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/unusual_numbers.hpp"

#include <fgagt/assignment/assignment.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>

using namespace fgagt;
using namespace fgagt::test;
using Catch::Matchers::WithinAbs;

namespace {

/// All data that an Evidence refers to; all features exist, all IoUs and similarities are 0.
struct Scene {
    std::vector<UsableDetection> detections;
    std::vector<Track> tracks;
    Matrix iou, similarity;
    std::vector<std::uint8_t> has_d, has_t;
    float margin = 0.2F;

    Scene(std::size_t m, std::size_t n) : detections(m), tracks(n), has_d(m, 1), has_t(n, 1) {
        iou = similarity = Matrix::Zero(static_cast<Eigen::Index>(m), static_cast<Eigen::Index>(n));
        for (Track& track : tracks)
            track.status = TrackStatus::kConfirmed;
    }
    [[nodiscard]] Evidence evidence() const {
        return {detections, tracks, iou, similarity, has_d, has_t, margin};
    }
};

template <class Stage>
Matrix scores_of(Stage stage, const Scene& scene, const std::vector<std::size_t>& detections,
                 const std::vector<std::size_t>& tracks) {
    Matrix scores;
    stage.score(scene.evidence(), detections, tracks, scores);
    return scores;
}

template <class C>
std::vector<Match> associate(C& cascade, const Scene& scene) {
    std::vector<Match> matches{{7, 7}}; // to be replaced
    cascade.associate(scene.evidence(), matches);
    return matches;
}

FusionStageOptions iou_only(float min_score, float max_score, float gate) {
    FusionStageOptions options;
    options.min_score = min_score;
    options.max_score = max_score;
    options.iou_gate = gate;
    options.iou_weight = 1;
    options.appearance_weight = 0;
    options.margin = gate;
    return options;
}

using Matches = std::vector<Match>;
using OneStage = Cascade<MarginAssigner, FusionStage>;
using TwoStages = Cascade<MarginAssigner, FusionStage, FusionStage>;
static_assert(Associator<OneStage>);
static_assert(Associator<Cascade<MarginAssigner, SimilarityStage>>);
static_assert(Associator<Cascade<MarginAssigner>>);

} // namespace

namespace {

/// Compares bits, because with -ffast-math no number equals infinity.
bool is_forbidden(float score) {
    return std::bit_cast<std::uint32_t>(score) == std::bit_cast<std::uint32_t>(kForbidden);
}

} // namespace

TEST_CASE("a fusion stage adds overlap and clipped appearance") {
    Scene scene(2, 3);
    scene.iou << 0.5F, 0.1F, 0.0999F, 1, 0, 0.3F;
    scene.similarity << 0.82F, 1, 1, 0.2F, 1, 0.72F;
    const Matrix scores = scores_of(FusionStage(), scene, {0, 1}, {0, 1, 2});
    constexpr double kRounding = 4e-7; // a few rounding errors of numbers up to 1, some divided by .2
    CHECK_THAT(scores(0, 0), WithinAbs(0.6 * 0.5 + 0.4 * 0.5, kRounding));
    CHECK_THAT(scores(0, 1), WithinAbs(0.6 * 0.1 + 0.4, kRounding)); // IoU at the gate
    CHECK(is_forbidden(scores(0, 2)));
    CHECK_THAT(scores(1, 0), WithinAbs(0.6 - 0.4, kRounding));
    CHECK(is_forbidden(scores(1, 1)));
    CHECK_THAT(scores(1, 2), WithinAbs(0.6 * 0.3, kRounding));
}

TEST_CASE("a fusion stage without features uses overlap") {
    Scene scene(2, 2);
    scene.iou.setConstant(0.5F);
    scene.similarity.setConstant(1);
    scene.has_d[0] = 0;
    scene.has_t[1] = 0;
    const Matrix scores = scores_of(FusionStage(), scene, {0, 1}, {0, 1});
    constexpr double kRounding = 2e-7; // a few rounding errors of numbers below 1
    CHECK_THAT(scores(0, 0), WithinAbs(0.3, kRounding));
    CHECK_THAT(scores(0, 1), WithinAbs(0.3, kRounding));
    CHECK_THAT(scores(1, 0), WithinAbs(0.7, kRounding));
    CHECK_THAT(scores(1, 1), WithinAbs(0.3, kRounding));
}

TEST_CASE("a stage scores the given indices") {
    Scene scene(3, 3);
    scene.iou << 0.1F, 0.2F, 0.3F, 0.4F, 0.5F, 0.6F, 0.7F, 0.8F, 0.9F;
    Matrix expected(2, 2);
    expected << 0.1F, 0.3F, 0.7F, 0.9F;
    CHECK(scores_of(FusionStage(iou_only(0, 2, 0)), scene, {0, 2}, {0, 2}) == expected);
    scene.similarity = scene.iou;
    CHECK(scores_of(SimilarityStage(), scene, {0, 2}, {0, 2}) == expected);
}

TEST_CASE("a fusion stage selects detections and tracks by its options") {
    FusionStageOptions options;
    options.min_score = 0.25F;
    options.max_score = 0.5F;
    options.max_missed = 2;
    UsableDetection detection;
    const auto takes_score = [&](float score) {
        detection.confidence = score;
        return FusionStage(options).takes(detection);
    };
    CHECK_FALSE(takes_score(0.24F));
    CHECK(takes_score(0.25F));
    CHECK_FALSE(takes_score(0.5F));
    CHECK(FusionStage().takes(UsableDetection{})); // confidence 1

    const auto takes = [&](TrackStatus status, std::int64_t missed = 0) {
        Track track;
        track.status = status;
        track.missed = missed;
        return FusionStage(options).takes(track);
    };
    for (const int taken : {0, 1, 2}) {
        options.take_tentative = taken == 0;
        options.take_confirmed = taken == 1;
        options.take_lost = taken == 2;
        CHECK(takes(TrackStatus::kTentative) == (taken == 0));
        CHECK(takes(TrackStatus::kConfirmed) == (taken == 1));
        CHECK(takes(TrackStatus::kLost) == (taken == 2));
        CHECK_FALSE(takes(TrackStatus::kRemoved));
    }
    CHECK(takes(TrackStatus::kLost, 2));
    CHECK_FALSE(takes(TrackStatus::kLost, 3));
}

TEST_CASE("the similarity stage follows the paper and uses overlap when features are missing") {
    Scene scene(2, 2);
    scene.margin = 0.35F;
    scene.similarity << 0.9F, 0.4F, 0.3F, 0.8F;
    scene.iou << 0.05F, 0.5F, 0.25F, 0;
    scene.has_d[1] = 0;
    Matrix expected(2, 2);
    expected << 0.9F, 0.4F, 0.25F, 0;
    CHECK(scores_of(SimilarityStage(), scene, {0, 1}, {0, 1}) == expected);
    CHECK(SimilarityStage().margin(scene.evidence()) == 0.35F);
    SimilarityStageOptions gated;
    gated.iou_gate = 0.1F;
    expected << kForbidden, 0.4F, 0.25F, kForbidden;
    CHECK(scores_of(SimilarityStage(gated), scene, {0, 1}, {0, 1}) == expected);

    Track track;
    for (const auto status : {TrackStatus::kTentative, TrackStatus::kConfirmed, TrackStatus::kLost}) {
        track.status = status;
        CHECK(SimilarityStage().takes(track));
    }
    gated.min_score = 0.5F;
    UsableDetection detection;
    detection.confidence = 0.5F;
    CHECK(SimilarityStage(gated).takes(detection));
    detection.confidence = 0.49F;
    CHECK_FALSE(SimilarityStage(gated).takes(detection));
}

TEST_CASE("a similarity stage can select tracks and scores, and require more than the margin") {
    Scene scene(1, 1);
    scene.margin = 0.25F;
    const SimilarityStage stage({.take_tentative = false,
                                 .take_lost = false,
                                 .max_missed = 3,
                                 .min_score = 0.1F,
                                 .max_score = 0.5F,
                                 .above_margin = 0.125F});
    CHECK(stage.margin(scene.evidence()) == 0.375F);
    CHECK(SimilarityStage({.take_confirmed = false}).margin(scene.evidence()) == 0.25F);

    const auto takes = [](const SimilarityStage& taker, TrackStatus status, std::int64_t missed) {
        Track track;
        track.status = status;
        track.missed = missed;
        return taker.takes(track);
    };
    CHECK(takes(stage, TrackStatus::kConfirmed, 3));
    CHECK_FALSE(takes(stage, TrackStatus::kConfirmed, 4));
    CHECK_FALSE(takes(stage, TrackStatus::kTentative, 0));
    CHECK_FALSE(takes(stage, TrackStatus::kLost, 1));
    CHECK_FALSE(takes(SimilarityStage({.take_confirmed = false}), TrackStatus::kConfirmed, 0));
    CHECK_FALSE(takes(SimilarityStage(), TrackStatus::kRemoved, 0));

    UsableDetection detection;
    for (const auto& [score, taken] : {std::pair{0.1F, true}, {0.49F, true}, {0.5F, false}, {0.09F, false}}) {
        detection.confidence = score;
        CHECK(stage.takes(detection) == taken);
    }
}

TEST_CASE("stages refuse options out of range") {
    const auto refused = [](auto change) {
        FusionStageOptions options;
        change(options);
        CHECK_THROWS_AS(FusionStage(options), InvalidArgument);
    };
    refused([](auto& o) { o.max_missed = -1; });
    refused([](auto& o) { o.max_score = o.min_score; });
    refused([](auto& o) { o.min_score = kNaN; });
    refused([](auto& o) { o.iou_gate = 1.1F; });
    refused([](auto& o) { o.iou_gate = kNaN; });
    refused([](auto& o) { o.iou_weight = -1; });
    refused([](auto& o) { o.iou_weight = kInfinity; });
    refused([](auto& o) { o.appearance_weight = kInfinity; });
    refused([](auto& o) { o.similarity_span = kInfinity; });
    refused([](auto& o) { o.appearance_weight = kNaN; });
    refused([](auto& o) { o.similarity_centre = kForbidden; });
    refused([](auto& o) { o.similarity_span = 0; });
    refused([](auto& o) { o.margin = kNaN; });
    CHECK_THROWS_AS(SimilarityStage({.min_score = kNaN}), InvalidArgument);
    CHECK_THROWS_AS(SimilarityStage({.iou_gate = -0.1F}), InvalidArgument);
    CHECK_THROWS_AS(SimilarityStage({.iou_gate = 1.1F}), InvalidArgument);
    CHECK_THROWS_AS(SimilarityStage({.max_missed = -1}), InvalidArgument);
    CHECK_THROWS_AS(SimilarityStage({.min_score = 0.5F, .max_score = 0.5F}), InvalidArgument);
    CHECK_THROWS_AS(SimilarityStage({.above_margin = kNaN}), InvalidArgument);
}

TEST_CASE("a later stage gets what earlier stages left unmatched") {
    Scene scene(3, 3);
    scene.detections[0].confidence = 0.3F; // a low one, so the second stage handles it
    scene.iou << 0.9F, 0.6F, 0, 0.8F, 0, 0, 0, 0, 0.2F;
    TwoStages cascade({}, FusionStage(iou_only(0.5F, 2, 0.3F)), FusionStage(iou_only(0.1F, 0.5F, 0.3F)));
    // Detection 1 takes track 0 although the low-score detection overlaps it more; detection 2 is below the
    // gate.
    CHECK(associate(cascade, scene) == Matches{{0, 1}, {1, 0}});
    CHECK(std::vector<int>(cascade.stages().begin(), cascade.stages().end()) == std::vector<int>{1, 0});

    cascade.stage<1>() = FusionStage(iou_only(0.1F, 2, 0.1F)); // also accepts what stage 0 has rejected
    CHECK(associate(cascade, scene) == Matches{{0, 1}, {1, 0}, {2, 2}});
    CHECK(cascade.stages().back() == 1);
    CHECK(std::as_const(cascade).stage<1>().options().iou_gate == 0.1F);
}

TEST_CASE("a matched detection is not offered to later stages, even if it fits another track") {
    Scene scene(1, 2);
    scene.iou << 0.9F, 0.8F;
    TwoStages cascade({}, FusionStage(iou_only(0, 2, 0.3F)), FusionStage(iou_only(0, 2, 0.3F)));
    CHECK(associate(cascade, scene) == Matches{{0, 0}});
    CHECK(cascade.stages().front() == 0);
}

TEST_CASE("different classes are never matched unless an option allows it") {
    Scene scene(2, 2);
    scene.detections[0].class_id = 3;
    scene.tracks[1].class_id = 3;
    scene.iou << 0.9F, 0.4F, 0.4F, 0.9F;
    OneStage apart({}, FusionStage(iou_only(0, 2, 0.1F)));
    CHECK(associate(apart, scene) == Matches{{0, 1}, {1, 0}});
    OneStage together({.match_across_classes = true}, FusionStage(iou_only(0, 2, 0.1F)));
    CHECK(associate(together, scene) == Matches{{0, 0}, {1, 1}});
}

TEST_CASE("a cascade without detections, tracks or stages matches nothing") {
    OneStage cascade;
    CHECK(associate(cascade, Scene(0, 3)).empty());
    CHECK(associate(cascade, Scene(3, 0)).empty());
    CHECK(associate(cascade, Scene(0, 0)).empty());
    CHECK(cascade.stages().empty());
    Cascade<MarginAssigner> none;
    CHECK(associate(none, Scene(2, 2)).empty());
}

TEST_CASE("a cascade refuses inconsistent evidence") {
    OneStage cascade;
    std::vector<Match> matches;
    const auto refused = [&](auto change) {
        Scene scene(2, 3);
        change(scene);
        CHECK_THROWS_AS(cascade.associate(scene.evidence(), matches), InvalidArgument);
    };
    refused([](Scene& scene) { scene.iou.resize(3, 2); });
    refused([](Scene& scene) { scene.similarity.resize(0, 0); });
    refused([](Scene& scene) { scene.has_d.pop_back(); });
    refused([](Scene& scene) { scene.has_t.pop_back(); });
}

namespace {

/// Always writes a matrix of its own shape.
struct Stubborn {
    Eigen::Index rows = 0, columns = 0;

    [[nodiscard]] bool takes(const UsableDetection&) const { return true; }
    [[nodiscard]] bool takes(const Track&) const { return true; }
    void score(const Evidence&, std::span<const std::size_t>, std::span<const std::size_t>,
               Matrix& scores) const {
        scores.setZero(rows, columns);
    }
    [[nodiscard]] float margin(const Evidence&) const { return 0; }
};

} // namespace

TEST_CASE("a cascade refuses scores of the wrong size and names the stage") {
    const Scene scene(2, 3);
    std::vector<Match> matches;
    Cascade<MarginAssigner, FusionStage, Stubborn> cascade;
    for (const auto& [rows, columns] : {std::pair{3, 2}, std::pair{2, 2}, std::pair{1, 3}}) {
        cascade.stage<1>() = {rows, columns};
        CHECK_THROWS_WITH(cascade.associate(scene.evidence(), matches),
                          test::contains("2 x 3 scores from stage 1") &&
                              test::contains(std::to_string(rows) + " x " + std::to_string(columns)));
    }
    cascade.stage<1>() = {2, 3};
    cascade.associate(scene.evidence(), matches);
    CHECK(matches.size() == 2);
}

namespace {

/// Always returns the given columns, whatever the scores.
struct StubbornAssigner {
    static inline std::vector<int> columns; // returned by the next call

    void assign(const Matrix&, float, std::vector<int>& track_of) const { track_of = columns; }
};

} // namespace

TEST_CASE("a cascade refuses an assigner that returns a column out of range or twice") {
    const Scene scene(2, 3);
    std::vector<Match> matches;
    Cascade<StubbornAssigner, FusionStage> cascade;
    for (const std::vector<int>& bad : {std::vector{0, 3}, {0, 1, 2}, {0}, {1, 1}, {}}) {
        StubbornAssigner::columns = bad;
        CHECK_THROWS_AS(cascade.associate(scene.evidence(), matches), InvalidArgument);
    }
    StubbornAssigner::columns = {2, -1};
    cascade.associate(scene.evidence(), matches);
    CHECK(matches == std::vector<Match>{{0, 2}});
}

TEST_CASE("a cascade matches nothing twice and only what a stage allows") {
    const unsigned seed = test::seed_of("a cascade matches nothing twice and only what a stage allows");
    CAPTURE(seed);
    std::mt19937 random(seed);
    FusionStageOptions tentative = iou_only(0.5F, 2, 0.3F);
    tentative.take_confirmed = tentative.take_lost = false;
    tentative.take_tentative = true;
    Cascade<MarginAssigner, FusionStage, FusionStage, FusionStage> cascade(
        {}, FusionStage(), FusionStage(iou_only(0.1F, 0.5F, 0.3F)), FusionStage(tentative));
    const auto uniform = [&] { return static_cast<float>(random() % 1000U) / 1000.0F; };
    std::vector<int> made_by(3);
    for (int round = 0; round < 500; ++round) {
        Scene scene(random() % 12U, random() % 12U);
        for (UsableDetection& detection : scene.detections)
            detection.confidence = uniform(), detection.class_id = static_cast<int>(random() % 2U);
        for (Track& track : scene.tracks) {
            track.status = static_cast<TrackStatus>(random() % 3U);
            track.class_id = static_cast<int>(random() % 2U);
        }
        scene.iou = Matrix::NullaryExpr(scene.iou.rows(), scene.iou.cols(), uniform);
        scene.similarity = Matrix::NullaryExpr(scene.iou.rows(), scene.iou.cols(), uniform);
        const Matches matches = associate(cascade, scene);
        REQUIRE(cascade.stages().size() == matches.size());
        std::set<std::size_t> tracks;
        for (std::size_t i = 0; i < matches.size(); ++i) {
            const UsableDetection& detection = scene.detections[matches[i].detection];
            const Track& track = scene.tracks[matches[i].track];
            if (i > 0) REQUIRE(matches[i - 1].detection < matches[i].detection);
            REQUIRE(tracks.insert(matches[i].track).second);
            REQUIRE(detection.class_id == track.class_id);
            REQUIRE(scene.iou(static_cast<Eigen::Index>(matches[i].detection),
                              static_cast<Eigen::Index>(matches[i].track)) >= 0.1F);
            const int stage = cascade.stages()[i];
            ++made_by[static_cast<std::size_t>(stage)];
            REQUIRE((detection.confidence >= 0.5F) == (stage != 1));
            REQUIRE((track.status == TrackStatus::kTentative) == (stage == 2));
        }
    }
    CHECK(*std::min_element(made_by.begin(), made_by.end()) > 100); // every stage made matches
}
