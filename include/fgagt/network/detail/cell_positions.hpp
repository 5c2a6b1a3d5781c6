#pragma once

#include <fgagt/network/cell_grid.hpp>

#include <opencv2/dnn/all_layers.hpp>
#include <opencv2/dnn/dnn.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// @file
/// Which pixels of the input the cells of a layer see, derived from the strides and windows of the layers
/// before it.
namespace fgagt::detail {

/// Extents of a tensor, first axis first. OpenCV 4 stores them in a vector, OpenCV 5 in a separate class.
using TensorShape = std::vector<int>;

/// Input and output shapes of a network's layers for one input size.
struct LayerShapes {
    std::map<int, std::vector<TensorShape>> in;  ///< by layer ID
    std::map<int, std::vector<TensorShape>> out; ///< by layer ID
};

/// Calls Net::getLayersShapes, which in OpenCV 5 also takes the element type of the input.
template <class Net, class Shape>
void get_layers_shapes(const Net& net, const Shape& input, std::vector<int>& ids,
                       std::vector<std::vector<Shape>>& in, std::vector<std::vector<Shape>>& out) {
    if constexpr (requires { net.getLayersShapes(input, ids, in, out); })
        net.getLayersShapes(input, ids, in, out);
    else
        net.getLayersShapes(input, CV_32F, ids, in, out);
}

/// @throws cv::Exception  the network does not accept that size
[[nodiscard]] inline LayerShapes shapes_of(const cv::dnn::Net& net, cv::Size input) {
    // MatShape is in cv::dnn up to OpenCV 4, in cv from OpenCV 5 on.
    using namespace cv;
    using namespace cv::dnn;
    std::vector<int> ids;
    std::vector<std::vector<MatShape>> in, out;
    get_layers_shapes(net, MatShape{1, 3, input.height, input.width}, ids, in, out);
    const auto plain = [](const std::vector<MatShape>& tensors) {
        std::vector<TensorShape> result;
        result.reserve(tensors.size());
        for (const MatShape& tensor : tensors)
            result.emplace_back(tensor.begin(), tensor.end());
        return result;
    };
    LayerShapes shapes;
    for (std::size_t k = 0; k < ids.size(); ++k) {
        shapes.in[ids[k]] = plain(in[k]);
        shapes.out[ids[k]] = plain(out[k]);
    }
    return shapes;
}

/// Rows and columns of a shape [... x rows x columns]. Empty if it is not a map, or has a single cell, which
/// then stands for the whole input.
[[nodiscard]] inline std::optional<cv::Size> cells_of(const TensorShape& shape) {
    if (shape.size() < 4 || !std::ranges::all_of(shape, [](int length) { return length >= 1; }))
        return std::nullopt;
    const cv::Size cells(shape[shape.size() - 1], shape[shape.size() - 2]);
    return cells == cv::Size(1, 1) ? std::nullopt : std::optional(cells);
}

/// How a layer's window moves along one axis of its input.
struct Window {
    double stride = 1;
    /// Centre of the first window, as an index into the input; the first element is 0.
    double centre = 0;
};

/// Finds the cell positions of layers. Convolutions and poolings define where their windows lie. Any other
/// layer that changes the size is assumed to spread its cells evenly over its input, as slicing and
/// resampling by whole factors do. Where several inputs meet, their mean position is used, because values
/// that are added or concatenated are meant to describe the same place.
class CellPositions {
public:
    CellPositions(const cv::dnn::Net& net, const LayerShapes& shapes) : net_(net), shapes_(shapes) {
        grids_[0] = CellGrid{};
    }

    /// Empty if the layer's output is not a map of the input.
    [[nodiscard]] std::optional<CellGrid> of(int layer) {
        if (const auto known = grids_.find(layer); known != grids_.end()) return known->second;
        grids_[layer] = std::nullopt; // stops cycles
        return grids_[layer] = derive(layer);
    }

private:
    [[nodiscard]] std::optional<CellGrid> derive(int id) {
        const std::optional<cv::Size> out = cells_of(shapes_.out.at(id).front());
        if (!out) return std::nullopt;
        const cv::Ptr<cv::dnn::Layer> layer = net_.getLayer(id);
        const bool rearranges = layer->type == "Permute" || layer->type == "Reshape";
        std::optional<CellGrid> mean;
        double count = 0;
        for (const auto& input : net_.getLayerInputs(id)) {
            const int source = net_.getLayerId(input->name);
            const std::optional<CellGrid> grid = of(source);
            const std::optional<cv::Size> in = cells_of(shapes_.out.at(source).front());
            if (!grid || !in || (rearranges && *in != *out)) continue;
            const CellGrid stepped = step(*grid, window(*layer, in->width, out->width, 1),
                                          window(*layer, in->height, out->height, 0));
            if (mean && (stepped.stride_x != mean->stride_x || stepped.stride_y != mean->stride_y)) continue;
            if (!mean) mean = CellGrid{stepped.stride_x, stepped.stride_y, 0, 0};
            mean->first_x = (count * mean->first_x + stepped.first_x) / (count + 1);
            mean->first_y = (count * mean->first_y + stepped.first_y) / (count + 1);
            ++count;
        }
        return mean;
    }

    [[nodiscard]] static CellGrid step(const CellGrid& grid, const Window& x, const Window& y) {
        return {grid.stride_x * x.stride, grid.stride_y * y.stride, grid.first_x + grid.stride_x * x.centre,
                grid.first_y + grid.stride_y * y.centre};
    }

    /// @param axis  0: rows, 1: columns
    [[nodiscard]] static Window window(const cv::dnn::Layer& layer, int in, int out, std::size_t axis) {
        if (layer.type == "Convolution") { // compares names, so needs no run-time type information
            const auto& convolution = static_cast<const cv::dnn::BaseConvolutionLayer&>(layer);
            return window_of(convolution, convolution.dilations, in, out, axis);
        }
        if (layer.type == "Pooling")
            return window_of(static_cast<const cv::dnn::PoolingLayer&>(layer), {}, in, out, axis);
        const double ratio = static_cast<double>(in) / out;
        return {ratio, (ratio - 1) / 2};
    }

    template <class AnyLayer>
    [[nodiscard]] static Window window_of(const AnyLayer& layer, const std::vector<std::size_t>& dilations,
                                          int in, int out, std::size_t axis) {
        const auto at = [axis](const std::vector<std::size_t>& values, double otherwise) {
            return axis < values.size() ? static_cast<double>(values[axis]) : otherwise;
        };
        const double stride = at(layer.strides, 1);
        const double reach =
            at(dilations, 1) * (at(layer.kernel_size, 1) - 1); // from the first to the last tap
        double before = at(layer.pads_begin, 0);
        if (layer.padMode == "SAME")
            before = std::floor(std::max(0.0, (out - 1) * stride + reach + 1 - in) / 2);
        return {stride, reach / 2 - before};
    }

    const cv::dnn::Net& net_;
    const LayerShapes& shapes_;
    std::map<int, std::optional<CellGrid>> grids_;
};

} // namespace fgagt::detail
