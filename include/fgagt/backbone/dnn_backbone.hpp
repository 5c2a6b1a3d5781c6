#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/network/network.hpp>
#include <fgagt/network/network_input.hpp>

#include <opencv2/core.hpp>

#include <string>
#include <vector>

/// @file
/// Features from networks. Needs OpenCV's dnn module, so this header is included separately.
namespace fgagt {

/// Options of DnnBackbone.
struct DnnBackboneOptions {
    NetworkOptions network{}; ///< which network to load, and which backend runs it
    /// The layer whose output is the map; empty: see find_map().
    std::string layer{};
    /// The input that the network was trained with; by default that of most networks trained on ImageNet.
    NetworkInputOptions input{.size{640, 384},
                              .fit = ImageFit::kStretch,
                              .mean{123.675F, 116.28F, 103.53F},
                              .deviation{58.395F, 57.12F, 57.375F},
                              .rgb = true};
};

/// Any layer of any network that OpenCV's dnn module runs, as a feature map: one forward pass per frame, up
/// to that layer. The position of each cell follows from the windows of the layers before it.
class DnnBackbone {
public:
    using Map = FeatureMap;
    using Options = DnnBackboneOptions;

    /// @throws ParseError       the network's files cannot be read or parsed
    /// @throws InvalidArgument  an option is out of range, the network has no such layer, or it does not
    ///                          accept an input of that size
    explicit DnnBackbone(const DnnBackboneOptions& options)
        : network_(options.network),
          input_(options.input),
          layer_(find_map(network_, options.input.size, options.layer)),
          names_{layer_.name} {}

    /// The layer that gives the map.
    [[nodiscard]] const NetworkLayer& layer() const noexcept { return layer_; }

    /// @throws InvalidArgument  the frame is empty or of another type
    void extract(const cv::Mat& frame, FeatureMap& map) {
        InputPlacement placement;
        network_.run(input_.make(frame, placement), names_, outputs_);
        write_map(outputs_.front().values, layer_.grid, placement, map);
    }

private:
    Network network_;
    NetworkInput input_;
    NetworkLayer layer_;
    std::vector<std::string> names_;
    std::vector<NetworkOutput> outputs_;
};

static_assert(Backbone<DnnBackbone>);

} // namespace fgagt
