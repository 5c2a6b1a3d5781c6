#include "learning/single_augmentation.hpp"
#include "support/catch.hpp"

#include <fgagt/backbone/channel_backbone.hpp>
#include <fgagt/backbone/colour_backbone.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/learning/sample_maker.hpp>
#include <fgagt/pooling/roi_align_pooler.hpp>
#include <fgagt/pooling/stripe_pooler.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

using namespace fgagt;
using test::only;
using Random = KeyedRandom;

namespace {

const cv::Size kFrameSize{320, 200};
constexpr std::size_t kFrames = 8;

/// Noise in another colour in every frame and every twenty rows, so that all patches differ.
cv::Mat noisy_frame(std::size_t k) {
    cv::Mat frame(kFrameSize, CV_8UC3);
    cv::RNG random(k + 1);
    for (int row = 0; row < frame.rows; row += 20) {
        cv::Mat rows = frame.rowRange(row, row + 20);
        const int blue = random.uniform(0, 200), green = random.uniform(0, 200), red = random.uniform(0, 200);
        random.fill(rows, cv::RNG::UNIFORM, cv::Scalar(blue, green, red),
                    cv::Scalar(blue + 50, green + 50, red + 50));
    }
    return frame;
}

/// The box of an identity in a frame, away from the others.
Box place(TrackId identity, std::size_t k) {
    return {20.25F + 60 * static_cast<float>(identity) + 2.5F * static_cast<float>(k), 30.75F, 31.5F, 80.25F};
}

Observation seen(const cv::Mat& frame, TrackId identity, const Box& box) {
    return {.box = box, .identity = identity, .patch = Patch::cut(frame, box)};
}

/// The identities 1, 2 and 3 in every frame, and a false positive.
LabelledSequence scene() {
    LabelledSequence sequence;
    for (std::size_t k = 0; k < kFrames; ++k) {
        const cv::Mat frame = noisy_frame(k);
        std::vector<Observation> observations{seen(frame, kNobody, {5, 100, 30, 60})};
        for (const TrackId identity : {2, 1, 3})
            observations.push_back(seen(frame, identity, place(identity, k)));
        sequence.add_frame(std::move(observations), {.tx = 0.5});
    }
    return sequence;
}

template <class Maker>
AssociationSample make(Maker& maker, const LabelledSequence& sequence, std::size_t before, std::size_t now,
                       std::uint64_t key = 1) {
    Random random(key);
    return maker.make(sequence, before, now, random);
}

/// Features pooled from the whole frame.
Eigen::RowVectorXf features(std::size_t k, const Box& box) {
    ColourImage map;
    Matrix pooled;
    std::vector<std::uint8_t> valid;
    ColourBackbone().extract(noisy_frame(k), map);
    StripePooler().pool(map, std::vector{box}, pooled, valid);
    return pooled.row(0);
}

/// A sequence in which all objects always have the same appearance: two people and two false positives from
/// one patch.
LabelledSequence alike(std::size_t frames) {
    LabelledSequence sequence;
    const cv::Mat frame = noisy_frame(0);
    const Patch patch = Patch::cut(frame, place(1, 0));
    for (std::size_t k = 0; k < frames; ++k) {
        std::vector<Observation> observations;
        for (const TrackId identity : {1, 2, static_cast<int>(kNobody), static_cast<int>(kNobody)})
            observations.push_back({.box = place(identity + 1, k), .identity = identity, .patch = patch});
        sequence.add_frame(std::move(observations));
    }
    return sequence;
}

bool equal(const AssociationSample& a, const AssociationSample& b) {
    return a.inputs_d == b.inputs_d && a.inputs_t == b.inputs_t && a.iou == b.iou &&
           a.identities_d == b.identities_d && a.identities_t == b.identities_t;
}

constexpr float kRounding = 1e-6F; // of floats up to 1

} // namespace

TEST_CASE("a sample has a row for each detection and each known object") {
    const LabelledSequence sequence = scene();
    SampleMaker maker;
    const AssociationSample sample = make(maker, sequence, 2, 5);
    CHECK(sample.identities_d == std::vector<TrackId>{kNobody, 2, 1, 3});
    CHECK(sample.identities_t == std::vector<TrackId>{2, 1, 3});
    CHECK((sample.inputs_d.rows() == 4 && sample.inputs_d.cols() == 480));
    CHECK((sample.inputs_t.rows() == 3 && sample.inputs_t.cols() == 480));
    CHECK((sample.iou.rows() == 4 && sample.iou.cols() == 3));
}

