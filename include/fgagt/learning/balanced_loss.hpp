#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// Options of BalancedLoss: the weights of the classes of pairs. Each is divided by the number of its pairs.
struct BalancedLossOptions {
    double alpha = 1;      ///< pairs of two different continuing objects, >= 0
    double beta = 1;       ///< pairs of the same object, >= 0
    double gamma = 1;      ///< pairs of a detection without a track of its object, >= 0
    double delta = 1;      ///< pairs of a track without a detection of its object, >= 0
    bool by_number = true; ///< false: the weights are not divided
};

/// Balanced mean squared error between similarities and the truth, which is 1 for pairs of the same object
/// and 0 for others (FGAGT, equation 12). Pairs of different objects are far more frequent, so each class of
/// pairs is averaged separately:
///
///     L = alpha/n_a sum_a S^2 + beta/n_b sum_b (S - 1)^2 + gamma/n_c sum_c S^2 + delta/n_d sum_d S^2
///
/// The pair of a new detection and a vanished track belongs to gamma. Weight decay is not included, because
/// it applies to a batch, not to pairs (see weight_decay).
class BalancedLoss {
public:
    using Options = BalancedLossOptions;

    BalancedLoss() : BalancedLoss(BalancedLossOptions{}) {}
    /// @throws InvalidArgument  a weight is negative or not finite
    explicit BalancedLoss(BalancedLossOptions options)
        : options_(options),
          weights_{options.alpha, options.beta, options.gamma, options.delta} {
        for (const double weight : weights_)
            if (!(detail::is_finite(weight) && weight >= 0))
                detail::throw_invalid("BalancedLoss: expected finite weights >= 0, got ", weight);
    }

    [[nodiscard]] const BalancedLossOptions& options() const noexcept { return options_; }

    /// Classes of pairs, by the Greek letters of their weights.
    enum class PairClass : std::uint8_t {
        kDifferent, ///< alpha
        kSame,      ///< beta
        kNew,       ///< gamma
        kVanished,  ///< delta
    };
    /// Number of pairs in each class.
    using Numbers = std::array<std::size_t, 4>;

    /// @param identities_d  [M] identity of each detection, kNobody for a false positive
    /// @param identities_t  [N] identity of each track, each at most once
    /// @return  [M N] class of each pair, row by row
    [[nodiscard]] static std::vector<PairClass> classes(std::span<const TrackId> identities_d,
                                                        std::span<const TrackId> identities_t) {
        const std::vector<char> continues_d = found_in(identities_d, identities_t);
        const std::vector<char> continues_t = found_in(identities_t, identities_d);
        std::vector<PairClass> result;
        result.reserve(identities_d.size() * identities_t.size());
        for (std::size_t d = 0; d < identities_d.size(); ++d)
            for (std::size_t t = 0; t < identities_t.size(); ++t)
                result.push_back(continues_d[d] == 0                  ? PairClass::kNew
                                 : continues_t[t] == 0                ? PairClass::kVanished
                                 : identities_d[d] == identities_t[t] ? PairClass::kSame
                                                                      : PairClass::kDifferent);
        return result;
    }

    /// Adds the pairs of one frame pair to the numbers of the batch.
    static void count(std::span<const PairClass> classes, Numbers& numbers) {
        for (const PairClass one : classes)
            ++numbers[index(one)];
    }

    /// Loss of one frame pair of a batch, and its derivative with respect to the similarities.
    ///
    /// @param similarity  [M x N]
    /// @param classes     [M N] classes of the pairs
    /// @param numbers     number of pairs in each class, in the whole batch
    /// @param gradient    [M x N], resized
    /// @return  contribution to the loss of the batch
    /// @throws InvalidArgument  there is not one class for each pair
    template <class Scalar>
    double evaluate(const MatrixOf<Scalar>& similarity, std::span<const PairClass> classes,
                    const Numbers& numbers, MatrixOf<Scalar>& gradient) const {
        if (static_cast<std::size_t>(similarity.size()) != classes.size())
            detail::throw_invalid("BalancedLoss::evaluate: expected a class for each of the ",
                                  similarity.size(), " pairs, got ", classes.size());
        gradient.resize(similarity.rows(), similarity.cols());
        double loss = 0;
        for (std::size_t k = 0; k < classes.size(); ++k) {
            const std::size_t of_class = index(classes[k]);
            const double weight =
                weights_[of_class] / (options_.by_number ? static_cast<double>(numbers[of_class]) : 1.0);
            const double target = classes[k] == PairClass::kSame ? 1 : 0;
            const double error = static_cast<double>(similarity.data()[k]) - target;
            loss += weight * error * error;
            gradient.data()[k] = static_cast<Scalar>(2 * weight * error);
        }
        return loss;
    }

private:
    static std::size_t index(PairClass one) { return static_cast<std::size_t>(one); }

    /// Whether each of `these` is an identity in `those`.
    static std::vector<char> found_in(std::span<const TrackId> these, std::span<const TrackId> those) {
        std::vector<char> result;
        for (const TrackId one : these) {
            bool found = false;
            for (const TrackId other : those)
                found = found || (one == other && one != kNobody);
            result.push_back(found ? 1 : 0);
        }
        return result;
    }

    BalancedLossOptions options_;
    std::array<double, 4> weights_;
};

} // namespace fgagt
