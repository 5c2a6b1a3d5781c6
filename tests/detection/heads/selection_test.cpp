#include "detection/heads/golden_heads.hpp"
#include "support/catch.hpp"

#include <fgagt/detection/heads/detail/select.hpp>
#include <fgagt/detection/heads/fastestdet_head.hpp>
#include <fgagt/detection/heads/yolo_rows_head.hpp>

#include <random>

using namespace fgagt;
using namespace fgagt::test;

namespace {

const InputPlacement kSame{.frame = {100, 80}, .input = {100, 80}};

std::vector<Detection> selected(const SelectionOptions& options, const std::vector<detail::Candidate>& list,
                                const InputPlacement& placement = kSame) {
    detail::Candidates candidates(options);
    for (const detail::Candidate& candidate : list)
        candidates.add(candidate.box, candidate.score, candidate.class_id);
    std::vector<Detection> detections;
    detail::select(candidates, placement, detections);
    return detections;
}

/// Boxes of three classes all over the frame.
std::vector<detail::Candidate> crowd(std::mt19937& random, int count) {
    std::uniform_real_distribution<float> place(0, 70), size(5, 30), score(0.06F, 1);
    std::vector<detail::Candidate> list;
    for (int k = 0; k < count; ++k)
        list.push_back({{place(random), place(random), size(random), size(random)}, score(random), k % 3});
    return list;
}

/// Greedy suppression; compares each candidate with every kept one.
std::vector<detail::Candidate> slowly_suppressed(std::vector<detail::Candidate> list, float overlap,
                                                 bool class_aware) {
    std::ranges::stable_sort(list, std::greater<>(), &detail::Candidate::score);
    std::vector<detail::Candidate> kept;
    for (const detail::Candidate& candidate : list)
        if (std::ranges::none_of(kept, [&](const detail::Candidate& better) {
                return (!class_aware || better.class_id == candidate.class_id) &&
                       iou(better.box, candidate.box) > static_cast<double>(overlap);
            }))
            kept.push_back(candidate);
    return kept;
}

/// Soft suppression by the paper's loop: lowers scores of boxes that overlap a better box that was taken
/// before.
std::vector<detail::Candidate> slowly_softened(std::vector<detail::Candidate> list,
                                               const SelectionOptions& options) {
    std::vector<detail::Candidate> kept;
    while (!list.empty()) {
        const auto best = std::ranges::max_element(list, {}, &detail::Candidate::score);
        const detail::Candidate taken = *best;
        list.erase(best);
        if (taken.score < options.score_threshold) break;
        kept.push_back(taken);
        for (detail::Candidate& other : list) {
            const double overlap = other.class_id == taken.class_id ? iou(taken.box, other.box) : 0;
            if (options.suppression == Suppression::kSoftGaussian)
                other.score *= static_cast<float>(std::exp(-overlap * overlap / options.soft_sigma));
            else if (overlap > static_cast<double>(options.max_overlap))
                other.score *= static_cast<float>(1 - overlap);
        }
    }
    return kept;
}

std::vector<Detection> as_detections(const std::vector<detail::Candidate>& list) {
    std::vector<Detection> detections;
    for (const detail::Candidate& candidate : list)
        detections.push_back(
            {.box = candidate.box, .score = candidate.score, .class_id = candidate.class_id});
    return detections;
}

} // namespace

TEST_CASE("suppression agrees with a slow loop, within classes and across them") {
    std::mt19937 random(seed_of("suppression"));
    for (int round = 0; round < 20; ++round) {
        const std::vector<detail::Candidate> list = crowd(random, 60);
        for (const bool class_aware : {true, false}) {
            const SelectionOptions options{.max_overlap = 0.4F, .class_aware = class_aware};
            check_same(selected(options, list), as_detections(slowly_suppressed(list, 0.4F, class_aware)),
                       1e-4F, 0);
        }
    }
}

TEST_CASE("soft suppression agrees with the paper's loop and keeps more than hard suppression") {
    std::mt19937 random(seed_of("soft suppression"));
    for (const Suppression suppression : {Suppression::kSoftLinear, Suppression::kSoftGaussian})
        for (int round = 0; round < 20; ++round) {
            const std::vector<detail::Candidate> list = crowd(random, 60);
            const SelectionOptions options{
                .score_threshold = 0.01F, .suppression = suppression, .max_overlap = 0.3F};
            const std::vector<Detection> soft = selected(options, list);
            std::vector<Detection> expected = as_detections(slowly_softened(list, options));
            std::ranges::stable_sort(expected, std::greater<>(), &Detection::score);
            // Box coordinates are multiples of 1/106 pixel, so the IoU of boxes with sides of at least 5
            // pixels is accurate to 4 / (5 * 106) = 0.008. Only cases near the threshold of the linear rule
            // or of the score may differ.
            std::size_t alike = 0;
            for (const Detection& wanted : expected)
                alike += std::ranges::any_of(soft, [&](const Detection& found) {
                    return found.box == wanted.box && std::abs(found.score - wanted.score) < 0.02F;
                });
            CHECK(alike >= expected.size() - 2);
            CHECK(std::abs(static_cast<int>(soft.size()) - static_cast<int>(expected.size())) <= 2);
            SelectionOptions hard = options;
            hard.suppression = Suppression::kHard;
            CHECK(soft.size() > selected(hard, list).size());
            hard.suppression = Suppression::kNone;
            CHECK(selected(hard, list).size() == list.size());
        }
}