TEST_CASE("detections have the same features as in the tracker") {
    const LabelledSequence sequence = scene();
    SampleMaker maker;
    const AssociationSample sample = make(maker, sequence, 2, 5);
    for (Eigen::Index d = 0; d < 4; ++d) {
        const Box& box = sequence.observations(5)[static_cast<std::size_t>(d)].box;
        CHECK((sample.inputs_d.row(d) - features(5, box)).cwiseAbs().maxCoeff() < kRounding);
    }
}

TEST_CASE("tracks have a mean of their last observations, with more weight on newer ones") {
    const LabelledSequence sequence = scene();
    SampleMaker maker(Augmentation::none(), {.history = 3, .stride = 2, .momentum = 0.5F});
    const std::size_t before = GENERATE(6U, 4U, 3U, 0U);
    const AssociationSample sample = make(maker, sequence, before, before + 1);
    REQUIRE(sample.identities_t[1] == 1);
    Eigen::RowVectorXf sum = features(before, place(1, before));
    float total = 1;
    if (before >= 2) {
        sum += 0.5F * features(before - 2, place(1, before - 2));
        total += 0.5F;
    }
    if (before >= 4) {
        sum += 0.25F * features(before - 4, place(1, before - 4));
        total += 0.25F;
    }
    CHECK((sample.inputs_t.row(1) - sum / total).cwiseAbs().maxCoeff() < kRounding);
}

TEST_CASE("occluded observations are not remembered, unless there are no others") {
    const std::size_t first_hidden = GENERATE(2U, 0U);
    LabelledSequence sequence;
    for (std::size_t k = 0; k < 4; ++k) {
        const cv::Mat frame = noisy_frame(k);
        std::vector<Observation> observations{seen(frame, 1, place(1, k))};
        if (k >= first_hidden) {
            Box front = place(1, k);
            front.left += 0.5F * front.width; // covers half of it
            front.top += 1;
            observations.push_back(seen(frame, 2, front));
        }
        sequence.add_frame(std::move(observations));
    }
    REQUIRE(sequence.find(2, 1)->covered > 0.4F);
    SampleMaker maker(Augmentation::none(), {.history = 1});
    const AssociationSample sample = make(maker, sequence, 2, 3);
    REQUIRE(sample.identities_t[0] == 1);
    const std::size_t shown = first_hidden == 2 ? 1 : 2;
    CHECK((sample.inputs_t.row(0) - features(shown, place(1, shown))).cwiseAbs().maxCoeff() < kRounding);
}

TEST_CASE("gaps do not shorten the memory") {
    LabelledSequence sequence;
    for (std::size_t k = 0; k < 6; ++k) {
        std::vector<Observation> observations;
        if (k != 4) observations.push_back(seen(noisy_frame(k), 1, place(1, k)));
        sequence.add_frame(std::move(observations));
    }
    SampleMaker maker(Augmentation::none(), {.history = 2, .stride = 2, .momentum = 1});
    const AssociationSample sample = make(maker, sequence, 4, 5);
    const Eigen::RowVectorXf expected = 0.5F * (features(3, place(1, 3)) + features(1, place(1, 1)));
    CHECK((sample.inputs_t.row(0) - expected).cwiseAbs().maxCoeff() < kRounding);
}

TEST_CASE("overlaps are those of the detections with the predicted track boxes") {
    const LabelledSequence sequence = scene();
    SampleMaker maker;
    const std::size_t before = 1, now = GENERATE(2U, 4U, 7U);
    const AssociationSample sample = make(maker, sequence, before, now);
    for (std::size_t d = 0; d < sample.identities_d.size(); ++d)
        for (std::size_t t = 0; t < sample.identities_t.size(); ++t) {
            const Box expected = sequence.expected(sequence.known(before)[t], before, now);
            const auto row = static_cast<Eigen::Index>(d), column = static_cast<Eigen::Index>(t);
            CHECK(sample.iou(row, column) ==
                  static_cast<float>(iou(sequence.observations(now)[d].box, expected)));
            if (sample.identities_d[d] == sample.identities_t[t]) CHECK(sample.iou(row, column) > 0.3F);
        }
}

