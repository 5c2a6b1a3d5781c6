#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/detail/matrix_operations.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/detail/packed_product.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/graph/affinity_prior.hpp>
#include <fgagt/graph/detail/gated_sum.hpp>
#include <fgagt/graph/graph_weights.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace fgagt {

/// The adaptive graph network of FGAGT (equations 9 to 11). Every detection aggregates the features of all
/// tracks, and every track those of all detections, weighted by the prior affinity E. The similarities are
/// cosines of the results.
///
///     H_d = relu(F_d W1 + sigmoid(F_d Wa) * (E F_t W2))         (9)
///     H_t = relu(F_t W1 + sigmoid(F_t Wa) * (E^T F_d W2))       (10)
///     S_out = cosine(H_d, H_t)                                  (11)
///
/// Without weights it behaves as with GraphWeights::untrained, but skips the products.
class AdaptiveGraph {
public:
    using Options = AdaptiveGraphOptions;

    AdaptiveGraph() : AdaptiveGraph(AdaptiveGraphOptions{}) {}
    /// Without weights: for features of any dimension.
    explicit AdaptiveGraph(AdaptiveGraphOptions options) : options_(options) {}

    /// @throws InvalidArgument  the weights' shapes disagree, or a number is not finite
    explicit AdaptiveGraph(GraphWeights weights) : options_(weights.options), margin_(weights.margin) {
        require_sound(weights);
        const auto dimension = weights.w1.rows();
        Matrix side_by_side(dimension, 3 * dimension);
        for (std::size_t row = 0; row < static_cast<std::size_t>(dimension); ++row) {
            float* out = detail::row_of(side_by_side, row).data();
            for (const Matrix* const each : {&weights.w1, &weights.wa, &weights.w2})
                out = std::ranges::copy(detail::row_of(*each, row), out).out;
        }
        w1_wa_w2_.pack(detail::MatrixView(side_by_side));
        reduction_.pack(detail::MatrixView(weights.reduction));
        weights_ = std::move(weights);
    }

    /// The options of the weights, if there are weights.
    [[nodiscard]] const AdaptiveGraphOptions& options() const noexcept { return options_; }
    /// Empty if there are no weights.
    [[nodiscard]] const std::optional<GraphWeights>& weights() const noexcept { return weights_; }
    /// The weights' margin; kUntrainedMargin if there are no weights.
    [[nodiscard]] float margin() const noexcept { return margin_; }

    /// @param features_d  [M x D], M may be 0
    /// @param features_t  [N x D], N may be 0
    /// @param iou         [M x N]
    /// @param similarity  [M x N] S_out, resized; in [0, 1], or in [-1, 1] without ReLU or with a reduction;
    ///                    0 for a node of zero length, such as a zero row without weights
    /// @throws InvalidArgument  shapes disagree with each other or with the weights, a value is not finite,
    ///                          or features and weights together overflow a float
    /// @note Complexity: O(M N D + (M + N) D^2); without weights O(M N D)
    void relate(const Matrix& features_d, const Matrix& features_t, const Matrix& iou, Matrix& similarity) {
        require_input(features_d, features_t, iou);
        if (weights_) {
            const float iou_weight = 1 / (1 + std::exp(-weights_->prior_logit));
            affinity_prior(features_d, features_t, iou, iou_weight, options_.squared_distance, prior_,
                           prior_scratch_);
            update_nodes(features_d, features_t);
        } else {
            prior_.resize(0, 0);
            nodes_d_ = features_d;
            nodes_t_ = features_t;
            rectify(nodes_d_);
            rectify(nodes_t_);
            finish_nodes(nodes_d_);
            finish_nodes(nodes_t_);
        }
        nodes_t_transposed_.pack(detail::MatrixView(nodes_t_).transposed());
        detail::multiply(detail::MatrixView(nodes_d_), nodes_t_transposed_, similarity);
        for (float& value : detail::numbers_of(similarity))
            value = std::clamp(value, -1.0F, 1.0F); // rounding may exceed the limits slightly
    }

    /// [M x N] the prior affinity E of the last call, valid until the next one. 0 x 0 without weights,
    /// because nothing depends on it then.
    [[nodiscard]] const Matrix& prior() const noexcept { return prior_; }

private:
    /// Equations 9 and 10. A common factor of all features cancels in rows of unit length. Extreme features
    /// are therefore rescaled to ordinary size first, so that the products stay within a float. Only the gate
    /// depends on the factor.
    void update_nodes(const Matrix& features_d, const Matrix& features_t) {
        const int exponent = extreme_exponent(features_d, features_t);
        if (exponent != 0) {
            scaled_d_ = features_d;
            scaled_t_ = features_t;
            rescale(detail::numbers_of(scaled_d_), -exponent);
            rescale(detail::numbers_of(scaled_t_), -exponent);
        }
        const Matrix& own_d = exponent != 0 ? scaled_d_ : features_d;
        const Matrix& own_t = exponent != 0 ? scaled_t_ : features_t;
        detail::multiply(detail::MatrixView(own_d), w1_wa_w2_, products_d_);
        detail::multiply(detail::MatrixView(own_t), w1_wa_w2_, products_t_);
        const detail::MatrixView prior(prior_);
        update_side(prior, products_d_, products_t_, exponent, nodes_d_);
        update_side(prior.transposed(), products_t_, products_d_, exponent, nodes_t_);
        if (!detail::all_finite(detail::numbers_of(std::as_const(nodes_d_))) ||
            !detail::all_finite(detail::numbers_of(std::as_const(nodes_t_))))
            detail::throw_invalid("AdaptiveGraph::relate: features and weights together overflow a float; "
                                  "check how the weights were trained");
    }

