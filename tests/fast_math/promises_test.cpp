#include "support/catch.hpp"
#include "support/unusual_numbers.hpp"

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/counting/counting.hpp>
#include <fgagt/fgagt.hpp>
#include <fgagt/flow/camera_motion.hpp>
#include <fgagt/geometry_tracker.hpp>
#include <fgagt/learning/adam.hpp>
#include <fgagt/learning/augmentation.hpp>
#include <fgagt/learning/balanced_loss.hpp>

#include <initializer_list>
#include <limits>
#include <vector>

using namespace fgagt;
using test::kInfinity;
using test::kNaN;

// Promises about non-finite numbers also hold under -ffast-math, where a compiler assumes that there are
// none. The test program of this folder is compiled with it, along with tests of other folders.

namespace {

/// Checks that a component refuses each member of its options when it is one of the `bad` numbers.
template <class Component, class... Members>
void check_refused(std::initializer_list<float> bad, const typename Component::Options& usual,
                   Members... members) {
    static_cast<void>(Component(usual));
    for (const float& value : bad) {
        int place = 0;
        const auto refused = [&](auto member) {
            CAPTURE(place++, value);
            auto options = usual;
            options.*member = value;
            CHECK_THROWS_AS(Component(options), InvalidArgument);
        };
        (refused(members), ...);
    }
}

constexpr std::initializer_list<float> kNotFinite{kNaN, -kNaN, kInfinity, -kInfinity};

} // namespace

TEST_CASE("NaN and infinity are recognised under any compiler flags") {
    const auto check = [](auto zero) {
        using Number = decltype(zero);
        using Limits = std::numeric_limits<Number>;
        for (const Number& number : {zero, -zero, Limits::denorm_min(), Limits::max(), Limits::lowest()}) {
            CHECK(detail::is_finite(number));
            CHECK_FALSE(detail::is_nan(number));
        }
        for (const Number& number : {Limits::infinity(), -Limits::infinity()}) {
            CHECK_FALSE(detail::is_finite(number));
            CHECK_FALSE(detail::is_nan(number));
            CHECK_FALSE(detail::is_within(number, Limits::lowest(), Limits::max()));
        }
        for (const Number& number : {Limits::quiet_NaN(), -Limits::quiet_NaN()}) {
            CHECK_FALSE(detail::is_finite(number));
            CHECK(detail::is_nan(number));
            CHECK_FALSE(detail::is_within(number, Limits::lowest(), Limits::max()));
        }
        CHECK(detail::is_within(zero, 0, 0));
        CHECK_FALSE(detail::is_within(zero, 1, 2));
    };
    check(0.0F);
    check(0.0);
}

TEST_CASE("non-finite options are refused under any compiler flags") {
    check_refused<KalmanMotion>(kNotFinite, {}, &KalmanMotionOptions::position_std,
                                &KalmanMotionOptions::velocity_share, &KalmanMotionOptions::doubt_std,
                                &KalmanMotionOptions::size_noise_factor, &KalmanMotionOptions::flow_std);
    check_refused<DetectionFilter>(kNotFinite, {}, &DetectionFilterOptions::score_low,
                                   &DetectionFilterOptions::score_high,
                                   &DetectionFilterOptions::duplicate_iou);
    check_refused<ScoreLevels>(kNotFinite, {}, &ScoreLevelsOptions::ceiling, &ScoreLevelsOptions::sure,
                               &ScoreLevelsOptions::birth, &ScoreLevelsOptions::least_sure,
                               &ScoreLevelsOptions::least_birth, &ScoreLevelsOptions::sure_quantile,
                               &ScoreLevelsOptions::birth_quantile);
    check_refused<AppearanceMemory>(kNotFinite, {}, &AppearanceMemoryOptions::momentum,
                                    &AppearanceMemoryOptions::max_covered);
    check_refused<AppearanceMemory>({kNaN}, {}, &AppearanceMemoryOptions::min_score);
    check_refused<FusionStage>(kNotFinite, {}, &FusionStageOptions::iou_gate, &FusionStageOptions::iou_weight,
                               &FusionStageOptions::appearance_weight, &FusionStageOptions::similarity_centre,
                               &FusionStageOptions::similarity_span, &FusionStageOptions::margin);
    check_refused<FusionStage>({kNaN}, {}, &FusionStageOptions::min_score, &FusionStageOptions::max_score);
    check_refused<SimilarityStage>(kNotFinite, {}, &SimilarityStageOptions::iou_gate,
                                   &SimilarityStageOptions::above_margin);
    check_refused<ReidentificationStage>(kNotFinite, {}, &ReidentificationStageOptions::min_covered,
                                         &ReidentificationStageOptions::min_similarity);
    check_refused<ReidentificationStage>(
        {kNaN, -kInfinity}, {}, &ReidentificationStageOptions::max_missed_time,
        &ReidentificationStageOptions::expected_reach, &ReidentificationStageOptions::lead,
        &ReidentificationStageOptions::rival_reach, &ReidentificationStageOptions::rival_reach_growth,
        &ReidentificationStageOptions::max_rival_reach, &ReidentificationStageOptions::max_height_change);
    check_refused<LifecycleManager>(kNotFinite, {}, &LifecycleOptions::outside_share);
    check_refused<LifecycleManager>({kNaN}, {}, &LifecycleOptions::birth_score,
                                    &LifecycleOptions::max_lost_time, &LifecycleOptions::max_outside_time);
    check_refused<LucasKanade>(kNotFinite, {}, &LucasKanadeOptions::epsilon,
                               &LucasKanadeOptions::min_eigenvalue, &LucasKanadeOptions::weight_sigma);
    check_refused<PyramidalFlow>(kNotFinite, {}, &PyramidalFlowOptions::forward_backward_threshold,
                                 &PyramidalFlowOptions::min_share, &PyramidalFlowOptions::max_scale_change);
    check_refused<CameraMotion>(kNotFinite, {}, &CameraMotionOptions::quality, &CameraMotionOptions::distance,
                                &CameraMotionOptions::consistency, &CameraMotionOptions::tolerance,
                                &CameraMotionOptions::min_inlier_share);
    check_refused<StripePooler>(kNotFinite, {}, &StripePoolerOptions::middle_share);
    check_refused<ChannelBackbone>(kNotFinite, {}, &ChannelBackboneOptions::chroma_gain,
                                   &ChannelBackboneOptions::gradient_gain);
    check_refused<Adam>(kNotFinite, {}, &AdamOptions::learning_rate, &AdamOptions::graph_factor,
                        &AdamOptions::logit_factor, &AdamOptions::beta1, &AdamOptions::beta2);
    check_refused<Augmentation>(kNotFinite, {}, &AugmentationOptions::brightness, &AugmentationOptions::blur,
                                &AugmentationOptions::occlusion, &AugmentationOptions::recolouring);
    check_refused<BalancedLoss>(kNotFinite, {}, &BalancedLossOptions::alpha, &BalancedLossOptions::delta);
    check_refused<LineCounter>(kNotFinite, {.start = {0, 0}, .end = {9, 9}}, &LineCounterOptions::slack);
    check_refused<Zone>(kNotFinite, {.corners = {{0, 0}, {9, 0}, {0, 9}}}, &ZoneOptions::slack);
    for (const float& bad : kNotFinite) {
        CHECK_THROWS_AS(GeometryTracker({}, {.frame_rate = static_cast<double>(bad)}), InvalidArgument);
        CHECK_THROWS_AS(Polygon({{0, 0}, {bad, 0}, {0, 9}}), InvalidArgument);
        CHECK_THROWS_AS(LineCounter({.start = {0, 0}, .end = {9, bad}}), InvalidArgument);
    }
}

