#include "configurations.hpp"

#include "network_features.hpp"
#include "track_sequence.hpp"

#include <fgagt/geometry_tracker.hpp>
#include <fgagt/graph_tracker.hpp>
#include <fgagt/motion/hold_motion.hpp>
#include <fgagt/paper_tracker.hpp>
#include <fgagt/tracker.hpp>

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <memory>
#include <utility>

namespace fgagt::ablation {
namespace {

/// Flow of the background only: the camera's motion.
struct BackgroundFlow : PyramidalFlow {
    using PyramidalFlow::PyramidalFlow;

    void propagate(const Image& /*previous*/, const Image& /*current*/, std::span<const Box> boxes,
                   std::vector<BoxFlow>& flows) {
        flows.assign(boxes.size(), BoxFlow{});
    }
};

struct OverlapParts : GeometryParts {
    using Motion = HoldMotion;
};
using OverlapTracker = Tracker<OverlapParts>;
using FlowTracker = Tracker<NoBackbone>;
struct StillParts : DefaultParts<> {
    using Motion = HoldMotion;
};
using StillTracker = Tracker<StillParts>;
struct BackgroundFlowParts : DefaultParts<> {
    using Flow = BackgroundFlow;
};
using BackgroundFlowTracker = Tracker<BackgroundFlowParts>;

/// The options of the default tracker, and whether it gets the sequence's camera motion.
struct Settings {
    DefaultAssociationOptions association{};
    PyramidalFlowOptions flow{};
    KalmanMotionOptions motion{};
    LifecycleOptions lifecycle{};
    TrackerOptions options{};
    bool told_camera_motion = true;
};

using Change = void (*)(Settings&);

void switch_off(FusionStageOptions& stage) {
    stage.take_tentative = stage.take_confirmed = stage.take_lost = false;
}

void without_low_scores(Settings& settings) {
    switch_off(settings.association.low);
}
void without_reidentification(Settings& settings) {
    settings.association.reidentification.min_hits = std::numeric_limits<std::int64_t>::max();
}
void without_appearance(Settings& settings) {
    settings.association.high.appearance_weight = 0;
    settings.association.low.appearance_weight = 0;
    without_reidentification(settings);
}
void without_camera_motion(Settings& settings) {
    settings.flow.camera_motion = false;
    settings.told_camera_motion = false;
}
void with_estimated_camera_motion(Settings& settings) {
    settings.told_camera_motion = false;
}
void with_fixed_box_noise(Settings& settings) {
    settings.motion.measurement_std = 0.06;
    settings.motion.doubt_std = 0;
    settings.motion.size_noise_factor = 1;
}
void with_anyone_reidentified(Settings& settings) {
    settings.association.reidentification.min_covered = 0;
    settings.association.reidentification.expected_reach =
        settings.association.reidentification.max_rival_reach;
}
void without_coasting(Settings& settings) {
    settings.lifecycle.coast_updates = 0;
}
void with_fixed_levels(Settings& settings) {
    settings.options.scores.adaptive = false;
}
void with_duplicates(Settings& settings) {
    settings.options.detections.duplicate_iou = 1;
}
void with_current_appearance(Settings& settings) {
    settings.options.appearance.source = AppearanceSource::kCurrent;
}
void with_both_appearances(Settings& settings) {
    settings.options.appearance.source = AppearanceSource::kBoth;
}
/// Replaces the default's scores by the paper's: the graph's similarity, down to the graph's margin.
void with_graph_alone(Settings& settings) {
    for (FusionStageOptions* stage : {&settings.association.high, &settings.association.low}) {
        stage->iou_weight = 0;
        stage->appearance_weight = 1;
        stage->similarity_centre = 0;
        stage->similarity_span = 1;
        stage->margin = AdaptiveGraph().margin();
    }
}

/// A tracker with the default association and with `changes` applied to its options in order.
template <class AnyTracker>
Configuration row(std::string name, std::initializer_list<Change> changes = {}) {
    Settings settings;
    for (const Change change : changes)
        change(settings);
    const auto track_changed = [settings](const Sequence& sequence, const auto& detections) {
        typename AnyTracker::Components components;
        components.association = DefaultAssociation(settings.association);
        if constexpr (std::constructible_from<decltype(components.flow), PyramidalFlowOptions>)
            components.flow = decltype(components.flow)(settings.flow);
        if constexpr (std::constructible_from<decltype(components.motion), KalmanMotionOptions>)
            components.motion = decltype(components.motion)(settings.motion);
        components.lifecycle = LifecycleManager(settings.lifecycle);
        TrackerOptions options = settings.options;
        options.scores.ceiling = sequence.score_ceiling;
        return track_sequence(AnyTracker(std::move(components), options), sequence, detections,
                              settings.told_camera_motion);
    };
    return {std::move(name), track_changed};
}

/// The preset with learned weights.
Configuration graph_row(std::string name) {
    return {std::move(name), [](const Sequence& sequence, const auto& detections) {
                TrackerOptions options;
                options.scores.ceiling = sequence.score_ceiling;
                return track_sequence(GraphTracker<>(GraphTracker<>::learned(default_weights()), options),
                                      sequence, detections, false);
            }};
}

/// A layer of a network as the map of a tracker.
struct NetworkRow {
    std::string name;
    DnnBackboneOptions backbone;
    float similarity_centre, similarity_span; ///< range of informative cosines; see FusionStageOptions
    AppearanceSource source = AppearanceSource::kStored;
};

Configuration network_row(const NetworkRow& row) {
    const auto maps = std::make_shared<NetworkMaps>(row.backbone);
    return {
        row.name, [row, maps](const Sequence& sequence, const auto& detections) {
            for (const cv::Mat& frame : sequence.frames) // the network's time does not count as the tracker's
                static_cast<void>(maps->of(frame));
            DefaultAssociationOptions association;
            for (FusionStageOptions* stage : {&association.high, &association.low}) {
                stage->similarity_centre = row.similarity_centre;
                stage->similarity_span = row.similarity_span;
            }
            TrackerOptions options;
            options.scores.ceiling = sequence.score_ceiling;
            options.appearance.source = row.source;
            return track_sequence(Tracker<NetworkFeatures>({.backbone = NetworkFeatures(maps),
                                                            .association = DefaultAssociation(association)},
                                                           options),
                                  sequence, detections, true);
        }};
}

template <class B>
Configuration paper_row(std::string name) {
    return {std::move(name), [](const Sequence& sequence, const auto& detections) {
                return track_sequence(PaperTracker<B>(), sequence, detections, false);
            }};
}

} // namespace

std::vector<Table> tables_with_pixels() {
    const Change no_camera = without_camera_motion, no_low = without_low_scores, fixed = with_fixed_levels,
                 no_return = without_reidentification;
    return {
        {"Step by step: each row adds to the one above, except those marked \"instead\"",
         {row<OverlapTracker>("IoU only", {no_camera, no_low, fixed, no_return}),
          row<GeometryTracker>("+ motion", {no_camera, no_low, fixed, no_return}),
          row<FlowTracker>("+ flow", {no_camera, no_low, fixed, no_return}),
          row<Tracker<>>("+ appearance, stored", {no_camera, no_low, fixed}),
          row<Tracker<>>("instead: re-extracted in the current frame",
                         {no_camera, no_low, fixed, with_current_appearance}),
          row<Tracker<>>("instead: stored, the graph's similarity as the only score",
                         {no_camera, no_low, fixed, with_graph_alone}),
          row<Tracker<>>("+ low-score pass", {no_camera, fixed}), row<Tracker<>>("+ camera motion", {fixed}),
          row<Tracker<>>("+ adaptive score levels: the default"),
          paper_row<ChannelBackbone>("the paper's preset"),
          paper_row<ColourBackbone>("the paper's preset with the default's features")}},
        {"The default with one change",
         {row<StillTracker>("no motion model"), row<BackgroundFlowTracker>("flow for camera motion only"),
          row<Tracker<>>("same measurement noise for all scores", {with_fixed_box_noise}),
          row<Tracker<>>("no appearance, no re-identification", {without_appearance}),
          row<Tracker<>>("appearance re-extracted in the current frame", {with_current_appearance}),
          row<Tracker<>>("mean of stored and re-extracted appearance", {with_both_appearances}),
          row<Tracker<>>("the graph's similarity as the only score", {with_graph_alone}),
          graph_row("the same with learned weights: the graph preset"),
          row<Tracker<>>("no re-identification", {no_return}),
          row<Tracker<>>("also re-identify tracks lost in full view", {with_anyone_reidentified}),
          row<Tracker<>>("no low-score pass", {no_low}), row<Tracker<>>("no camera motion", {no_camera}),
          row<Tracker<>>("no coasted frames", {without_coasting}),
          row<Tracker<>>("no duplicate removal", {with_duplicates})}},
    };
}

std::vector<Table> tables_of_networks(const std::filesystem::path& models) {
    const DnnBackboneOptions osnet{.network{.model = models / "osnet_x0_25_msmt17.onnx"},
                                   .layer = "/conv5/relu/Relu"};
    const DnnBackboneOptions yolox{.network{.model = models / "yolox_nano_416x416.onnx"},
                                   .layer = "Mul_246", // the neck's finest map, an input of the heads
                                   .input{.size{416, 416}}};
    Table table{.title = "The default with network features instead of colours", .rows = {}};
    const auto add = [&](const NetworkRow& row) {
        if (std::filesystem::exists(row.backbone.network.model)) table.rows.push_back(network_row(row));
    };
    constexpr AppearanceSource kCurrent = AppearanceSource::kCurrent;
    add({"OSNet as a dense map", osnet, 0.6F, 0.2F});
    add({"OSNet as a dense map, re-extracted in the current frame", osnet, 0.6F, 0.2F, kCurrent});
    add({"YOLOX-nano's neck: the detector's own features", yolox, 0.9F, 0.08F});
    add({"YOLOX-nano's neck, re-extracted in the current frame", yolox, 0.9F, 0.08F, kCurrent});
    if (table.rows.empty()) return {};
    return {std::move(table)};
}

std::vector<Table> tables_of_boxes() {
    const Change no_camera = without_camera_motion, no_low = without_low_scores, fixed = with_fixed_levels,
                 no_return = without_reidentification;
    return {
        {"Boxes alone, step by step",
         {row<OverlapTracker>("IoU only", {no_camera, no_low, fixed, no_return}),
          row<GeometryTracker>("+ motion", {no_camera, no_low, fixed, no_return}),
          row<GeometryTracker>("+ low-score pass", {no_camera, fixed, no_return}),
          row<GeometryTracker>("+ camera motion", {fixed, no_return}),
          row<GeometryTracker>("+ adaptive score levels", {no_return}),
          row<GeometryTracker>("+ re-identification by position: the geometry preset")}},
        {"The geometry preset with one change",
         {row<OverlapTracker>("no motion model"),
          row<GeometryTracker>("same measurement noise for all scores", {with_fixed_box_noise}),
          row<GeometryTracker>("also re-identify tracks lost in full view", {with_anyone_reidentified}),
          row<GeometryTracker>("no low-score pass", {no_low}),
          row<GeometryTracker>("no camera motion", {no_camera}),
          row<GeometryTracker>("no coasted frames", {without_coasting}),
          row<GeometryTracker>("no duplicate removal", {with_duplicates})}},
    };
}

std::vector<Table> tables_of_moving_cameras() {
    return {{"Moving camera (simulated), compared with the static camera",
             {row<Tracker<>>("the default", {with_estimated_camera_motion}),
              row<Tracker<>>("camera motion given"),
              row<Tracker<>>("no camera motion", {without_camera_motion})}}};
}

} // namespace fgagt::ablation
