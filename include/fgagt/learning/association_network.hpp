#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <Eigen/Core>

#include <cmath>
#include <cstddef>

namespace fgagt {

/// Embedding and adaptive graph as one differentiable function of their weights (FGAGT, equations 9 to 11).
/// Computes the same as `Embedding` and `AdaptiveGraph`, and the gradient.
///
/// At kinks of the function the gradient is a finite subgradient: 0 for a ReLU at 0, for the normalisation of
/// a row of zeros, and for the distance of two identical rows.
template <class Scalar>
class AssociationNetwork {
public:
    using Weights = NetworkWeightsOf<Scalar>; ///< the weights
    using Values = MatrixOf<Scalar>;          ///< features, overlaps and similarities

    /// @param weights   [I -> D]; must outlive the following calls of `backward`
    /// @param inputs_d  [M x I] pooled features of the detections, M may be 0
    /// @param inputs_t  [N x I] pooled features of the tracks, N may be 0
    /// @param iou       [M x N]
    /// @return  [M x N] S_out; valid until the next call
    /// @throws InvalidArgument  shapes do not match
    const Values& forward(const Weights& weights, const Values& inputs_d, const Values& inputs_t,
                          const Values& iou) {
        const Eigen::Index inputs =
            weights.embedding.size() == 0 ? weights.graph.w1.rows() : weights.embedding.cols();
        if (inputs_d.cols() != inputs || inputs_t.cols() != inputs || iou.rows() != inputs_d.rows() ||
            iou.cols() != inputs_t.rows())
            detail::throw_invalid("AssociationNetwork: expected inputs [M x ", inputs, "] and [N x ", inputs,
                                  "] and an IoU [M x N], got [", inputs_d.rows(), " x ", inputs_d.cols(),
                                  "], [", inputs_t.rows(), " x ", inputs_t.cols(), "] and [", iou.rows(),
                                  " x ", iou.cols(), "]; weights and samples must be of the same pooler");
        weights_ = &weights;
        iou_ = iou;
        embed(inputs_d, d_);
        embed(inputs_t, t_);
        relate_features();
        iou_share_ = Scalar{1} / (Scalar{1} + std::exp(-weights.graph.prior_logit));
        prior_ = iou_share_ * iou_ + (1 - iou_share_) * closeness_;
        d_.aggregated.noalias() = prior_ * t_.features;
        t_.aggregated.noalias() = prior_.transpose() * d_.features;
        update(d_);
        update(t_);
        similarity_.noalias() = d_.unit * t_.unit.transpose();
        return similarity_;
    }

    /// Adds the gradient of a loss to the gradient of its batch.
    ///
    /// @param change    [M x N] derivative of the loss with respect to the last output of `forward`
    /// @param gradient  gradient of the batch, shaped like the weights
    void backward(const Values& change, Weights& gradient) {
        const Values change_unit_d = change * t_.unit;
        const Values change_unit_t = change.transpose() * d_.unit;
        Values change_aggregated_d, change_aggregated_t;
        update_backward(d_, change_unit_d, gradient, change_aggregated_d);
        update_backward(t_, change_unit_t, gradient, change_aggregated_t);
        d_.change.noalias() += prior_ * change_aggregated_t;
        t_.change.noalias() += prior_.transpose() * change_aggregated_d;
        Values change_prior = change_aggregated_d * t_.features.transpose();
        change_prior.noalias() += d_.features * change_aggregated_t.transpose();
        gradient.graph.prior_logit +=
            iou_share_ * (1 - iou_share_) * (change_prior.cwiseProduct(iou_ - closeness_)).sum();
        relate_features_backward((1 - iou_share_) * change_prior);
        embed_backward(d_, gradient);
        embed_backward(t_, gradient);
    }

private:
    /// One side of the bipartite graph: detections or tracks.
    struct Side {
        Values inputs;     // [K x I]
        Values features;   // [K x D] F
        Values aggregated; // [K x D] F^ag
        Values message;    // [K x D] F^ag W2
        Values gate;       // [K x D] sigmoid(F Wa)
        Values nodes;      // [K x D] before the ReLU
        Values active;     // [K x D] after the ReLU
        Values reduced;    // [K x R] after the reducing layer
        Values unit;       // [K x R] H, rows of unit length
        Values change;     // [K x D] derivative of the loss with respect to F
    };

    void embed(const Values& inputs, Side& side) {
        side.inputs = inputs;
        if (weights_->embedding.size() == 0) {
            side.features = inputs;
            return;
        }
        side.features.noalias() = inputs * weights_->embedding.transpose();
        side.features.rowwise() += weights_->bias;
    }

    void embed_backward(const Side& side, Weights& gradient) const {
        if (weights_->embedding.size() == 0) return;
        gradient.embedding.noalias() += side.change.transpose() * side.inputs;
        gradient.bias += side.change.colwise().sum();
    }