TEST_CASE("an object that no patch shows is left out") {
    LabelledSequence sequence;
    const Box outside{400, 30, 30, 80}; // of the frame
    for (std::size_t k = 0; k < 3; ++k) {
        const cv::Mat frame = noisy_frame(k);
        sequence.add_frame({seen(frame, 1, outside), seen(frame, 2, place(2, k)),
                            seen(frame, 3, k == 0 ? place(3, k) : outside)});
    }
    SampleMaker maker(Augmentation::none(), {.stride = 1});
    const AssociationSample sample = make(maker, sequence, 1, 2);
    CHECK(sample.identities_d == std::vector<TrackId>{2});
    CHECK(sample.identities_t == std::vector<TrackId>{2, 3});
    CHECK((sample.iou.rows() == 1 && sample.iou.cols() == 2));
    CHECK(sample.iou(0, 0) > 0.5F);
    CHECK((sample.inputs_t.row(1) - features(0, place(3, 0))).cwiseAbs().maxCoeff() < kRounding);
}

TEST_CASE("a box that touches only its patch's margin is left out") {
    LabelledSequence sequence;
    const Box beside{-33, 30, 32, 80}; // its margin of 8 pixels reaches the frame
    for (std::size_t k = 0; k < 2; ++k)
        sequence.add_frame({seen(noisy_frame(k), 1, beside)});
    REQUIRE_FALSE(sequence.observations(0)[0].patch.pixels.empty());
    SampleMaker maker;
    const AssociationSample sample = make(maker, sequence, 0, 1);
    CHECK((sample.identities_d.empty() && sample.identities_t.empty()));
    CHECK((sample.inputs_d.rows() == 0 && sample.inputs_t.rows() == 0));
}

TEST_CASE("every known object is in the sample, however long it is unseen") {
    LabelledSequence sequence({.memory = 50});
    for (std::size_t k = 0; k < 60; ++k) {
        std::vector<Observation> observations;
        if (k == 0) observations.push_back(seen(noisy_frame(0), 1, place(1, 0)));
        sequence.add_frame(std::move(observations));
    }
    SampleMaker maker;
    const std::size_t before = GENERATE(29U, 30U, 50U);
    const AssociationSample sample = make(maker, sequence, before, 59);
    REQUIRE(sample.identities_t == std::vector<TrackId>{1});
    CHECK((sample.inputs_t.row(0) - features(0, place(1, 0))).cwiseAbs().maxCoeff() < kRounding);
    CHECK(make(maker, sequence, 51, 59).identities_t.empty());
}

TEST_CASE("tracks without misses are as in a sample of the previous frame") {
    const LabelledSequence sequence = scene();
    SampleMaker maker;
    Random random(1);
    CHECK(equal(maker.make(sequence, 6, Absences{.share = 0}, random), make(maker, sequence, 5, 6)));
    CHECK(equal(maker.make(sequence, 6, Absences{.share = 1, .longest = 1}, random),
                make(maker, sequence, 5, 6)));
}

TEST_CASE("an absent track is remembered from an earlier time") {
    const LabelledSequence sequence = scene();
    SampleMaker maker;
    std::set<std::size_t> gaps;
    for (std::uint64_t key = 0; key < 40; ++key) {
        Random random(key);
        const AssociationSample sample = maker.make(sequence, 6, Absences{.share = 1, .longest = 4}, random);
        REQUIRE(sample.identities_t == make(maker, sequence, 5, 6).identities_t);
        for (Eigen::Index track = 0; track < sample.inputs_t.rows(); ++track)
            for (std::size_t gap = 1; gap <= 6; ++gap) {
                const AssociationSample then = make(maker, sequence, 6 - gap, 6);
                if (then.inputs_t.row(track) != sample.inputs_t.row(track)) continue;
                CHECK(then.iou.col(track) == sample.iou.col(track));
                gaps.insert(gap);
            }
    }
    CHECK(gaps == std::set<std::size_t>{1, 2, 3, 4});
}

TEST_CASE("the requested share of tracks is absent") {
    const LabelledSequence sequence = scene();
    SampleMaker maker;
    const AssociationSample recent = make(maker, sequence, 5, 6);
    int absent = 0, all = 0;
    for (std::uint64_t key = 0; key < 200; ++key) {
        Random random(key);
        const AssociationSample sample =
            maker.make(sequence, 6, Absences{.share = 0.4, .longest = 3}, random);
        for (Eigen::Index track = 0; track < sample.inputs_t.rows(); ++track, ++all)
            absent += sample.inputs_t.row(track) == recent.inputs_t.row(track) ? 0 : 1;
    }
    CHECK(std::abs(absent / static_cast<double>(all) - 0.4 * 2 / 3) < 0.05);
}