TEST_CASE("non-finite times, camera motions and detections are found under any compiler flags") {
    const cv::Mat frame(48, 64, CV_8UC3, cv::Scalar::all(90));
    for (const float& bad : kNotFinite) {
        Tracker<> tracker;
        const std::vector<Detection> good{{.box = {10, 10, 20, 30}, .score = 0.9F}};
        tracker.update(frame, good);
        CHECK_THROWS_AS(tracker.update(frame, good, {.timestamp = bad}), InvalidArgument);
        for (double Affine::*const entry :
             {&Affine::a, &Affine::b, &Affine::tx, &Affine::c, &Affine::d, &Affine::ty}) {
            Affine camera;
            camera.*entry = static_cast<double>(bad);
            CHECK_THROWS_AS(tracker.update(frame, good, {.camera_motion = camera}), InvalidArgument);
        }
        const std::vector<Detection> hostile{{.box = {bad, 10, 20, 30}},
                                             good[0],
                                             {.box = {10, bad, 20, 30}},
                                             {.box = {10, 10, bad, 30}},
                                             {.box = {10, 10, 20, bad}},
                                             {.box = {10, 10, 20, 30}, .score = bad},
                                             {.box = {10, 10, 20, 30}, .appearance = {1, bad}}};
        const FrameResult& result = tracker.update(frame, hostile);
        REQUIRE(result.rejected.size() == hostile.size() - 1);
        for (const Rejection& rejection : result.rejected)
            CHECK(rejection.reason == RejectionReason::kNotFinite);
        REQUIRE(result.tracks.size() == 1);
        CHECK(result.tracks[0].detection == 1);
        for (const float& number : {result.tracks[0].box.left, result.tracks[0].box.top,
                                    result.tracks[0].box.width, result.tracks[0].box.height})
            CHECK(detail::is_finite(number));
    }
}

TEST_CASE("non-finite matrices, maps and weights are refused under any compiler flags") {
    for (const float& bad : kNotFinite)
        for (const Eigen::Index place : {0, 3, 4}) { // of five: a vector of four and the remainder
            Matrix numbers = Matrix::Constant(1, 5, 0.5F);
            numbers(place) = bad;
            CHECK_THROWS_AS(Embedding(numbers, RowOf<float>(RowOf<float>::Zero(1))), InvalidArgument);
            GraphWeights weights = GraphWeights::untrained(5);
            weights.w2(place, 0) = bad;
            CHECK_THROWS_AS(AdaptiveGraph(weights), InvalidArgument);
            Matrix similarity;
            CHECK_THROWS_AS(
                AdaptiveGraph().relate(numbers, Matrix::Ones(1, 5), Matrix::Zero(1, 1), similarity),
                InvalidArgument);
            const FeatureMap map{.rows = 1,
                                 .columns = 1,
                                 .channels = 5,
                                 .valid_cells = {0, 0, 1, 1},
                                 .data = {numbers.data(), numbers.data() + 5}};
            std::vector<std::uint8_t> valid;
            const std::vector<Box> boxes{{0, 0, 1, 1}};
            CHECK_THROWS_AS(RoiAlign().pool(map, boxes, similarity, valid), InvalidArgument);
        }
}
