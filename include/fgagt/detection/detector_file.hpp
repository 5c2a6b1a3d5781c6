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

/// A detector network whose head is known only when the program runs.
using AnyDetector = DnnDetector<AnyHead>;

/// Options of open_detector().
struct DetectorFileOptions {
    NetworkOptions network{}; ///< which, and what runs it
    std::string head{};       ///< one of head_names(); empty: guessed from what the network gives
    std::optional<cv::Size>
        size{};                 ///< of its input, pixels; empty: as its file says, else as its family has it
    std::vector<int> classes{}; ///< the only ones to keep; empty: all
    std::string layer{};        ///< see DnnDetectorOptions
};

namespace detail {

/// The size that the model's files ask for.
[[nodiscard]] inline std::optional<cv::Size> size_in_files(const NetworkOptions& options) {
    std::filesystem::path layout = options.config.empty() ? options.model : options.config;
    if (layout.extension() == ".weights") layout.replace_extension(".cfg");
    return declared_input_size(layout);
}

/// Lets the network look at a grey frame, and sees which head fits what it gives.
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
                      " pixels; give the input size that the network was made for, or "
                      "one of the heads ",
                      joined(head_names()));
    throw_invalid("open_detector: the ", text_of_outputs(outputs), " of ", network.file(),
                  " fit several heads; name the right one of ", joined(names));
}

} // namespace detail

/// Opens a detector network by its file: finds its input size and, where its outputs leave no doubt, its
/// head.
///
/// @throws ParseError       the network's files cannot be read or understood
/// @throws InvalidArgument  an option is out of its range; no head fits, or several do and none is named
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