TEST_CASE("an object that was not known earlier cannot be absent") {
    const LabelledSequence sequence = scene();
    SampleMaker maker;
    Random random(3);
    CHECK(equal(maker.make(sequence, 1, Absences{.share = 1}, random), make(maker, sequence, 0, 1)));
}

TEST_CASE("frames without objects give samples without rows") {
    LabelledSequence sequence;
    for (int k = 0; k < 3; ++k)
        sequence.add_frame({});
    SampleMaker maker{Augmentation()};
    const AssociationSample sample = make(maker, sequence, 0, 2);
    CHECK((sample.inputs_d.rows() == 0 && sample.inputs_t.rows() == 0 && sample.iou.size() == 0));
    CHECK((sample.identities_d.empty() && sample.identities_t.empty()));
}

TEST_CASE("the same key gives the same sample, and another key another sample") {
    const LabelledSequence sequence = scene();
    SampleMaker maker{Augmentation()}, another{Augmentation()};
    (void)make(maker, sequence, 0, 1, 7); // independent of earlier calls
    const AssociationSample sample = make(maker, sequence, 3, 6, 1);
    CHECK(equal(sample, make(another, sequence, 3, 6, 1)));
    const AssociationSample other = make(maker, sequence, 3, 6, 2);
    CHECK(sample.inputs_d != other.inputs_d);
    CHECK(sample.inputs_t != other.inputs_t);
    CHECK(sample.iou != other.iou);
    CHECK(sample.identities_d == other.identities_d);
    CHECK(sample.identities_t == other.identities_t);
}

TEST_CASE("without augmentation, the key has no effect") {
    const LabelledSequence sequence = scene();
    SampleMaker maker;
    CHECK(equal(make(maker, sequence, 3, 6, 1), make(maker, sequence, 3, 6, 2)));
}

TEST_CASE("an identity keeps its colours between frames, and other identities have others") {
    const LabelledSequence sequence = alike(8);
    SampleMaker maker(only([](AugmentationOptions& options) { options.recolouring = 1; }));
    const Eigen::RowVectorXf filmed = features(0, place(1, 0));
    for (std::uint64_t key = 0; key < 10; ++key) {
        const AssociationSample sample = make(maker, sequence, 5, 7, key);
        REQUIRE(sample.inputs_d.rows() == 4);
        for (Eigen::Index k = 0; k < 2; ++k) {
            CHECK((sample.inputs_d.row(k) - sample.inputs_t.row(k)).cwiseAbs().maxCoeff() < kRounding);
            CHECK((sample.inputs_d.row(k) - filmed).cwiseAbs().maxCoeff() > 0.01F);
        }
        for (Eigen::Index one = 0; one < 4; ++one) // including the two false positives
            for (Eigen::Index other = 0; other < one; ++other)
                CHECK((sample.inputs_d.row(one) - sample.inputs_d.row(other)).cwiseAbs().maxCoeff() > 0.01F);
    }
}

TEST_CASE("all patches of a moment have the same light, and moments differ") {
    const LabelledSequence sequence = alike(8);
    SampleMaker maker(only([](AugmentationOptions& options) { options.brightness = 0.3; }));
    for (std::uint64_t key = 0; key < 10; ++key) {
        const AssociationSample sample = make(maker, sequence, 5, 7, key);
        for (Eigen::Index d = 1; d < 4; ++d)
            CHECK(sample.inputs_d.row(d) == sample.inputs_d.row(0));
        CHECK(sample.inputs_t.row(1) == sample.inputs_t.row(0));
        CHECK((sample.inputs_d.row(0) - sample.inputs_t.row(0)).cwiseAbs().maxCoeff() > 0.01F);
    }
}

TEST_CASE("half of the samples are mirrored, with all of their patches") {
    const LabelledSequence sequence = alike(8);
    RoiAlignPooler pooler({.dimension = 0}); // unlike stripes, it distinguishes left from right
    SampleMaker<ChannelBackbone, RoiAlignPooler> filmed(Augmentation::none(), {}, {}, pooler);
    SampleMaker<ChannelBackbone, RoiAlignPooler> maker(
        only([](AugmentationOptions& options) { options.flip = true; }), {}, {}, pooler);
    const Matrix expected = make(filmed, sequence, 5, 7).inputs_d;
    int mirrored = 0;
    for (std::uint64_t key = 0; key < 200; ++key) {
        const AssociationSample sample = make(maker, sequence, 5, 7, key);
        for (Eigen::Index k = 0; k < 4; ++k)
            REQUIRE(sample.inputs_d.row(k) == sample.inputs_d.row(0));
        for (Eigen::Index k = 0; k < 2; ++k)
            REQUIRE((sample.inputs_d.row(0) - sample.inputs_t.row(k)).cwiseAbs().maxCoeff() < kRounding);
        mirrored += sample.inputs_d == expected ? 0 : 1;
    }
    CHECK(mirrored == Approx(100).margin(5 * 7.1)); // binomial, standard deviation 7.1
}

