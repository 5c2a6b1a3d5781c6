#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/detector_head.hpp>
#include <fgagt/network/network.hpp>
#include <fgagt/network/network_input.hpp>

#include <opencv2/core.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// @file
/// Detections from networks. Needs OpenCV's dnn module, so include it separately.
namespace fgagt {

/// Options of DnnDetector.
struct DnnDetectorOptions {
    NetworkOptions network{}; ///< which network, and which backend runs it
    /// The input that the network was trained on; empty: the default of the head's family. See also
    /// declared_input_size().
    std::optional<NetworkInputOptions> input{};
    /// The layer whose output is the feature map, if one is needed; empty: see find_map().
    std::string layer{};
};

/// A detector network with the head that decodes it. The network's own features can serve as the feature map:
/// as the backbone of a `Tracker` it produces both in one forward pass, as in the paper.
///
///     fgagt::Tracker<fgagt::DnnDetector<Head>> tracker({.backbone = fgagt::DnnDetector(options, head)});
///     for (cv::Mat frame; video.read(frame);)
///         for (const fgagt::Track& track : tracker.update(frame).tracks) show(track);
template <DetectorHead Head>
class DnnDetector {
public:
    using Map = FeatureMap;
    using Options = DnnDetectorOptions;

    /// @throws ParseError       the network's files cannot be read or parsed
    /// @throws InvalidArgument  an option is out of range; the network does not accept an input of that size
    explicit DnnDetector(const DnnDetectorOptions& options, Head head = Head{})
        : DnnDetector(Network(options.network), options, std::move(head)) {}

    /// The same with a network that is already loaded.
    DnnDetector(Network network, const DnnDetectorOptions& options, Head head)
        : network_(std::move(network)),
          head_(std::move(head)),
          input_(options.input.value_or(head_.input())),
          layer_name_(options.layer) {
        static_cast<void>(network_.output_shapes(input_.options().size));
    }

    [[nodiscard]] const Head& head() const noexcept { return head_; } ///< decodes the outputs
    /// The network itself.
    [[nodiscard]] const Network& network() const noexcept { return network_; }
    /// How frames are converted to the network's input.
    [[nodiscard]] const NetworkInputOptions& input() const noexcept { return input_.options(); }

    /// Detections only.
    ///
    /// @param frame       CV_8UC1, CV_8UC3 (BGR) or CV_8UC4, not empty
    /// @param detections  replaced by those in the frame, best score first
    /// @throws InvalidArgument  the frame is empty or of another type, or the outputs do not fit the head's
    ///                          family
    void detect(const cv::Mat& frame, std::vector<Detection>& detections) {
        InputPlacement placement;
        run(frame, network_.output_names(), placement);
        head_.decode(outputs_, placement, detections);
    }

    /// Detections and features in one forward pass.
    ///
    /// @throws InvalidArgument  as above, or the network has no such layer
    void detect(const cv::Mat& frame, FeatureMap& map, std::vector<Detection>& detections) {
        find_layer();
        InputPlacement placement;
        run(frame, with_map_, placement);
        write_map(outputs_.back().values, layer_->grid, placement, map);
        outputs_.pop_back();
        head_.decode(outputs_, placement, detections);
    }

    /// Features only.
    ///
    /// @throws InvalidArgument  as above
    void extract(const cv::Mat& frame, FeatureMap& map) {
        find_layer();
        InputPlacement placement;
        run(frame, map_alone_, placement);
        write_map(outputs_.back().values, layer_->grid, placement, map);
    }

private:
    void find_layer() {
        if (layer_) return;
        layer_ = find_map(network_, input_.options().size, layer_name_);
        map_alone_ = {layer_->name};
        with_map_ = network_.output_names();
        with_map_.push_back(layer_->name);
    }

    void run(const cv::Mat& frame, const std::vector<std::string>& layers, InputPlacement& placement) {
        network_.run(input_.make(frame, placement), layers, outputs_);
    }

    Network network_;
    Head head_;
    NetworkInput input_;
    std::string layer_name_;
    std::optional<NetworkLayer> layer_; ///< set when a map is first requested
    std::vector<std::string> map_alone_, with_map_;
    std::vector<NetworkOutput> outputs_;
};

} // namespace fgagt
