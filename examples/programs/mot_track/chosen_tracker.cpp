#include "chosen_tracker.hpp"

#include "networks.hpp"
#include "trackers/any_backbone.hpp"

#include <fgagt/backbone/channel_backbone.hpp>
#include <fgagt/io/weights_file.hpp>

#include <memory>
#include <optional>
#include <string>

namespace fgagt::examples {

namespace {

Preset preset_of(const Arguments& arguments) {
    if (arguments.preset == "geometry") return Preset::kGeometry;
    if (arguments.preset == "paper") return Preset::kPaper;
    return arguments.preset == "graph" || !arguments.weights.empty() ? Preset::kGraph : Preset::kDefault;
}

/// @return  empty for the colour backbone
std::optional<AnyBackbone> backbone_of(const Arguments& arguments) {
    const std::string usual = arguments.preset == "paper" ? "channel" : "colour";
    const std::string& name = arguments.backbone.empty() ? usual : arguments.backbone;
    if (name == "colour") return std::nullopt;
    if (name == "channel") return AnyBackbone(ChannelBackbone());
    return detects_by_itself(arguments) ? detecting_backbone(arguments) : network_backbone(arguments);
}

} // namespace

std::unique_ptr<AnyTracker> chosen_tracker(const Arguments& arguments) {
    TrackerChoice choice{.preset = preset_of(arguments), .backbone = backbone_of(arguments)};
    if (!arguments.weights.empty()) choice.weights = read_weights(arguments.weights);
    choice.options.detections.score_low = arguments.score_range.low;
    choice.options.detections.score_high = arguments.score_range.high;
    choice.options.scores.ceiling = arguments.score_ceiling;
    return open_tracker(choice);
}

} // namespace fgagt::examples
