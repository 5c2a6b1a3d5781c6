#include "instruction_sets/unit.hpp"

#include <fgagt/assignment/margin_assigner.hpp>
#include <fgagt/backbone/channel_backbone.hpp>
#include <fgagt/backbone/colour_backbone.hpp>
#include <fgagt/core/detail/packed_product.hpp>
#include <fgagt/flow/detail/corner_finder.hpp>
#include <fgagt/flow/image_pyramid.hpp>
#include <fgagt/flow/lucas_kanade.hpp>
#include <fgagt/graph/adaptive_graph.hpp>
#include <fgagt/pooling/embedding.hpp>
#include <fgagt/pooling/roi_align.hpp>
#include <fgagt/pooling/stripe_pooler.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace fgagt::test::FGAGT_UNIT {
namespace {

Matrix matrix_of(const std::vector<float>& numbers) {
    Matrix matrix(UnitInput::kRows, UnitInput::kDepth);
    std::ranges::copy(numbers, matrix.data());
    return matrix;
}

template <class Numbers>
void append(const Numbers& numbers, std::vector<double>& to) {
    for (const auto number : numbers)
        to.push_back(static_cast<double>(number));
}

void follow_points(const UnitInput& input, UnitResult& result) {
    LucasKanade lucas_kanade;
    GreyPyramid previous, current;
    lucas_kanade.prepare(input.previous, previous);
    lucas_kanade.prepare(input.current, current);
    for (int level = 0; level < current.levels(); ++level) {
        const cv::Mat image = current.image(level);
        for (int y = 0; y < image.rows; ++y)
            append(std::span(image.ptr(y), static_cast<std::size_t>(image.cols)), result.pyramid);
    }
    detail::CornerFinder finder;
    finder.reset(input.previous.size()) = 255;
    std::vector<cv::Point2f> corners;
    finder.find(previous.level(0), 100, 0.01F, 8, corners);
    std::vector<TrackedPoint> tracked;
    lucas_kanade.track(previous, current, corners, tracked);
    for (std::size_t k = 0; k < corners.size(); ++k) {
        append(std::initializer_list<float>{corners[k].x, corners[k].y}, result.corners);
        append(std::initializer_list<float>{tracked[k].position.x, tracked[k].position.y, tracked[k].error,
                                            tracked[k].found ? 1.F : 0.F},
               result.flow);
    }
}

void describe(const UnitInput& input, UnitResult& result) {
    std::vector<Box> boxes;
    for (int k = 0; k < 12; ++k)
        boxes.push_back({18.3F * static_cast<float>(k) - 10, 9.7F * static_cast<float>(k) - 7,
                         21.1F + static_cast<float>(k), 47.9F});
    Matrix features;
    std::vector<std::uint8_t> valid;
    FeatureMap map;
    ChannelBackbone().extract(input.frame, map);
    append(map.data, result.channels);
    RoiAlign().pool(map, boxes, features, valid);
    append(detail::numbers_of(features), result.roi_align);
    ColourImage colours;
    ColourBackbone().extract(input.frame, colours);
    StripePooler().pool(colours, boxes, features, valid);
    append(detail::numbers_of(features), result.stripes);
    const Embedding embedding = Embedding::untrained(features.cols(), 16);
    Matrix embedded;
    embedding.apply(features, embedded);
    append(detail::numbers_of(embedded), result.embedded);
}

void relate(const UnitInput& input, UnitResult& result) {
    const Matrix left = matrix_of(input.left), right = matrix_of(input.right);
    Matrix product;
    detail::multiply(detail::MatrixView(left), detail::PackedMatrix(detail::MatrixView(right).transposed()),
                     product);
    append(detail::numbers_of(product), result.product);
    GraphWeights weights = GraphWeights::untrained(UnitInput::kDepth);
    for (Eigen::Index k = 0; k < weights.w2.size(); ++k) {
        weights.w2.data()[k] = 0.1F * (left.data()[k % left.size()] - 0.5F);
        weights.wa.data()[k] = right.data()[k % right.size()] - 0.5F;
    }
    Matrix iou(UnitInput::kRows, UnitInput::kRows), similarity;
    for (Eigen::Index k = 0; k < iou.size(); ++k)
        iou.data()[k] = left.data()[k];
    AdaptiveGraph(weights).relate(left, right, iou, similarity);
    append(detail::numbers_of(similarity), result.graph);
    std::vector<int> columns;
    MarginAssigner().assign(left, 0.6F, columns);
    append(columns, result.assignment);
}

} // namespace

UnitResult run(const UnitInput& input) {
    UnitResult result;
    follow_points(input, result);
    describe(input, result);
    relate(input, result);
    return result;
}

} // namespace fgagt::test::FGAGT_UNIT
