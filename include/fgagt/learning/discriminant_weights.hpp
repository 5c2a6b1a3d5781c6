#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/sample_maker.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace fgagt {

/// Options of discriminant_weights().
struct DiscriminantOptions {
    int dimension = 128; ///< dimension of the embedded features, [1, inputs]
    /// Fraction of the identity matrix in the whitened scatter, (0, 1]. At 1, only the variation over all
    /// objects counts. Near 0, directions in which few pairs happen to differ count too much (Friedman,
    /// Regularized discriminant analysis, 1989).
    double shrinkage = 0.5;
    /// W2 is this times the identity matrix, finite. 0: nodes ignore the other side.
    double message = 1;
    bool relu = false; ///< whether nodes end in a ReLU
};

namespace detail {

/// Statistics of samples for discriminant analysis. All covariances are [I x I].
class Scatter {
public:
    using Row = Eigen::RowVectorXd;

    /// @throws InvalidArgument  there are no inputs, their dimensions differ, or there is not one for each
    ///                          identity
    explicit Scatter(std::span<const AssociationSample> samples) {
        for (const AssociationSample& sample : samples) {
            require_identities(sample, "discriminant_weights");
            for (const Matrix* inputs : {&sample.inputs_d, &sample.inputs_t})
                add_to_mean(*inputs);
        }
        if (rows_ == 0)
            throw_invalid("discriminant_weights: expected samples with detections or tracks, got none");
        mean_ /= static_cast<double>(rows_);
        total_.setZero(mean_.size(), mean_.size());
        within_.setZero(mean_.size(), mean_.size());
        for (const AssociationSample& sample : samples)
            add(sample);
        finish(total_, static_cast<double>(rows_));
        finish(within_, 2 * static_cast<double>(pairs_));
    }

    /// Number of pairs of a detection and a track of the same object.
    [[nodiscard]] std::size_t pairs() const noexcept { return pairs_; }
    /// Mean of all inputs.
    [[nodiscard]] const Row& mean() const noexcept { return mean_; }
    /// Covariance of all inputs about their mean.
    [[nodiscard]] const Eigen::MatrixXd& total() const noexcept { return total_; }
    /// Covariance of the inputs of each object about the object's own mean.
    [[nodiscard]] const Eigen::MatrixXd& within() const noexcept { return within_; }

private:
    void add_to_mean(const Matrix& inputs) {
        if (inputs.rows() == 0) return;
        if (rows_ == 0) mean_.setZero(inputs.cols());
        if (inputs.cols() != mean_.size())
            throw_invalid("discriminant_weights: expected inputs of one dimension, got ", mean_.size(),
                          " and ", inputs.cols(), "; use the same pooler for all samples");
        mean_ += inputs.cast<double>().colwise().sum();
        rows_ += inputs.rows();
    }

    void add(const AssociationSample& sample) {
        for (const Matrix* inputs : {&sample.inputs_d, &sample.inputs_t})
            if (inputs->rows() != 0) add_outer_products(inputs->cast<double>().rowwise() - mean_, total_);
        Eigen::MatrixXd differences(sample.inputs_d.rows(), mean_.size());
        Eigen::Index count = 0;
        for (std::size_t d = 0; d < sample.identities_d.size(); ++d)
            for (std::size_t t = 0; t < sample.identities_t.size(); ++t)
                if (sample.identities_d[d] != kNobody && sample.identities_d[d] == sample.identities_t[t])
                    differences.row(count++) = (sample.inputs_d.row(static_cast<Eigen::Index>(d)) -
                                                sample.inputs_t.row(static_cast<Eigen::Index>(t)))
                                                   .cast<double>();
        pairs_ += static_cast<std::size_t>(count);
        add_outer_products(differences.topRows(count), within_);
    }

    /// Adds them to the lower half.
    static void add_outer_products(const Eigen::MatrixXd& rows, Eigen::MatrixXd& sum) {
        if (rows.rows() != 0) sum.selfadjointView<Eigen::Lower>().rankUpdate(rows.transpose());
    }

    static void finish(Eigen::MatrixXd& sum, double count) {
        sum = Eigen::MatrixXd(sum.selfadjointView<Eigen::Lower>()) / std::max(count, 1.0);
    }