TEST_CASE("selection applies the score threshold, the classes and the maximum number") {
    std::mt19937 random(seed_of("asked for"));
    const std::vector<detail::Candidate> list = crowd(random, 90);
    const SelectionOptions all{.suppression = Suppression::kNone};
    CHECK(selected(all, list).size() == 90);
    SelectionOptions options = all;
    options.classes = {1};
    CHECK(selected(options, list).size() == 30);
    options = all;
    options.max_detections = 7;
    CHECK(selected(options, list).size() == 7);
    CHECK(selected(options, list).front().score == selected(all, list).front().score);
    options = all;
    options.max_candidates = 11;
    CHECK(selected(options, list).size() == 11);
    options = all;
    options.score_threshold = 0.5F;
    for (const Detection& detection : selected(options, list))
        CHECK(detection.score >= 0.5F);
    options = all;
    options.clip = true;
    const std::vector<Detection> cut = selected(
        options, {{{-10, -20, 30, 40}, 0.9F, 0}, {{90, 70, 99, 99}, 0.8F, 0}, {{200, 5, 9, 9}, 0.7F, 0}});
    REQUIRE(cut.size() == 2);
    CHECK((cut[0].box == Box{0, 0, 20, 20} && cut[1].box == Box{90, 70, 10, 10}));
    const float nan = std::numeric_limits<float>::quiet_NaN(),
                infinity = std::numeric_limits<float>::infinity();
    CHECK(selected(all, {{{1, 1, 0, 5}, 0.9F, 0},
                         {{1, 1, 5, -5}, 0.9F, 0},
                         {{nan, 1, 5, 5}, 0.9F, 0},
                         {{1, 1, infinity, 5}, 0.9F, 0},
                         {{1, 1, 5, 5}, nan, 0},
                         {{1, 1, 5, 5}, infinity, 0},
                         {{1, 1, 5, 5}, 0, 0}})
              .empty());
    CHECK(selected(options, {{{-2e7F, 1, 4e7F, 5}, 0.9F, 0}})
              .empty()); // larger than any box, even after clipping
    CHECK(selected(all, {{{1, 1, 5, 5}, 3, 0}}).front().score == 1);
}

TEST_CASE("boxes are mapped from the input to the frame to within half a pixel") {
    std::mt19937 random(seed_of("letterbox"));
    std::uniform_real_distribution<float> share(0, 0.5F);
    std::uniform_int_distribution<int> side(40, 2000);
    for (const ImageFit fit : {ImageFit::kStretch, ImageFit::kLetterbox, ImageFit::kLetterboxCentred})
        for (int round = 0; round < 200; ++round) {
            const cv::Size frame{side(random), side(random)};
            const auto width = static_cast<float>(frame.width), height = static_cast<float>(frame.height);
            const Box box{share(random) * width, share(random) * height, (0.1F + share(random)) * width,
                          (0.1F + share(random)) * height};
            YoloRowsHeadOptions options;
            options.input.size = {320, 256};
            options.input.fit = fit;
            options.strides = {256}; // two cells
            const InputPlacement placement = place_in_input(frame, options.input);
            const Box seen = placement.to_input(box);
            CHECK(placement.frame_in_input().right() <= 320.01F);
            cv::Mat rows = tensor({1, 5, 2});
            const cv::Point2f centre = seen.centre();
            const float numbers[] = {centre.x, centre.y, seen.width, seen.height, 0.9F};
            for (int k = 0; k < 5; ++k)
                rows.ptr<float>()[2 * k + 1] = numbers[k];
            std::vector<Detection> detections;
            YoloRowsHead(options).decode(std::vector<NetworkOutput>{{"", rows}}, placement, detections);
            REQUIRE(detections.size() == 1);
            CHECK(distance(detections[0].box, box) < 0.5F);
        }
}

TEST_CASE("a box is returned once, or once per class") {
    YoloRowsHeadOptions options;
    options.input.size = {32, 32};
    options.strides = {32};
    const cv::Mat row = tensor({1, 7, 1}, 16);
    const float scores[] = {0.5F, 0.9F, 0.01F};
    std::copy(std::begin(scores), std::end(scores), const_cast<float*>(row.ptr<float>()) + 4);
    const InputPlacement placement = place_in_input({32, 32}, options.input);
    std::vector<Detection> detections;
    YoloRowsHead(options).decode(std::vector<NetworkOutput>{{"", row}}, placement, detections);
    REQUIRE(detections.size() == 1);
    CHECK(detections[0].class_id == 1);
    options.selection.several_classes = true;
    YoloRowsHead(options).decode(std::vector<NetworkOutput>{{"", row}}, placement, detections);
    REQUIRE(detections.size() == 2);
    CHECK((detections[0].class_id == 1 && detections[1].class_id == 0));
}

TEST_CASE("invalid selection options are refused") {
    const auto is_refused = [](const SelectionOptions& selection) {
        CHECK_THROWS_AS(FastestDetHead({.selection = selection}), InvalidArgument);
    };
    const float nan = std::numeric_limits<float>::quiet_NaN();
    is_refused({.score_threshold = -0.1F});
    is_refused({.score_threshold = nan});
    is_refused({.max_overlap = 1.1F});
    is_refused({.soft_sigma = 0});
    is_refused({.max_candidates = 0});
    is_refused({.max_detections = 0});
    is_refused({.classes = {-1}});
    FastestDetHead({.selection = {.score_threshold = 0, .max_overlap = 1}});
}