TEST_CASE("detections may occlude each other, tracks are remembered without occlusion") {
    const LabelledSequence sequence = scene();
    SampleMaker maker(only([](AugmentationOptions&options) { options.occlusion = 1; })), filmed;
    const AssociationSample sample = make(maker, sequence, 3, 6), expected = make(filmed, sequence, 3, 6);
    CHECK(sample.inputs_t == expected.inputs_t);
    CHECK(sample.iou == expected.iou);
    CHECK(sample.inputs_d != expected.inputs_d);
}

TEST_CASE("detector errors move the detections' boxes relative to the tracks") {
    const LabelledSequence sequence = scene();
    SampleMaker maker(only([](AugmentationOptions&options) { options.jitter = 0.05; })), filmed;
    const AssociationSample sample = make(maker, sequence, 3, 4), expected = make(filmed, sequence, 3, 4);
    CHECK(sample.iou != expected.iou);
    CHECK((sample.iou - expected.iou).cwiseAbs().maxCoeff() < 0.5F);
    CHECK(sample.inputs_d != expected.inputs_d);
}

TEST_CASE("samples can be made with any backbone and pooler") {
    const LabelledSequence sequence = scene();
    SampleMaker<ChannelBackbone, RoiAlignPooler> maker(Augmentation::none(), {.history = 1});
    const AssociationSample sample = make(maker, sequence, 2, 5);
    CHECK((sample.inputs_d.rows() == 4 && sample.inputs_d.cols() == 128));
    ChannelBackbone backbone;
    RoiAlignPooler pooler;
    const auto expect = [&](const Observation& one, const auto& row) {
        FeatureMap map;
        Matrix pooled;
        std::vector<std::uint8_t> valid;
        backbone.extract(one.patch.pixels, map);
        pooler.pool(map, std::span(&one.patch.box, 1), pooled, valid);
        CHECK((pooled.row(0) - row).cwiseAbs().maxCoeff() == 0);
    };
    for (std::size_t d = 0; d < 4; ++d)
        expect(sequence.observations(5)[d], sample.inputs_d.row(static_cast<Eigen::Index>(d)));
    for (std::size_t t = 0; t < 3; ++t)
        expect(*sequence.find(2, sample.identities_t[t]), sample.inputs_t.row(static_cast<Eigen::Index>(t)));
}

TEST_CASE("samples of frames out of range are refused") {
    const LabelledSequence sequence = scene(), none;
    const std::size_t end = sequence.size();
    SampleMaker<> maker;
    Random random(1, 2);
    CHECK_THROWS_AS(maker.make(sequence, 2, 2, random), InvalidArgument);
    CHECK_THROWS_AS(maker.make(sequence, 0, end, random), InvalidArgument);
    CHECK_THROWS_AS(maker.make(none, 0, 1, random), InvalidArgument);
    for (const std::size_t bad : {std::size_t{0}, end})
        CHECK_THROWS_AS(maker.make(sequence, bad, Absences{}, random), InvalidArgument);
    CHECK_THROWS_AS(maker.make(sequence, 2, Absences{.longest = 0}, random), InvalidArgument);
    for (const double bad : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()})
        CHECK_THROWS_AS(maker.make(sequence, 2, Absences{.share = bad}, random), InvalidArgument);
}

TEST_CASE("a sample maker refuses options out of range") {
    using Maker = SampleMaker<>;
    CHECK_THROWS_AS(Maker(Augmentation::none(), {.history = 0}), InvalidArgument);
    CHECK_THROWS_AS(Maker(Augmentation::none(), {.stride = 0}), InvalidArgument);
    const float bad = GENERATE(-0.1F, 1.1F, std::numeric_limits<float>::quiet_NaN());
    CHECK_THROWS_AS(Maker(Augmentation::none(), {.momentum = bad}), InvalidArgument);
    CHECK_NOTHROW(Maker(Augmentation::none(), {.momentum = 0}));
    CHECK_NOTHROW(Maker(Augmentation::none(), {.momentum = 1}));
}
