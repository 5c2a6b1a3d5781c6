#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/network/cell_grid.hpp>
#include <fgagt/network/detail/cell_positions.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>
#include <opencv2/dnn/dnn.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fgagt {

/// Which network to load, and which backend runs it.
struct NetworkOptions {
    /// File of the trained network, in any format that OpenCV reads: .onnx, Darknet .weights or .cfg,
    /// .caffemodel, TensorFlow .pb, and others.
    std::filesystem::path model{};
    /// File of the network's layout, if separate (.cfg, .prototxt, .pbtxt); empty: a file with the model's
    /// name and one of these extensions, if it exists.
    std::filesystem::path config{};
    /// A cv::dnn::Backend; CUDA and OpenVINO work only if OpenCV was built with them.
    int backend = cv::dnn::DNN_BACKEND_OPENCV;
    int target = cv::dnn::DNN_TARGET_CPU; ///< cv::dnn::Target
};

/// A layer of a network whose output is a map of the input.
struct NetworkLayer {
    std::string name; ///< in the network
    CellGrid grid;    ///< where its cells lie
    int channels = 0; ///< floats per cell
    int rows = 0;     ///< cells
    int columns = 0;  ///< cells
    /// Whether the next layer makes a coarser map from it: it ends a stage, or a level of the neck.
    bool narrows = false;
};

namespace detail {

/// Reads a network from its files. Of OpenCV 5's two engines this uses the classic one, which also gives
/// access to the layers between input and output. Feature maps are taken from those.
[[nodiscard]] inline cv::dnn::Net read_net(const std::string& model, const std::string& config) {
#if CV_VERSION_MAJOR >= 5
    return cv::dnn::readNet(model, config, "", cv::dnn::ENGINE_CLASSIC);
#else
    return cv::dnn::readNet(model, config);
#endif
}

} // namespace detail

/// A network that OpenCV's dnn module runs. Movable, not copyable: the layers also hold scratch memory.
class Network {
public:
    using Options = NetworkOptions;

    /// @throws ParseError       the files cannot be read, or do not contain a network that OpenCV supports
    /// @throws InvalidArgument  OpenCV was built without the backend or the target
    explicit Network(const NetworkOptions& options) : file_(detail::utf8_of(options.model)) {
        require_target(options);
        read(options);
        net_.setPreferableBackend(options.backend);
        net_.setPreferableTarget(options.target);
        for (const std::string& name : net_.getUnconnectedOutLayersNames())
            outputs_.push_back(name);
    }
    Network(Network&&) = default;            ///< movable
    Network& operator=(Network&&) = default; ///< movable
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;
    ~Network() = default;

    /// Names of the network's final outputs.
    [[nodiscard]] const std::vector<std::string>& output_names() const noexcept { return outputs_; }

    /// Shapes of the outputs for an input [1 x 3 x height x width], in the order of output_names().
    ///
    /// @throws InvalidArgument  the network does not accept an input of that size
    [[nodiscard]] std::vector<std::vector<int>> output_shapes(cv::Size input) const {
        const detail::LayerShapes shapes = shapes_of(input);
        std::vector<std::vector<int>> result;
        for (const std::string& name : outputs_)
            result.push_back(shapes.out.at(net_.getLayerId(name)).front());
        return result;
    }

    /// The layers whose outputs are maps of the input, in order of computation.
    ///
    /// @throws InvalidArgument  the network does not accept an input of that size
    [[nodiscard]] std::vector<NetworkLayer> maps(cv::Size input) const {
        const detail::LayerShapes shapes = shapes_of(input);
        detail::CellPositions positions(net_, shapes);
        std::vector<NetworkLayer> layers;
        std::map<int, std::size_t> place; // index in `layers`, by ID
        for (const auto& [id, out] : shapes.out) {
            const std::optional<CellGrid> grid = id == 0 ? std::nullopt : positions.of(id);
            if (!grid) continue;
            for (const auto& before : net_.getLayerInputs(id)) {
                const auto source = place.find(net_.getLayerId(before->name));
                if (source != place.end() && layers[source->second].grid.stride_x < grid->stride_x)
                    layers[source->second].narrows = true;
            }
            const detail::TensorShape& shape = out.front();
            if (shape.size() != 4) continue;
            place[id] = layers.size();
            layers.push_back({net_.getLayer(id)->name, *grid, shape[1], shape[2], shape[3]});
        }
        return layers;
    }

    /// Runs the network up to the named layers.
    ///
    /// @param input    [1 x 3 x height x width] CV_32F
    /// @param layers   names as in output_names() and maps(); passing the same ones in every call is fastest
    /// @param outputs  one for each layer; their values are valid until the next call
    /// @throws InvalidArgument  a layer is unknown, or the network does not accept such an input
    void run(const cv::Mat& input, std::span<const std::string> layers, std::vector<NetworkOutput>& outputs) {
        names_.assign(layers.begin(), layers.end());
        for (const cv::String& name : names_)
            if (net_.getLayerId(name) < 0) detail::throw_invalid("Network: ", file_, " has no layer ", name);
        try {
            net_.setInput(input);
            net_.forward(values_, names_);
        } catch (const cv::Exception& error) {
            detail::throw_invalid("Network: ", file_, " does not accept an input of ", input.size[3], " x ",
                                  input.size[2], " pixels: ", error.err,
                                  "; use the size that it was exported with");
        }
        outputs.resize(layers.size());
        for (std::size_t k = 0; k < layers.size(); ++k)
            outputs[k] = {layers[k], values_[k]};
    }

