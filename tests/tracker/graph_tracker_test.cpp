#include "support/catch.hpp"

#include <fgagt/backbone/channel_backbone.hpp>
#include <fgagt/evaluation/evaluation.hpp>
#include <fgagt/graph_tracker.hpp>
#include <fgagt/learning/association_accuracy.hpp>
#include <fgagt/learning/generated_people.hpp>
#include <fgagt/learning/sample_maker.hpp>

#include <opencv2/core.hpp>

#include <array>
#include <cstdint>
#include <vector>

using namespace fgagt;

namespace {

/// Seeds of scenes that were not used to learn the built-in weights.
constexpr std::uint64_t kUnseen = 20'000'000;

AssociationSample sample_of(const LabelledSequence& scene, std::size_t before, std::size_t now) {
    KeyedRandom random(1, before, now);
    return SampleMaker<>().make(scene, before, now, random);
}

AssociationAccuracy accuracy(const AssociationSample& sample, const NetworkWeights* weights) {
    Embedding embedding;
    AdaptiveGraph graph;
    if (weights != nullptr) {
        embedding = Embedding(weights->embedding, weights->bias);
        graph = AdaptiveGraph(weights->graph);
    }
    Matrix features_d, features_t, similarity;
    embedding.apply(sample.inputs_d, features_d);
    embedding.apply(sample.inputs_t, features_t);
    graph.relate(features_d, features_t, sample.iou, similarity);
    AssociationAccuracy result;
    result.add(sample, similarity);
    return result;
}

} // namespace

TEST_CASE("the built-in weights are valid and fit the default pooler") {
    const NetworkWeights weights = default_weights();
    CHECK(weights.embedding.cols() == StripePooler().dimension());
    CHECK(weights.embedding.rows() == 128);
    CHECK_NOTHROW(GraphTracker<>::learned(weights));
    CHECK(weights.graph.margin > 0.2F);
    CHECK(weights.graph.margin < 0.95F);
    CHECK(weights.graph.prior_logit != 0);
    CHECK_FALSE(weights.embedding.isZero());
    CHECK_FALSE(weights.graph.wa.isZero());
}

TEST_CASE("half floats in base 64 are read across line ends") {
    // 1.0, -2.0 and 65504 are 3C00, C000 and 7BFF; their bytes, low byte first, are 00 3C 00 C0 FF 7B.
    for (const std::vector<const char*>& lines :
         {std::vector{"ADwAwP97"}, std::vector{"ADwAw", "P97"}, std::vector{"A", "Dw", "AwP9", "7"}}) {
        detail::HalfReader reader(lines);
        std::array<float, 1> first{};
        std::array<float, 2> rest{};
        reader.read(first);
        reader.read(rest);
        CHECK(first[0] == 1);
        CHECK(rest[0] == -2);
        CHECK(rest[1] == 65504);
    }
}

TEST_CASE("the built-in weights distinguish unseen people better than no weights") {
    AssociationAccuracy learned, plain;
    const NetworkWeights weights = default_weights();
    for (std::uint64_t seed = kUnseen; seed < kUnseen + 8; ++seed) {
        const LabelledSequence scene = generated_sequence(seed);
        for (std::size_t before = 4; before + 30 < scene.size(); before += 2)
            for (const std::size_t gap : {std::size_t{10}, std::size_t{30}}) {
                const AssociationSample sample = sample_of(scene, before, before + gap);
                if (sample.identities_d.empty() || sample.identities_t.empty()) continue;
                for (auto* sum : {&learned, &plain}) {
                    const AssociationAccuracy part = accuracy(sample, sum == &learned ? &weights : nullptr);
                    sum->continuing += part.continuing;
                    sum->right += part.right;
                }
            }
    }
    REQUIRE(learned.continuing > 500);
    CHECK(learned.share() > plain.share() + 0.02);
    CHECK(learned.share() > 0.9);
}

TEST_CASE("the graph tracker distinguishes the people of generated scenes") {
    std::vector<GroundTruthRow> truth;
    std::vector<ResultRow> rows;
    for (std::uint64_t seed = kUnseen; seed < kUnseen + 4; ++seed) {
        GeneratedPeople scene(seed);
        GraphTracker<> tracker;
        const auto apart = static_cast<std::int64_t>(seed - kUnseen) * 1000; // offset per scene
        for (std::int64_t k = 1; k <= GeneratedPeople::kFrames; ++k) {
            const GeneratedPeople::Frame frame = scene.next();
            for (const auto& [id, box] : frame.truth)
                truth.push_back({.frame = apart + k, .id = apart + id, .box = box, .class_id = 1});
            for (const Track& track : tracker.update(frame.pixels, frame.detections).tracks)
                rows.push_back({apart + k, apart + track.id, track.box, track.score});
        }
    }
    const Metrics metrics = evaluate(GroundTruthRows(truth), ResultRows(rows), MotRules::kMot15);
    CHECK(metrics.identity.idf1() > 0.75);
    CHECK(metrics.hota.hota() > 0.6);
}

TEST_CASE("weights for another pooler are refused with the differing numbers") {
    NetworkWeights weights = default_weights();
    weights.embedding = weights.embedding.leftCols(400);
    CHECK_THROWS_WITH(GraphTracker<>::learned(weights), test::contains("480") && test::contains("400"));
}

TEST_CASE("the graph tracker uses overlap without features") {
    GraphTracker<> tracker;
    const cv::Mat frame(100, 100, CV_8UC3, cv::Scalar(90, 90, 90));
    const std::vector<Detection> outside{{.box = {200, 20, 20, 60}, .score = 0.9F}};
    tracker.update(frame, outside);
    CHECK(tracker.update(frame, outside).tracks.size() == 1);
    const FrameResult& result = tracker.update(frame, outside);
    REQUIRE(result.tracks.size() == 1);
    CHECK(result.tracks[0].id == 1);
    CHECK(result.tracks[0].detection == 0);
}

TEST_CASE("the graph tracker handles the caller's appearance vectors, however large") {
    GraphTracker<> tracker;
    const cv::Mat frame(120, 160, CV_8UC3, cv::Scalar(40, 90, 140));
    const auto dimension = static_cast<std::size_t>(default_weights().embedding.rows());
    for (const float value : {1e7F, -1e7F, 1e-30F, 3e38F, 1.0F}) {
        std::vector<Detection> seen{{.box{10, 10, 30, 60}}, {.box{80, 20, 30, 60}}};
        seen[0].appearance.assign(dimension, value);
        const FrameResult& result = tracker.update(frame, seen);
        CHECK(result.rejected.size() == (value > 1e7F ? 1 : 0));
        CHECK(std::isfinite(tracker.work().similarity.sum()));
    }
}
