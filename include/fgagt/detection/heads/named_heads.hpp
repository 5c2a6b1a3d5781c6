#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/detection/heads/anchor_head.hpp>
#include <fgagt/detection/heads/any_head.hpp>
#include <fgagt/detection/heads/centre_heatmap_head.hpp>
#include <fgagt/detection/heads/corner_head.hpp>
#include <fgagt/detection/heads/darknet_head.hpp>
#include <fgagt/detection/heads/decoded_head.hpp>
#include <fgagt/detection/heads/fastestdet_head.hpp>
#include <fgagt/detection/heads/ltrb_head.hpp>
#include <fgagt/detection/heads/set_prediction_head.hpp>
#include <fgagt/detection/heads/yolo_anchor_head.hpp>
#include <fgagt/detection/heads/yolo_rows_head.hpp>
#include <fgagt/detection/heads/yolov1_head.hpp>
#include <fgagt/detection/heads/yolox_head.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fgagt {

/// Options of a head that is chosen by name. All other options are the family's defaults.
struct NamedHeadOptions {
    std::optional<cv::Size> size = {};         ///< input size, pixels; empty: the family's
    std::optional<float> score_threshold = {}; ///< [0, 1]; empty: the default of SelectionOptions
    std::vector<int> classes = {};             ///< classes to keep; empty: all
};

namespace detail {

/// A name, and the head that it stands for.
struct NamedHead {
    std::string_view name;
    AnyHead (*make)(const NamedHeadOptions& options);
    bool (*fits)(std::span<const NetworkOutput> outputs, cv::Size input);
};

/// The head `Head` with the options that `Preset` gives, with or without an input size.
template <class Head, class Preset>
[[nodiscard]] Head preset_head(const NamedHeadOptions& wishes) {
    typename Head::Options options = wishes.size ? Preset{}(*wishes.size) : Preset{}();
    if (wishes.score_threshold) options.selection.score_threshold = *wishes.score_threshold;
    if (!wishes.classes.empty()) options.selection.classes = wishes.classes;
    return Head(std::move(options));
}

template <class Head, class Preset>
[[nodiscard]] constexpr NamedHead named(std::string_view name, Preset /*preset*/) {
    return {name, [](const NamedHeadOptions& wishes) { return AnyHead(preset_head<Head, Preset>(wishes)); },
            [](std::span<const NetworkOutput> outputs, cv::Size input) {
                return preset_head<Head, Preset>({.size = input}).fits(outputs);
            }};
}

/// Calls a preset with or without an input size.
#define FGAGT_PRESET(preset) [](auto... size) { return preset(size...); }

inline constexpr std::array kNamedHeads{
    named<YoloxHead>("yolox", FGAGT_PRESET(yolox_options)),
    named<Yolov1Head>("yolov1", FGAGT_PRESET(yolov1_options)),
    named<YoloAnchorHead>("yolov2", FGAGT_PRESET(yolov2_options)),
    named<YoloAnchorHead>("yolov3", FGAGT_PRESET(yolov3_options)),
    named<YoloAnchorHead>("yolov4", FGAGT_PRESET(yolov4_options)),
    named<YoloAnchorHead>("scaled-yolov4", FGAGT_PRESET(yolov7_options)),
    named<YoloAnchorHead>("yolov5", FGAGT_PRESET(yolov5_options)),
    named<YoloAnchorHead>("yolov5-lite", FGAGT_PRESET(yolov5_options)),
    named<YoloAnchorHead>("yolor", FGAGT_PRESET(yolor_options)),
    named<YoloAnchorHead>("yolov7", FGAGT_PRESET(yolov7_options)),
    named<YoloAnchorHead>("tph-yolov5", FGAGT_PRESET(tph_yolov5_options)),
    named<YoloRowsHead>("yolov6", FGAGT_PRESET(yolov6_options)),
    named<YoloRowsHead>("yolov8", FGAGT_PRESET(yolov8_options)),
    named<YoloRowsHead>("yolo-nas", FGAGT_PRESET(yolo_nas_options)),
    named<YoloRowsHead>("ppyoloe", FGAGT_PRESET(ppyoloe_options)),
    named<YoloRowsHead>("damo-yolo", FGAGT_PRESET(damo_yolo_options)),
    named<FastestDetHead>("fastestdet", FGAGT_PRESET(fastestdet_options)),
    named<DarknetHead>("darknet", FGAGT_PRESET(darknet_options)),
    named<AnchorHead>("retinanet", FGAGT_PRESET(retinanet_options)),
    named<AnchorHead>("ssd", FGAGT_PRESET(ssd_options)),
    named<AnchorHead>("ssdlite", FGAGT_PRESET(ssdlite_options)),
    named<AnchorHead>("atss", FGAGT_PRESET(atss_options)),
    named<LtrbHead>("fcos", FGAGT_PRESET(fcos_options)),
    named<LtrbHead>("vfnet", FGAGT_PRESET(vfnet_options)),
    named<LtrbHead>("tood", FGAGT_PRESET(tood_options)),
    named<LtrbHead>("gfl", FGAGT_PRESET(gfl_options)),
    named<LtrbHead>("gflv2", FGAGT_PRESET(gflv2_options)),
    named<LtrbHead>("nanodet", FGAGT_PRESET(nanodet_options)),
    named<LtrbHead>("nanodet-plus", FGAGT_PRESET(nanodet_plus_options)),
    named<CentreHeatmapHead>("centernet", FGAGT_PRESET(centernet_options)),
    named<CornerHead>("cornernet", FGAGT_PRESET(cornernet_options)),
    named<CornerHead>("centernet-triplet", FGAGT_PRESET(centernet_triplet_options)),
    named<SetPredictionHead>("detr", FGAGT_PRESET(detr_options)),
    named<SetPredictionHead>("deformable-detr", FGAGT_PRESET(deformable_detr_options)),
    named<SetPredictionHead>("dab-detr", FGAGT_PRESET(deformable_detr_options)),
    named<SetPredictionHead>("dn-detr", FGAGT_PRESET(deformable_detr_options)),
    named<SetPredictionHead>("h-detr", FGAGT_PRESET(deformable_detr_options)),
    named<SetPredictionHead>("ddq", FGAGT_PRESET(ddq_options)),
    named<SetPredictionHead>("rt-detr", FGAGT_PRESET(rt_detr_options)),
    named<DecodedHead>("decoded", FGAGT_PRESET(decoded_options)),
    named<DecodedHead>("mask-rcnn", FGAGT_PRESET(mask_rcnn_options)),
    named<DecodedHead>("detection-output", FGAGT_PRESET(detection_output_options)),
    named<DecodedHead>("paddle", FGAGT_PRESET(paddle_options)),
    named<DecodedHead>("yolov7-end2end", FGAGT_PRESET(yolov7_end_to_end_options)),
};

#undef FGAGT_PRESET

} // namespace detail