    /// Computes the nodes of one side. Features of the other side are multiplied by W2 before they are
    /// aggregated, not after. The result is the same, and one product of all features with all weights is
    /// enough.
    ///
    /// @param prior          [own nodes x others]
    /// @param own, others    [nodes x 3 D] features times W1, Wa and W2
    void update_side(const detail::MatrixView& prior, Matrix& own, const Matrix& others, int exponent,
                     Matrix& nodes) {
        const auto dimension = own.cols() / 3;
        other_w2_.pack(detail::MatrixView(others).middle_columns(2 * dimension, dimension));
        detail::multiply(prior, other_w2_, message_);
        nodes.resize(own.rows(), dimension);
        const float lowest = options_.relu ? 0 : -std::numeric_limits<float>::infinity();
        for (std::size_t row = 0; row < static_cast<std::size_t>(own.rows()); ++row) {
            const std::span<float> node = detail::row_of(nodes, row), message = detail::row_of(message_, row);
            float* const self = detail::row_of(own, row).data();
            if (exponent != 0) rescale({self + dimension, node.size()}, exponent);
            detail::gated_sum({self, self + dimension, message.data()}, lowest, node);
        }
        finish_nodes(nodes);
    }

    /// Applies the ReLU, if there is one.
    void rectify(Matrix& nodes) const {
        if (!options_.relu) return;
        for (float& value : detail::numbers_of(nodes))
            value = std::max(value, 0.0F);
    }

    /// Applies the reducing layer, if there is one, and scales to unit length.
    void finish_nodes(Matrix& nodes) {
        if (weights_ && weights_->reduction.size() != 0) {
            detail::multiply(detail::MatrixView(nodes), reduction_, message_);
            nodes.swap(message_);
        }
        for (std::size_t row = 0; row < static_cast<std::size_t>(nodes.rows()); ++row)
            detail::normalise(detail::row_of(nodes, row));
    }

    static void rescale(std::span<float> numbers, int exponent) {
        for (float& value : numbers)
            value = std::ldexp(value, exponent);
    }

    /// Exponent of the power of two above the largest feature, if that is far from 1; otherwise 0.
    static int extreme_exponent(const Matrix& features_d, const Matrix& features_t) {
        float largest = 0;
        for (const Matrix* features : {&features_d, &features_t})
            largest = std::max(largest, detail::largest_magnitude(detail::numbers_of(*features)));
        const int exponent = largest == 0 ? 0 : std::ilogb(largest) + 1;
        return std::abs(exponent) > 40 ? exponent : 0;
    }

    static void require_sound(const GraphWeights& weights) {
        const auto dimension = weights.w1.rows();
        const auto square = [dimension](const Matrix& m) {
            return m.rows() == dimension && m.cols() == dimension;
        };
        const Matrix& reduction = weights.reduction;
        if (dimension == 0 || !square(weights.w1) || !square(weights.w2) || !square(weights.wa) ||
            (reduction.size() != 0 && reduction.rows() != dimension))
            detail::throw_invalid(
                "AdaptiveGraph: expected W1, W2, Wa [D x D] and a reduction [D x R] or none, "
                "got ",
                shape(weights.w1), ", ", shape(weights.w2), ", ", shape(weights.wa), " and ",
                shape(reduction));
        const auto finite = [](const Matrix& m) { return detail::all_finite(detail::numbers_of(m)); };
        if (!finite(weights.w1) || !finite(weights.w2) || !finite(weights.wa) || !finite(reduction) ||
            !detail::is_finite(weights.prior_logit) || !detail::is_finite(weights.margin))
            detail::throw_invalid("AdaptiveGraph: expected finite weights, got NaN or infinity; their "
                                  "training has diverged");
    }

    void require_input(const Matrix& features_d, const Matrix& features_t, const Matrix& iou) const {
        const auto dimension = weights_ ? weights_->w1.rows() : features_d.cols();
        if (features_d.cols() != dimension || features_t.cols() != dimension ||
            iou.rows() != features_d.rows() || iou.cols() != features_t.rows())
            detail::throw_invalid("AdaptiveGraph::relate: expected features [M x ", dimension, "] and [N x ",
                                  dimension, "] and an IoU [M x N], got ", shape(features_d), ", ",
                                  shape(features_t), " and ", shape(iou),
                                  "; weights and pooler must agree on the dimension");
        if (!detail::all_finite(detail::numbers_of(features_d)) ||
            !detail::all_finite(detail::numbers_of(features_t)) ||
            !detail::all_finite(detail::numbers_of(iou)))
            detail::throw_invalid("AdaptiveGraph::relate: expected finite features and IoU, got NaN or "
                                  "infinity; check the pooler's output or the caller's vectors");
    }

    static std::string shape(const Matrix& matrix) {
        return '[' + std::to_string(matrix.rows()) + " x " + std::to_string(matrix.cols()) + ']';
    }

    AdaptiveGraphOptions options_;
    float margin_ = kUntrainedMargin;
    std::optional<GraphWeights> weights_;
    detail::PackedMatrix w1_wa_w2_; // side by side
    detail::PackedMatrix reduction_;
    Matrix prior_, scaled_d_, scaled_t_, products_d_, products_t_, message_, nodes_d_, nodes_t_;
    AffinityPriorScratch prior_scratch_;
    detail::PackedMatrix other_w2_, nodes_t_transposed_;
};

static_assert(AffinityGraph<AdaptiveGraph>);

} // namespace fgagt
