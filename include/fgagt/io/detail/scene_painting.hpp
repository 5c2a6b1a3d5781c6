#pragma once

#include <fgagt/core/keyed_random.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <utility>
#include <vector>

/// @file
/// Random numbers and pixels of a synthetic scene. All arithmetic uses integers, so every processor and
/// compiler produces the same image.
namespace fgagt::detail {

/// Positions in units of 1/256 pixel, as integers, so that the ground truth matches the painted image
/// exactly.
using Subpixels = std::int64_t;
inline constexpr Subpixels kPixel = 256;

struct SubpixelBox {
    Subpixels left = 0, top = 0, width = 0, height = 0;

    [[nodiscard]] Subpixels right() const noexcept { return left + width; }
    [[nodiscard]] Subpixels bottom() const noexcept { return top + height; }
};

/// Blue, green, red; clamped to [0, 255] only when painted.
using Colour = std::array<int, 3>;

/// A colour from the colour wheel: hue in [0, 768), channels between `low` and `high`.
inline Colour wheel_colour(int hue, int low, int high) {
    Colour colour{};
    for (int c = 0; c < 3; ++c) {
        const int distance = std::abs((hue + 256 * c) % 768 - 384); // 384 on the channel, 0 opposite
        colour[static_cast<std::size_t>(c)] = low + (high - low) * std::clamp(distance - 64, 0, 256) / 256;
    }
    return colour;
}

/// Position of a row or column of pixels between two neighbouring points of a lattice.
struct LatticePlace {
    std::int64_t cell = 0;
    int weight = 0; ///< weight of the next point, [0, 4096]
};

/// Positions of the pixels `first` ... `first + count - 1` along one axis of a lattice with point 0 at
/// `origin` and point `cells` at `origin + extent`. The weight follows 3 t^2 - 2 t^3, which has no kink at
/// lattice points, so optical flow finds smooth gradients everywhere.
inline std::vector<LatticePlace> lattice_places(int first, int count, Subpixels origin, Subpixels extent,
                                                int cells) {
    std::vector<LatticePlace> places(static_cast<std::size_t>(std::max(count, 0)));
    for (std::size_t i = 0; i < places.size(); ++i) {
        const Subpixels centre = (first + static_cast<Subpixels>(i)) * kPixel + kPixel / 2 - origin;
        const std::int64_t scaled = centre * cells * 4096;
        const std::int64_t position = scaled / extent - (scaled % extent < 0 ? 1 : 0);
        const std::int64_t t = position & 4095;
        places[i] = {position >> 12, static_cast<int>((t * t * (3 * 4096 - 2 * t)) >> 24)};
    }
    return places;
}

/// Interpolates the colours of a lattice row by row.
///
/// @tparam Lattice  (column, row) -> Colour
template <class Lattice>
class LatticeRows {
public:
    LatticeRows(Lattice lattice, std::vector<LatticePlace> columns, std::vector<LatticePlace> rows)
        : lattice_(std::move(lattice)),
          columns_(std::move(columns)),
          rows_(std::move(rows)),
          upper_(3 * columns_.size()),
          lower_(3 * columns_.size()),
          mixed_(3 * columns_.size()) {}

    /// Blue, green and red of every pixel in row `r`, in 1/16 grey level; valid until the next call. Fastest
    /// if rows are requested in order.
    std::span<const int> row(std::size_t r) {
        const LatticePlace& place = rows_[r];
        if (!has_rows_ || place.cell != upper_row_) {
            if (has_rows_ && place.cell == upper_row_ + 1)
                upper_.swap(lower_);
            else
                interpolate_columns(place.cell, upper_);
            interpolate_columns(place.cell + 1, lower_);
            upper_row_ = place.cell;
            has_rows_ = true;
        }
        for (std::size_t i = 0; i < mixed_.size(); ++i)
            mixed_[i] = upper_[i] + (((lower_[i] - upper_[i]) * place.weight) >> 12);
        return mixed_;
    }

private:
    void interpolate_columns(std::int64_t lattice_row, std::vector<int>& values) {
        Colour left{}, right{};
        for (std::size_t x = 0; x < columns_.size(); ++x) {
            if (x == 0 || columns_[x].cell != columns_[x - 1].cell) {
                left = lattice_(columns_[x].cell, lattice_row);
                right = lattice_(columns_[x].cell + 1, lattice_row);
            }
            for (std::size_t c = 0; c < 3; ++c)
                values[3 * x + c] = (left[c] * 4096 + (right[c] - left[c]) * columns_[x].weight) >> 8;
        }
    }