    /// Path of the model file, for messages.
    [[nodiscard]] const std::string& file() const noexcept { return file_; }

private:
    static void require_target(const NetworkOptions& options) {
        const auto targets = cv::dnn::getAvailableTargets(static_cast<cv::dnn::Backend>(options.backend));
        if (std::ranges::find(targets, static_cast<cv::dnn::Target>(options.target)) == targets.end())
            detail::throw_invalid(
                "Network: expected a backend and a target that OpenCV was built with, got backend ",
                options.backend, " and target ", options.target,
                "; cv::dnn::getAvailableBackends() lists them");
    }

    void read(const NetworkOptions& options) {
        namespace fs = std::filesystem;
        fs::path model = options.model, config = options.config;
        if (model.extension() == ".cfg") {
            config = model;
            model.replace_extension(".weights");
        }
        for (const char* const ending : {".cfg", ".prototxt", ".pbtxt"}) {
            fs::path beside = model;
            beside.replace_extension(ending);
            if (config.empty() && fs::exists(beside)) config = beside;
        }
        for (const fs::path& path : {model, config})
            if (!path.empty() && !fs::is_regular_file(path))
                throw ParseError(detail::utf8_of(path), 0, 0,
                                 "expected a network file, found none; check the path");
        try {
            net_ = detail::read_net(detail::utf8_of(model), detail::utf8_of(config));
        } catch (const cv::Exception& error) {
            throw ParseError(detail::utf8_of(model), 0, 0,
                             "expected a network that OpenCV supports: " + error.err +
                                 "; simplify it and export it again, or use a newer OpenCV");
        }
        if (net_.empty())
            throw ParseError(detail::utf8_of(model), 0, 0, "expected a network, found no layers");
    }

    [[nodiscard]] detail::LayerShapes shapes_of(cv::Size input) const {
        try {
            return detail::shapes_of(net_, input);
        } catch (const cv::Exception& error) {
            detail::throw_invalid("Network: ", file_, " does not accept an input of ", input.width, " x ",
                                  input.height, " pixels: ", error.err,
                                  "; use the size that it was exported with");
        }
    }

    std::string file_;
    cv::dnn::Net net_;
    std::vector<std::string> outputs_;
    std::vector<cv::String> names_;
    std::vector<cv::Mat> values_;
};

namespace detail {

/// The names, separated by commas, for a message.
[[nodiscard]] inline std::string joined(std::span<const std::string> names) {
    std::string text;
    for (const std::string& name : names)
        text.append(text.empty() ? "" : ", ").append(name);
    return text;
}

/// The last few names, for a message.
[[nodiscard]] inline std::string last_of(std::span<const std::string> names) {
    constexpr std::size_t kMost = 12;
    return names.empty() ? "none" : joined(names.last(std::min(names.size(), kMost)));
}

} // namespace detail

/// Finds the map to take features from.
///
/// @param network  network to search
/// @param input    size of its input, pixels
/// @param name     name of the layer in the network, with or without the "onnx_node!" that OpenCV puts in
///                 front; empty: the last map whose cells are at most 8 input pixels apart and have at least
///                 16 channels
/// @throws InvalidArgument  there is no such map
[[nodiscard]] inline NetworkLayer find_map(const Network& network, cv::Size input, std::string_view name) {
    constexpr double kLargestStride = 8;
    constexpr int kLeastChannels = 16;
    constexpr std::string_view kPrefix = "onnx_node!";
    std::optional<NetworkLayer> found;
    std::vector<std::string> names;
    for (const NetworkLayer& layer : network.maps(input)) {
        const std::string_view own = layer.name;
        const bool is_named = own == name || (own.starts_with(kPrefix) && own.substr(kPrefix.size()) == name);
        const bool is_fine = layer.grid.stride_x <= kLargestStride && layer.grid.stride_y <= kLargestStride &&
                             layer.channels >= kLeastChannels;
        const bool is_better = is_fine && (layer.narrows || !found || !found->narrows);
        if (name.empty() ? is_better : is_named) found = layer;
        names.push_back(layer.name);
    }
    if (!found)
        detail::throw_invalid("find_map: ", network.file(), " has no layer ",
                              name.empty() ? "with such a map" : name,
                              "; its last maps: ", detail::last_of(names), "; Network::maps() lists all");
    return *found;
}

/// Writes a layer's output as a channels-last map.
///
/// @param output     [1 x C x rows x columns] CV_32F
/// @param grid       where its cells lie in the input
/// @param placement  where the frame lies in the input
/// @param map        replaced by the output, with scales and valid part set; non-finite values become zero
inline void write_map(const cv::Mat& output, const CellGrid& grid, const InputPlacement& placement,
                      FeatureMap& map) {
    map.channels = output.size[1];
    map.rows = output.size[2];
    map.columns = output.size[3];
    const auto cells = static_cast<std::size_t>(map.rows) * static_cast<std::size_t>(map.columns);
    map.data.resize(cells * static_cast<std::size_t>(map.channels));
    const cv::Mat planes(map.channels, static_cast<int>(cells), CV_32F,
                         const_cast<float*>(output.ptr<float>()));
    cv::Mat interleaved(static_cast<int>(cells), map.channels, CV_32F, map.data.data());
    cv::transpose(planes, interleaved);
    for (float& value : map.data)
        if (!detail::is_finite(value)) value = 0;
    align_map(grid, placement, map);
}

} // namespace fgagt