    Row mean_;
    Eigen::MatrixXd total_, within_;
    Eigen::Index rows_ = 0;
    std::size_t pairs_ = 0;
};

/// R^{-1/2} of the regularised within-object scatter R.
[[nodiscard]] inline Eigen::MatrixXd whitening(const Scatter& scatter, double shrinkage) {
    const Eigen::Index inputs = scatter.mean().size();
    const double mean_eigenvalue = scatter.within().trace() / static_cast<double>(inputs);
    Eigen::MatrixXd regularised = shrinkage * Eigen::MatrixXd::Identity(inputs, inputs);
    if (mean_eigenvalue > 0) regularised += (1 - shrinkage) / mean_eigenvalue * scatter.within();
    return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(regularised).operatorInverseSqrt();
}

/// The eigenvectors of the largest eigenvalues as rows, largest eigenvalue first. In each, the entry of
/// largest magnitude is positive.
///
/// @param power  set to the sum of these eigenvalues
[[nodiscard]] inline Eigen::MatrixXd principal_directions(const Eigen::MatrixXd& covariance, int count,
                                                          double& power) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance);
    power = solver.eigenvalues().tail(count).sum();
    Eigen::MatrixXd directions = solver.eigenvectors().rightCols(count).rowwise().reverse().transpose();
    for (Eigen::Index row = 0; row < directions.rows(); ++row) {
        Eigen::Index largest = 0;
        directions.row(row).cwiseAbs().maxCoeff(&largest);
        if (directions(row, largest) < 0) directions.row(row) *= -1;
    }
    return directions;
}

} // namespace detail

/// Weights in closed form, as a starting point and a baseline for training. The embedding is a regularised
/// linear discriminant (Fisher, The use of multiple measurements in taxonomic problems, 1936). It whitens the
/// variation within an object between detection and track, and keeps the directions with the largest
/// remaining variation. It subtracts the mean, so that the cosines of different objects are around 0. The
/// graph passes features on unchanged and adds the features of the other side: W1 = I, W2 = message I,
/// Wa = 0, w = 0.5.
///
/// Embedded features have a root mean square length of 1. The margin is the paper's and is not fitted.
///
/// @param samples  samples with I inputs each
/// @param options  see DiscriminantOptions
/// @throws InvalidArgument  an option is out of range; no sample has a detection and a track of the same
///                          object; inputs have different dimensions, are not finite, or are all equal
/// @note Complexity: O((M + N) I^2) per sample, and O(I^3)
[[nodiscard]] inline NetworkWeights discriminant_weights(std::span<const AssociationSample> samples,
                                                         const DiscriminantOptions& options = {}) {
    if (!(detail::is_within(options.shrinkage, 0, 1) && options.shrinkage > 0))
        detail::throw_invalid("discriminant_weights: expected shrinkage in (0, 1], got ", options.shrinkage);
    if (!detail::is_finite(options.message))
        detail::throw_invalid("discriminant_weights: expected a finite message, got ", options.message);
    const detail::Scatter scatter(samples);
    if (options.dimension < 1 || options.dimension > scatter.mean().size())
        detail::throw_invalid("discriminant_weights: expected a dimension from 1 to that of the inputs, ",
                              scatter.mean().size(), ", got ", options.dimension);
    if (scatter.pairs() == 0)
        detail::throw_invalid(
            "discriminant_weights: expected samples in which a detection and a track are the same object, "
            "got none; use frames that are closer together");
    const Eigen::MatrixXd& total = scatter.total();
    if (!std::all_of(total.data(), total.data() + total.size(),
                     [](const double& number) { return detail::is_finite(number); }) ||
        scatter.total().trace() <= 0)
        detail::throw_invalid(
            "discriminant_weights: expected finite inputs that differ, got a total variance of ",
            scatter.total().trace());

    const Eigen::MatrixXd white = detail::whitening(scatter, options.shrinkage);
    double power = 0;
    const Eigen::MatrixXd directions =
        detail::principal_directions(white * scatter.total() * white, options.dimension, power);
    const Eigen::MatrixXd embedding = directions * white / std::sqrt(power);

    NetworkWeights weights;
    weights.embedding = embedding.cast<float>();
    weights.bias = (-scatter.mean() * embedding.transpose()).cast<float>();
    weights.graph = GraphWeights::untrained(options.dimension);
    weights.graph.w2.diagonal().setConstant(static_cast<float>(options.message));
    weights.graph.options.relu = options.relu;
    weights.graph.margin = kPaperMargin;
    return weights;
}

} // namespace fgagt
