#pragma once

#include <fgagt/core/detail/matrix_operations.hpp>
#include <fgagt/core/detail/packed_product.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>

namespace fgagt {

/// One fully connected layer, x W^T + b, shared by detections and tracks. A default-constructed one passes
/// features through unchanged.
class Embedding {
public:
    Embedding() = default;

    /// @param weights  [D x inputs], D and inputs >= 1
    /// @param bias     [D]
    /// @throws InvalidArgument  shapes disagree, or a value is not finite
    Embedding(Matrix weights, RowOf<float> bias) : weights_(std::move(weights)), bias_(std::move(bias)) {
        if (weights_.size() == 0 || bias_.size() != weights_.rows())
            detail::throw_invalid("Embedding: expected weights [D x inputs] and a bias [D], got [",
                                  weights_.rows(), " x ", weights_.cols(), "] and [", bias_.size(), "]");
        if (!detail::all_finite(detail::numbers_of(std::as_const(weights_))) ||
            !detail::all_finite({bias_.data(), static_cast<std::size_t>(bias_.size())}))
            detail::throw_invalid("Embedding: expected finite weights, got NaN or infinity; their "
                                  "training has diverged");
        packed_.pack(detail::MatrixView(weights_).transposed());
    }

    /// Random signs / sqrt(outputs). Lengths and angles are approximately preserved (Achlioptas,
    /// Database-friendly random projections, 2003), so features are meaningful before any training. The same
    /// on every machine.
    [[nodiscard]] static Embedding untrained(Eigen::Index inputs, Eigen::Index outputs) {
        if (inputs < 1 || outputs < 1)
            detail::throw_invalid("Embedding::untrained: expected inputs and outputs >= 1, got ", inputs,
                                  " and ", outputs);
        // Any fixed seed works; the engine's bits are the same everywhere.
        std::mt19937 random(20100915);
        const float magnitude = 1 / std::sqrt(static_cast<float>(outputs));
        Matrix weights(outputs, inputs);
        std::uint32_t bits = 0;
        for (Eigen::Index i = 0; i < weights.size(); ++i, bits >>= 1) {
            if (i % 32 == 0) bits = static_cast<std::uint32_t>(random());
            weights.data()[i] = (bits & 1U) != 0 ? magnitude : -magnitude;
        }
        RowOf<float> bias(outputs);
        std::fill_n(bias.data(), outputs, 0.0F);
        return {std::move(weights), std::move(bias)};
    }

    /// Whether it passes features through unchanged.
    [[nodiscard]] bool empty() const noexcept { return weights_.size() == 0; }
    /// Number of input features.
    [[nodiscard]] Eigen::Index inputs() const noexcept { return weights_.cols(); }
    /// Number of output features, D.
    [[nodiscard]] Eigen::Index outputs() const noexcept { return weights_.rows(); }
    /// W [outputs x inputs].
    [[nodiscard]] const Matrix& weights() const noexcept { return weights_; }
    /// b [outputs].
    [[nodiscard]] const RowOf<float>& bias() const noexcept { return bias_; }

    /// @param features  [K x inputs()]
    /// @param embedded  [K x D], resized; must not be `features`
    /// @throws InvalidArgument  the number of columns is wrong, or the result is not finite
    void apply(const Matrix& features, Matrix& embedded) const {
        if (empty()) {
            embedded = features;
            return;
        }
        if (features.cols() != inputs())
            detail::throw_invalid("Embedding::apply: expected features [K x ", inputs(), "], got [",
                                  features.rows(), " x ", features.cols(),
                                  "]; the weights belong to another feature map or another number of bins");
        detail::multiply(detail::MatrixView(features), packed_, embedded);
        for (Eigen::Index row = 0; row < embedded.rows(); ++row)
            for (Eigen::Index column = 0; column < embedded.cols(); ++column)
                embedded(row, column) += bias_[column];
        if (!detail::all_finite(detail::numbers_of(std::as_const(embedded))))
            detail::throw_invalid("Embedding::apply: the result is not finite; features or weights are NaN, "
                                  "infinite or too large for a float");
    }

private:
    Matrix weights_;
    RowOf<float> bias_;
    detail::PackedMatrix packed_; // the weights, transposed
};

} // namespace fgagt