    /// S_ft: 1 / distance^2, with each row normalised to unit length. Distances are relative to the smallest
    /// in the row, so that nothing overflows if two features are identical.
    void relate_features() {
        const Eigen::Index rows = iou_.rows(), columns = iou_.cols();
        distance_.resize(rows, columns);
        closeness_.resize(rows, columns);
        if (columns == 0) return;
        for (Eigen::Index i = 0; i < rows; ++i) {
            for (Eigen::Index j = 0; j < columns; ++j) {
                const double square =
                    (d_.features.row(i) - t_.features.row(j)).template cast<double>().squaredNorm();
                distance_(i, j) =
                    (weights_->graph.options.squared_distance ? square : std::sqrt(square)) + kTiny;
            }
            const double nearest = distance_.row(i).minCoeff();
            const Eigen::RowVectorXd relative = nearest * distance_.row(i).cwiseInverse();
            closeness_.row(i) = (relative / relative.norm()).template cast<Scalar>();
        }
    }

    /// For s = c / |c| with c = 1 / u: du_j = -s_j / u_j sum_k s_k (s_k ds_j - s_j ds_k). In this form the
    /// terms do not cancel if one distance is tiny and 1 / u is huge.
    void relate_features_backward(const Values& change_closeness) {
        for (Eigen::Index i = 0; i < iou_.rows(); ++i)
            for (Eigen::Index j = 0; j < iou_.cols(); ++j) {
                const auto close = [&](Eigen::Index k) { return static_cast<double>(closeness_(i, k)); };
                const auto change = [&](Eigen::Index k) {
                    return static_cast<double>(change_closeness(i, k));
                };
                double sum = 0;
                for (Eigen::Index k = 0; k < iou_.cols(); ++k)
                    sum += close(k) * (close(k) * change(j) - close(j) * change(k));
                const double change_distance = -close(j) / distance_(i, j) * sum;
                const double length = distance_(i, j) - kTiny;
                if (length <= 0) continue; // identical rows
                const auto factor =
                    static_cast<Scalar>(weights_->graph.options.squared_distance ? 2 * change_distance
                                                                                 : change_distance / length);
                difference_ = factor * (d_.features.row(i) - t_.features.row(j));
                d_.change.row(i) += difference_;
                t_.change.row(j) -= difference_;
            }
    }

    /// Equations 9 and 10.
    void update(Side& side) {
        const GraphWeightsOf<Scalar>& graph = weights_->graph;
        side.message.noalias() = side.aggregated * graph.w2;
        side.gate.noalias() = side.features * graph.wa;
        side.gate = (Scalar{1} + (-side.gate.array()).exp()).inverse().matrix();
        side.nodes.noalias() = side.features * graph.w1;
        side.nodes += side.gate.cwiseProduct(side.message);
        side.active = graph.options.relu ? Values(side.nodes.cwiseMax(Scalar{0})) : side.nodes;
        side.reduced = graph.reduction.size() == 0 ? side.active : Values(side.active * graph.reduction);
        side.unit = side.reduced;
        for (Eigen::Index row = 0; row < side.unit.rows(); ++row) {
            const Scalar length = side.reduced.row(row).stableNorm();
            if (length > 0) side.unit.row(row) /= length;
        }
    }

    void update_backward(Side& side, const Values& change_unit, Weights& gradient,
                         Values& change_aggregated) const {
        const GraphWeightsOf<Scalar>& graph = weights_->graph;
        Values change = change_unit;
        for (Eigen::Index row = 0; row < change.rows(); ++row) {
            const Scalar length = side.reduced.row(row).stableNorm();
            const Scalar along = side.unit.row(row).dot(change.row(row));
            change.row(row) -= along * side.unit.row(row);
            change.row(row) *= length > 0 ? 1 / length : Scalar{0};
        }
        if (graph.reduction.size() != 0) {
            gradient.graph.reduction.noalias() += side.active.transpose() * change;
            change = Values(change * graph.reduction.transpose());
        }
        if (graph.options.relu) change.array() *= (side.nodes.array() > Scalar{0}).template cast<Scalar>();
        gradient.graph.w1.noalias() += side.features.transpose() * change;
        side.change.noalias() = change * graph.w1.transpose();
        const Values change_message = change.cwiseProduct(side.gate);
        gradient.graph.w2.noalias() += side.aggregated.transpose() * change_message;
        change_aggregated.noalias() = change_message * graph.w2.transpose();
        const Values change_gate =
            (change.array() * side.message.array() * side.gate.array() * (Scalar{1} - side.gate.array()))
                .matrix();
        gradient.graph.wa.noalias() += side.features.transpose() * change_gate;
        side.change.noalias() += change_gate * graph.wa.transpose();
    }

    static constexpr double kTiny = 1e-16;

    const Weights* weights_ = nullptr;
    Values iou_, prior_, closeness_, similarity_;
    MatrixOf<double> distance_;
    RowOf<Scalar> difference_;
    Scalar iou_share_ = 0;
    Side d_, t_;
};

} // namespace fgagt
