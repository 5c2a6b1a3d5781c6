#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/detail/matrix_operations.hpp>
#include <fgagt/core/detail/parallel.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/pooling/embedding.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// Options of StripePooler.
struct StripePoolerOptions {
    int stripes = 6; ///< horizontal stripes per box, one below the other, [1, 64]
    /// Share of the box's width that is used, about its middle, (0, 1]; the sides show background.
    float middle_share = 0.7F;
};

/// Colour histograms of horizontal stripes: a person's clothing from head to foot. Each stripe has 16 bins of
/// value and 8 x 8 bins of hue and saturation. Each histogram holds the square roots of its shares
/// (Hellinger); the whole vector has unit length. Needs no weights. With an embedding, the features are the
/// embedded histograms.
class StripePooler {
public:
    using Map = ColourImage;
    using Options = StripePoolerOptions;

    StripePooler() : StripePooler(StripePoolerOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit StripePooler(StripePoolerOptions options) : options_(options) {
        const detail::OptionCheck check("StripePooler", "StripePoolerOptions");
        check(options.stripes >= 1 && options.stripes <= 64, "stripes", "in [1, 64]", options.stripes);
        check(options.middle_share > 0 && options.middle_share <= 1, "middle_share", "in (0, 1]",
              options.middle_share);
    }

    /// With a given embedding; an empty one passes the histograms through.
    /// @throws InvalidArgument  an option is out of range, or the embedding is for another number of bins
    explicit StripePooler(Embedding embedding, StripePoolerOptions options = {}) : StripePooler(options) {
        if (!embedding.empty() && embedding.inputs() != dimension())
            detail::throw_invalid("StripePooler: expected an embedding of ", dimension(), " numbers (",
                                  options.stripes, " stripes), got one of ", embedding.inputs(),
                                  "; use the number of stripes that it was trained for");
        embedding_ = std::move(embedding);
    }

    [[nodiscard]] const StripePoolerOptions& options() const noexcept { return options_; }
    /// Empty if histograms are passed through.
    [[nodiscard]] const Embedding& embedding() const noexcept { return embedding_; }
    /// Numbers per box before the embedding: 80 per stripe.
    [[nodiscard]] Eigen::Index dimension() const noexcept {
        return Eigen::Index{options_.stripes} * kBinsPerStripe;
    }

    /// @param map       colour image
    /// @param boxes     [K] continuous image coordinates
    /// @param features  [K x 80 stripes], rows of unit length; or [K x D], embedded
    /// @param valid     [K] 0 for a box that covers no pixel centre, whose row is zero
    /// @note Complexity: O(pixels under the boxes)
    void pool(const ColourImage& map, std::span<const Box> boxes, Matrix& features,
              std::vector<std::uint8_t>& valid) {
        if (embedding_.empty()) {
            describe_all(map, boxes, features, valid);
            return;
        }
        describe_all(map, boxes, histograms_, valid);
        embedding_.apply(histograms_, features);
        for (std::size_t k = 0; k < boxes.size(); ++k)
            if (valid[k] == 0) std::ranges::fill(detail::row_of(features, k), 0.0F);
    }

private:
    static constexpr int kValueBins = 16;
    static constexpr int kHueBins = 8, kSaturationBins = 8;
    static constexpr int kColourBins = kHueBins * kSaturationBins;
    static constexpr int kBinsPerStripe = kValueBins + kColourBins;

    /// A half-open range of pixels.
    struct PixelRange {
        int begin, end;
    };

    /// The pixels in [0, size) whose centres lie in [low, high).
    static PixelRange pixels_between(double low, double high, int size) {
        const auto first_at = [size](double edge) {
            return static_cast<int>(std::clamp(std::ceil(edge - 0.5), 0.0, static_cast<double>(size)));
        };
        return {first_at(low), first_at(high)};
    }

    void describe_all(const ColourImage& map, std::span<const Box> boxes, Matrix& histograms,
                      std::vector<std::uint8_t>& valid) {
        histograms.resize(static_cast<Eigen::Index>(boxes.size()), dimension());
        valid.resize(boxes.size());
        constexpr std::size_t kLeast = 8; // fewer boxes are not worth another thread
        detail::in_parts(boxes.size(), detail::parts_of(boxes.size(), kLeast),
                         [&](std::size_t, std::size_t first, std::size_t last) {
                             for (std::size_t k = first; k < last; ++k) {
                                 const std::span<float> row = detail::row_of(histograms, k);
                                 std::ranges::fill(row, 0.0F);
                                 describe(map, boxes[k], row.data());
                                 valid[k] = detail::normalise(row) ? 1 : 0;
                             }
                         });
    }

    void describe(const ColourImage& map, const Box& box, float* out) const {
        const double left = static_cast<double>(box.left) * map.scale_x;
        const double width = static_cast<double>(box.width) * map.scale_x;
        const double top = static_cast<double>(box.top) * map.scale_y;
        const double height = static_cast<double>(box.height) * map.scale_y;
        const double side = 0.5 * (1 - static_cast<double>(options_.middle_share)) * width;
        const PixelRange columns = pixels_between(left + side, left + width - side, map.columns);
        for (int stripe = 0; stripe < options_.stripes; ++stripe, out += kBinsPerStripe) {
            const double share = 1.0 / options_.stripes;
            const PixelRange rows =
                pixels_between(top + height * stripe * share, top + height * (stripe + 1) * share, map.rows);
            if (rows.begin < rows.end && columns.begin < columns.end)
                describe_stripe(map, rows, columns, out);
        }
    }

    static void describe_stripe(const ColourImage& map, PixelRange rows, PixelRange columns, float* out) {
        std::array<std::uint32_t, kBinsPerStripe> counts{};
        for (int y = rows.begin; y < rows.end; ++y) {
            const std::uint8_t* pixel = map.pixel(y, columns.begin);
            for (int x = columns.begin; x < columns.end; ++x, pixel += 3) {
                const int hue = pixel[0] * kHueBins / 180;
                const int saturation = pixel[1] * kSaturationBins / 256;
                ++counts[static_cast<std::size_t>(pixel[2] * kValueBins / 256)];
                const int bin = kValueBins + hue * kSaturationBins + saturation;
                ++counts[static_cast<std::size_t>(bin)];
            }
        }
        const double pixels = static_cast<double>(rows.end - rows.begin) * (columns.end - columns.begin);
        for (std::size_t bin = 0; bin < counts.size(); ++bin)
            out[bin] = static_cast<float>(std::sqrt(counts[bin] / pixels));
    }

    StripePoolerOptions options_;
    Embedding embedding_;
    Matrix histograms_;
};
static_assert(Pooler<StripePooler>);

} // namespace fgagt
