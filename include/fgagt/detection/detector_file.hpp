#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/detection/dnn_detector.hpp>
#include <fgagt/detection/heads/any_head.hpp>
#include <fgagt/detection/heads/detail/tensor_shape.hpp>
#include <fgagt/detection/heads/named_heads.hpp>
#include <fgagt/network/declared_size.hpp>
#include <fgagt/network/network.hpp>
#include <fgagt/network/network_input.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fgagt {

/// A detector network whose head is chosen at run time.
using AnyDetector = DnnDetector<AnyHead>;

/// Options of open_detector().
struct DetectorFileOptions {
    NetworkOptions network{};       ///< which network, and which backend runs it
    std::string head{};             ///< one of head_names(); empty: inferred from the outputs
    std::optional<cv::Size> size{}; ///< input size, pixels; empty: as declared, else the family's
    std::vector<int> classes{};     ///< classes to keep; empty: all
    std::string layer{};            ///< see DnnDetectorOptions
};

namespace detail {

/// The input size that the model's files declare.
[[nodiscard]] inline std::optional<cv::Size> size_in_files(const NetworkOptions& options) {
    std::filesystem::path layout = options.config.empty() ? options.model : options.config;
    if (layout.extension() == ".weights") layout.replace_extension(".cfg");
    return declared_input_size(layout);
}

/// Runs the network on a grey frame and finds the head that fits its outputs.
[[nodiscard]] inline std::string guess_head(Network& network, cv::Size size) {
    NetworkInput input({.size = size});
    InputPlacement placement;
    std::vector<NetworkOutput> outputs;
    network.run(input.make(cv::Mat(size, CV_8UC3, cv::Scalar::all(114)), placement), network.output_names(),
                outputs);
    const std::vector<std::string> names = fitting_heads(outputs, size);
    if (names.size() == 1) return names.front();
    if (names.empty())
        throw_invalid("open_detector: no head fits the ", text_of_outputs(outputs), " of ", network.file(),
                      " at ", size.width, " x ", size.height,
                      " pixels; give the input size that the network was built for, or "
                      "one of the heads ",
                      joined(head_names()));
    throw_invalid("open_detector: the ", text_of_outputs(outputs), " of ", network.file(),
                  " fit several heads; choose one of ", joined(names));
}

} // namespace detail

/// Opens a detector network from its file. Finds its input size and, if its outputs are unambiguous, its
/// head.
///
/// @throws ParseError       the network's files cannot be read or parsed
/// @throws InvalidArgument  an option is out of range; no head fits; several heads fit and none is
///                          named
[[nodiscard]] inline AnyDetector open_detector(const DetectorFileOptions& options) {
    const cv::Size usual(640, 640);
    Network network(options.network);
    const std::optional<cv::Size> size = options.size ? options.size : detail::size_in_files(options.network);
    const std::string name =
        options.head.empty() ? detail::guess_head(network, size.value_or(usual)) : options.head;
    AnyHead head = make_head(name, {.size = size, .classes = options.classes});
    return {std::move(network), {.layer = options.layer}, std::move(head)};
}

} // namespace fgagt