    Lattice lattice_;
    std::vector<LatticePlace> columns_, rows_;
    std::vector<int> upper_, lower_, mixed_;
    std::int64_t upper_row_ = 0;
    bool has_rows_ = false;
};

/// Random colour at a lattice point, each channel in [-amplitude, amplitude]. Colours differ mostly in
/// brightness.
inline Colour lattice_noise(std::uint64_t seed, std::int64_t column, std::int64_t row, int amplitude) {
    const std::uint64_t bits = KeyedRandom(seed, column, row).next();
    const auto part = [bits](int byte) { return static_cast<int>((bits >> (8 * byte)) & 255U); };
    Colour colour{};
    for (int c = 0; c < 3; ++c)
        colour[static_cast<std::size_t>(c)] = (3 * part(0) + part(c + 1) - 510) * amplitude / 510;
    return colour;
}

/// Paints an endless ground of coarse and fine blotches with its point (0, 0) at `origin`.
inline void paint_background(cv::Mat& image, std::uint64_t seed, Subpixels origin_x, Subpixels origin_y) {
    const auto layer = [&](std::uint64_t key, int cell_px, Colour mean, int amplitude) {
        const auto lattice = [=](std::int64_t column, std::int64_t row) {
            Colour colour = lattice_noise(key, column, row, amplitude);
            for (std::size_t c = 0; c < 3; ++c)
                colour[c] += mean[c];
            return colour;
        };
        return LatticeRows(lattice, lattice_places(0, image.cols, origin_x, cell_px * kPixel, 1),
                           lattice_places(0, image.rows, origin_y, cell_px * kPixel, 1));
    };
    auto coarse = layer(seed, 56, {128, 134, 132}, 40);
    auto fine = layer(~seed, 7, {0, 0, 0}, 38);
    for (int y = 0; y < image.rows; ++y) {
        const std::span<const int> a = coarse.row(static_cast<std::size_t>(y));
        const std::span<const int> b = fine.row(static_cast<std::size_t>(y));
        auto* pixels = image.ptr<std::uint8_t>(y);
        for (std::size_t i = 0; i < a.size(); ++i)
            pixels[i] = static_cast<std::uint8_t>(std::clamp((a[i] + b[i] + 8) >> 4, 0, 255));
    }
}

/// Point on the outline of a figure: half of the figure's width at some height.
struct OutlinePoint {
    int depth;      ///< distance from the box's top edge, in 1/256 of its height
    int half_width; ///< in 1/256 of half the box's width
};

/// A standing person: head, shoulders, arms, hips, feet.
inline constexpr std::array<OutlinePoint, 15> kPersonOutline{{{0, 60},
                                                              {4, 84},
                                                              {11, 104},
                                                              {22, 104},
                                                              {31, 84},
                                                              {39, 60},
                                                              {46, 120},
                                                              {54, 200},
                                                              {72, 244},
                                                              {110, 256},
                                                              {128, 244},
                                                              {150, 196},
                                                              {236, 156},
                                                              {246, 200},
                                                              {256, 204}}};
/// A block with blunt corners, for other classes.
inline constexpr std::array<OutlinePoint, 4> kBlockOutline{{{0, 216}, {24, 256}, {232, 256}, {256, 216}}};

inline Subpixels half_width_at(std::span<const OutlinePoint> outline, const SubpixelBox& box, Subpixels y) {
    const Subpixels depth = std::clamp<Subpixels>((y - box.top) * 65536 / box.height, 0, 65536);
    std::size_t i = 1;
    while (i + 1 < outline.size() && outline[i].depth * 256 < depth)
        ++i;
    const OutlinePoint &above = outline[i - 1], &below = outline[i];
    const Subpixels share = above.half_width * 256 + (below.half_width - above.half_width) *
                                                         (depth - above.depth * 256) /
                                                         (below.depth - above.depth);
    return box.width * share / (2 * 65536);
}

/// Part of pixel `i` that lies in [low, high), in 1/256.
inline int coverage(int i, Subpixels low, Subpixels high) {
    const Subpixels start = i * kPixel;
    return static_cast<int>(std::max<Subpixels>(0, std::min(high, start + kPixel) - std::max(low, start)));
}

/// Paints a figure over the image. Pixels on its outline are blended by the fraction that it covers.
///
/// @param lattice  colours of the figure: (column, row) -> Colour, with point (0, 0) at the box's top left
///                 corner and point (columns, rows) at its bottom right corner
template <class Lattice>
void paint_figure(cv::Mat& image, const SubpixelBox& box, std::span<const OutlinePoint> outline,
                  const Lattice& lattice, int columns, int rows) {
    const auto pixel_range = [](Subpixels low, Subpixels high, int limit) {
        // Negative only if nothing is painted anyway.
        const Subpixels last = (high + kPixel - 1) / kPixel;
        return cv::Range(static_cast<int>(std::clamp<Subpixels>(low / kPixel, 0, limit)),
                         static_cast<int>(std::clamp<Subpixels>(last, 0, limit)));
    };
    const cv::Range xs = pixel_range(box.left, box.right(), image.cols);
    const cv::Range ys = pixel_range(box.top, box.bottom(), image.rows);
    if (xs.empty() || ys.empty()) return;

    LatticeRows texture(lattice, lattice_places(xs.start, xs.size(), box.left, box.width, columns),
                        lattice_places(ys.start, ys.size(), box.top, box.height, rows));
    const Subpixels middle = box.left + box.width / 2;
    for (int y = ys.start; y < ys.end; ++y) {
        const std::span<const int> colours = texture.row(static_cast<std::size_t>(y - ys.start));
        const Subpixels half = half_width_at(outline, box, y * kPixel + kPixel / 2);
        const int row_share = coverage(y, box.top, box.bottom());
        auto* pixels = image.ptr<std::uint8_t>(y);
        for (int x = xs.start; x < xs.end; ++x) {
            const int share = coverage(x, middle - half, middle + half) * row_share / 256;
            if (share == 0) continue;
            for (std::size_t c = 0; c < 3; ++c) {
                const int over =
                    std::clamp(colours[3 * static_cast<std::size_t>(x - xs.start) + c], 0, 255 * 16);
                std::uint8_t& pixel = pixels[3 * static_cast<std::size_t>(x) + c];
                pixel = static_cast<std::uint8_t>((pixel * 16 * (256 - share) + over * share + 2048) >> 12);
            }
        }
    }
}

} // namespace fgagt::detail
