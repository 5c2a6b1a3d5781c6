#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/with_part.hpp"

#include <fgagt/evaluation/evaluation.hpp>
#include <fgagt/fgagt.hpp>
#include <fgagt/graph_tracker.hpp>
#include <fgagt/io/frame_source.hpp>
#include <fgagt/io/io.hpp>

#include <filesystem>
#include <memory>
#include <vector>

using namespace fgagt;
using Catch::Matchers::WithinAbs;

namespace {

/// Frames and detections of the start of a real sequence.
struct Clip {
    std::vector<cv::Mat> frames;
    std::vector<std::vector<Detection>> detections;
};

Clip read_clip(const std::filesystem::path& sequence, std::size_t frames) {
    Clip clip;
    const auto source = open_frames(sequence);
    const auto rows = read_detections(sequence / "det" / "yolox_nano.txt");
    cv::Mat frame;
    while (clip.frames.size() < frames && source->read(frame)) {
        clip.frames.push_back(frame.clone());
        std::vector<Detection>& detections = clip.detections.emplace_back();
        for (const DetectionRow& row : rows.frame(static_cast<std::int64_t>(clip.frames.size())))
            detections.push_back({.box = row.box, .score = row.score});
    }
    return clip;
}

using Output = std::vector<std::vector<Track>>;

template <class AnyTracker>
Output track(AnyTracker tracker, const Clip& clip) {
    Output output;
    for (std::size_t k = 0; k < clip.frames.size(); ++k) {
        const std::size_t known = tracker.state().tracks.size();
        const FrameResult& result = tracker.update(clip.frames[k], clip.detections[k]);
        output.push_back(result.tracks);
        if (known == 0) continue;
        const StageTimes& times = result.times;
        for (const double time : {times.flow, times.pool, times.graph, times.assign})
            REQUIRE(time > 0);
    }
    return output;
}

/// Flow that is never reliable.
struct StillFlow : PyramidalFlow {
    void propagate(const Image&, const Image&, std::span<const Box> boxes, std::vector<BoxFlow>& flows) {
        flows.assign(boxes.size(), {});
    }
};

ResultRows rows_of(const Output& output) {
    std::vector<ResultRow> rows;
    for (std::size_t k = 0; k < output.size(); ++k)
        for (const Track& track : output[k])
            rows.push_back({static_cast<std::int64_t>(k) + 1, track.id, track.box, track.score});
    return ResultRows(std::move(rows));
}

/// Features that are the same for every object.
struct BlindPooler : StripePooler {
    void pool(const ColourImage& map, std::span<const Box> boxes, Matrix& features,
              std::vector<std::uint8_t>& valid) {
        StripePooler::pool(map, boxes, features, valid);
        features.setOnes();
    }
};

/// A graph that finds all objects equally similar.
struct IndifferentGraph : AdaptiveGraph {
    void relate(const Matrix&, const Matrix&, const Matrix& iou, Matrix& similarity) {
        similarity.setConstant(iou.rows(), iou.cols(), 0.5F);
    }
};

/// Assigns each detection in turn the best remaining track.
struct GreedyAssigner {
    static void assign(const Matrix& scores, float margin, std::vector<int>& track_of) {
        std::vector<char> taken(static_cast<std::size_t>(scores.cols()), 0);
        track_of.assign(static_cast<std::size_t>(scores.rows()), -1);
        for (Eigen::Index d = 0; d < scores.rows(); ++d) {
            float best = margin;
            for (Eigen::Index t = 0; t < scores.cols(); ++t) {
                if (taken[static_cast<std::size_t>(t)] != 0 || scores(d, t) < best) continue;
                best = scores(d, t);
                track_of[static_cast<std::size_t>(d)] = static_cast<int>(t);
            }
            if (track_of[static_cast<std::size_t>(d)] >= 0)
                taken[static_cast<std::size_t>(track_of[static_cast<std::size_t>(d)])] = 1;
        }
    }
};

using GreedyAssociation =
    Cascade<GreedyAssigner, FusionStage, FusionStage, ReidentificationStage, FusionStage>;

GreedyAssociation greedy_default() {
    const DefaultAssociationOptions options;
    return GreedyAssociation(options.cascade, FusionStage(options.high), FusionStage(options.low),
                             ReidentificationStage(options.reidentification), FusionStage(options.tentative));
}

} // namespace

TEST_CASE("flow, pooling, graph and assignment each change the result on real frames (needs FGAGT_DATA)") {
    const auto sequence = test::real_data("mot/ADL-Rundle-6");
    if (!sequence) return;
    const Clip clip = read_clip(*sequence, 120);
    const Output expected = track(Tracker<>(), clip);
    CHECK(track(Tracker<>(), clip) == expected); // with no other change
    CHECK(track(Tracker<test::WithFlow<StillFlow>>(), clip) != expected);
    CHECK(track(Tracker<test::WithPooler<BlindPooler>>(), clip) != expected);
    CHECK(track(Tracker<test::WithGraph<IndifferentGraph>>(), clip) != expected);
    using Greedy = Tracker<test::WithAssociation<GreedyAssociation>>;
    CHECK(track(Greedy({.association = greedy_default()}), clip) != expected);
}

TEST_CASE("grey and BGRA copies of real frames give nearly the same tracks as colour (needs FGAGT_DATA)") {
    const auto sequence = test::real_data("mot/TUD-Campus");
    if (!sequence) return;
    const Clip colour = read_clip(*sequence, 71);
    const auto gt = read_ground_truth(*sequence / "gt" / "gt.txt");
    for (const int conversion : {cv::COLOR_BGR2GRAY, cv::COLOR_BGR2BGRA}) {
        Clip clip = colour;
        for (cv::Mat& frame : clip.frames) {
            cv::Mat converted;
            cv::cvtColor(frame, converted, conversion);
            frame = converted;
        }
        const Output output = track(Tracker<>(), clip);
        CHECK(evaluate(gt, rows_of(output), MotRules::kMot15).hota.hota() > 0.45);
        if (conversion == cv::COLOR_BGR2BGRA) CHECK(output == track(Tracker<>(), colour));
    }
}

TEST_CASE("a real sequence reaches the expected scores (needs FGAGT_DATA)") {
    const auto sequence = test::real_data("mot/TUD-Campus");
    if (!sequence) return;
    const auto gt = read_ground_truth(*sequence / "gt" / "gt.txt");
    const Clip clip = read_clip(*sequence, 71);
    // The results of mot_eval when the defaults were chosen. Rounding on another processor may change a pair
    // or two.
    const Metrics learned = evaluate(gt, rows_of(track(GraphTracker<>(), clip)), MotRules::kMot15);
    CHECK_THAT(100 * learned.hota.hota(), WithinAbs(55.9, 1.5));
    CHECK_THAT(100 * learned.identity.idf1(), WithinAbs(79.7, 3.0));
    const Metrics metrics = evaluate(gt, rows_of(track(Tracker<>(), clip)), MotRules::kMot15);
    CHECK_THAT(100 * metrics.hota.hota(), WithinAbs(55.9, 1.0));
    CHECK_THAT(100 * metrics.identity.idf1(), WithinAbs(80.6, 2.0));
}