/// The detector families that make_head() accepts, by name.
[[nodiscard]] inline std::vector<std::string> head_names() {
    std::vector<std::string> names;
    names.reserve(std::size(detail::kNamedHeads));
    for (const detail::NamedHead& head : detail::kNamedHeads)
        names.emplace_back(head.name);
    return names;
}

/// The head of a family, with the input that the family is trained on.
///
/// @throws InvalidArgument  the name is not in head_names(); an option is out of range
[[nodiscard]] inline AnyHead make_head(std::string_view name, const NamedHeadOptions& options = {}) {
    for (const detail::NamedHead& head : detail::kNamedHeads)
        if (head.name == name) return head.make(options);
    std::string names;
    for (const std::string& known : head_names())
        names.append(names.empty() ? "" : ", ").append(known);
    detail::throw_invalid("make_head: expected the name of a detector family, got '", std::string(name),
                          "'; use one of ", names);
}

/// The names of the heads that fit such outputs. Heads are compared by shape, and families that share a shape
/// by whether the values are plausible. If there is one name, it is safe to use; if there are several, the
/// caller must choose.
///
/// @param outputs  outputs of the network for any frame, for example a grey one
/// @param input    size of the network's input, pixels
[[nodiscard]] inline std::vector<std::string> fitting_heads(std::span<const NetworkOutput> outputs,
                                                            cv::Size input) {
    std::vector<std::string> names;
    for (const detail::NamedHead& head : detail::kNamedHeads)
        if (head.fits(outputs, input)) names.emplace_back(head.name);
    return names;
}

} // namespace fgagt
