#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/core/detail/frame_type.hpp>
#include <fgagt/core/detail/parallel.hpp>
#include <fgagt/core/detail/vectors.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace fgagt {

/// Options of ChannelBackbone.
struct ChannelBackboneOptions {
    /// Factor on the distance of u and v from grey before they are clipped to [0, 1]; in (0, 100]. Clothing
    /// fills a small part of the range of Luv. Both gains were chosen on real frames, by how well cosines
    /// distinguish people.
    float chroma_gain = 8;
    /// Factor on gradient magnitude and orientations before they are clipped to 1; in (0, 100]. A step edge
    /// over the full range of grey levels has magnitude 1 without it; real edges are far weaker.
    float gradient_gain = 2;
};

/// Channel features without learned weights, at a stride of 4 pixels (Dollar et al., Integral Channel
/// Features, 2009): L, u, v, gradient magnitude, and the gradient split by orientation into six channels
/// centred at 0, 30, ... 150 degrees. All lie in [0, 1]. Grey is kNeutralChroma in u and v; alpha is ignored.
///
/// Each cell describes exactly 4 x 4 pixels. A frame whose size is not a multiple of 4 is extended by its
/// border pixels; `valid_cells` marks its true extent.
class ChannelBackbone {
public:
    using Map = FeatureMap;
    using Options = ChannelBackboneOptions;

    static constexpr int kStride = 4;                   ///< pixels per cell
    static constexpr int kOrientations = 6;             ///< over 180 degrees, regardless of sign
    static constexpr int kChannels = 4 + kOrientations; ///< channels of the map
    /// The value of grey in u and v. It is low, because a component that all objects share makes cosines
    /// less distinct.
    static constexpr float kNeutralChroma = 0.25F;

    ChannelBackbone() : ChannelBackbone(ChannelBackboneOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit ChannelBackbone(ChannelBackboneOptions options) : options_(options) {
        const detail::OptionCheck check("ChannelBackbone", "ChannelBackboneOptions");
        const Options& o = options_;
        check(o.chroma_gain > 0 && o.chroma_gain <= 100, "chroma_gain", "in (0, 100]", o.chroma_gain);
        check(o.gradient_gain > 0 && o.gradient_gain <= 100, "gradient_gain", "in (0, 100]", o.gradient_gain);
        build_luv_tables();
        build_colour_tables();
    }

    [[nodiscard]] const ChannelBackboneOptions& options() const noexcept { return options_; }

    /// @throws InvalidArgument  the frame is empty or of another type
    void extract(const cv::Mat& frame, FeatureMap& map) {
        detail::require_frame(frame, "ChannelBackbone::extract");
        lay_out(frame.size(), map);
        const cv::Size half(2 * map.columns, 2 * map.rows);
        cv::resize(whole_cells(frame), half_, half, 0, 0, cv::INTER_AREA);
        if (half_.channels() == 4) cv::cvtColor(half_, half_, cv::COLOR_BGRA2BGR);
        write_colour(map);
        write_gradients(map);
    }

private:
    /// OpenCV builds its tables for Luv at their first use, without a lock up to version 4.9. Here they are
    /// built once, before threads can race for them.
    static void build_luv_tables() {
        [[maybe_unused]] static const bool built = [] {
            cv::Mat luv;
            cv::cvtColor(cv::Mat(1, 1, CV_8UC3, cv::Scalar::all(0)), luv, cv::COLOR_BGR2Luv);
            return true;
        }();
    }

    void build_colour_tables() {
        constexpr int kGreyU = 97, kGreyV = 136; // what OpenCV's 8-bit Luv gives for grey
        const auto chroma = [gain = options_.chroma_gain / 255](int value, int grey) {
            return std::clamp(kNeutralChroma + gain * static_cast<float>(value - grey), 0.0F, 1.0F);
        };
        for (int value = 0; value < 256; ++value) {
            const auto at = static_cast<std::size_t>(value);
            luminance_[at] = static_cast<float>(value) / 255;
            u_[at] = chroma(value, kGreyU);
            v_[at] = chroma(value, kGreyV);
        }
    }

    static void lay_out(cv::Size frame, FeatureMap& map) {
        map.columns = (frame.width + kStride - 1) / kStride;
        map.rows = (frame.height + kStride - 1) / kStride;
        map.channels = kChannels;
        map.scale_x = map.scale_y = 1.0F / kStride;
        map.offset_x = map.offset_y = 0;
        map.valid_cells = {0, 0, static_cast<float>(frame.width) / kStride,
                           static_cast<float>(frame.height) / kStride};
        map.data.resize(static_cast<std::size_t>(map.columns) * static_cast<std::size_t>(map.rows) *
                        static_cast<std::size_t>(kChannels));
    }

    /// The frame, extended at the right and the bottom to a multiple of the stride.
    const cv::Mat& whole_cells(const cv::Mat& frame) {
        const int right = (kStride - frame.cols % kStride) % kStride;
        const int bottom = (kStride - frame.rows % kStride) % kStride;
        if (right == 0 && bottom == 0) return frame;
        cv::copyMakeBorder(frame, padded_, 0, bottom, 0, right, cv::BORDER_REPLICATE);
        return padded_;
    }

    void write_colour(FeatureMap& map) {
        cv::resize(half_, quarter_, {map.columns, map.rows}, 0, 0, cv::INTER_AREA);
        if (quarter_.channels() == 1) cv::cvtColor(quarter_, quarter_, cv::COLOR_GRAY2BGR);
        cv::cvtColor(quarter_, luv_, cv::COLOR_BGR2Luv);
        each_row(map, [&](int y) {
            const auto* luv = luv_.ptr<unsigned char>(y);
            float* out = map.cell(y, 0);
            for (int x = 0; x < map.columns; ++x, luv += 3, out += kChannels) {
                out[0] = luminance_[luv[0]];
                out[1] = u_[luv[1]];
                out[2] = v_[luv[2]];
            }
        });
    }

    void write_gradients(FeatureMap& map) {
        if (half_.channels() == 1)
            half_.copyTo(grey_);
        else
            cv::cvtColor(half_, grey_, cv::COLOR_BGR2GRAY);
        cv::spatialGradient(grey_, gradient_x_, gradient_y_, 3, cv::BORDER_REPLICATE);
        each_row(map, [&](int y) {
            for (int x = 0; x < map.columns; x += kLanes)
                write_cells(x, y, map);
        });
    }

    /// Calls `write(y)` for every row of the map.
    template <class Write>
    static void each_row(const FeatureMap& map, const Write& write) {
        constexpr std::size_t kLeast = 64; // fewer rows are not worth another thread
        const auto rows = static_cast<std::size_t>(map.rows);
        detail::in_parts(rows, detail::parts_of(rows, kLeast),
                         [&](std::size_t, std::size_t first, std::size_t last) {
                             for (std::size_t y = first; y < last; ++y)
                                 write(static_cast<int>(y));
                         });
    }

    using Lanes = detail::Floats; // one number per cell, of four cells
    static constexpr int kLanes = static_cast<int>(detail::kFloats);

    /// Writes magnitude and orientations of up to four cells, from column `x` on: sums over 2 x 2 pixels of
    /// the half-size image.
    void write_cells(int x, int y, FeatureMap& map) const {
        constexpr float kSobelGain = 4 * 255; // response of cv::spatialGradient to a full-range step
        const Lanes scale = detail::all_lanes(0.25F * options_.gradient_gain / kSobelGain);
        const int count = std::min(kLanes, map.columns - x);
        GradientSums sums;
        for (const int row : {2 * y, 2 * y + 1}) {
            const detail::EvenAndOdd gx = pixels_of_cells(gradient_x_.ptr<std::int16_t>(row) + 2 * x, count);
            const detail::EvenAndOdd gy = pixels_of_cells(gradient_y_.ptr<std::int16_t>(row) + 2 * x, count);
            sums.add(gx.even, gy.even);
            sums.add(gx.odd, gy.odd);
        }
        float* const out = map.cell(y, x) + 3;
        for (std::size_t c = 0; c < sums.channels.size(); ++c) {
            std::array<float, kLanes> channel{};
            detail::store(channel.data(),
                          detail::minimum(detail::multiply(scale, sums.channels[c]), detail::all_lanes(1)));
            for (int k = 0; k < count; ++k)
                out[k * kChannels + static_cast<int>(c)] = channel[static_cast<std::size_t>(k)];
        }
    }

    /// The pixels of up to four cells in a row of gradients, two per cell. Zero where there is no cell.
    static detail::EvenAndOdd pixels_of_cells(const std::int16_t* pixels, int cells) {
        std::array<std::int16_t, 2 * kLanes> pairs{};
        if (cells == kLanes) return detail::load_in_turn(pixels);
        std::copy_n(pixels, 2 * cells, pairs.begin());
        return detail::load_in_turn(pairs.data());
    }

    /// Magnitude, then orientations, summed over gradients.
    ///
    /// A gradient is split between the two nearest of the six directions as between two oblique axes, so it
    /// moves smoothly from one to the next. The share of direction k is |along k| - sqrt(3) |across k| where
    /// that is positive (within 30 degrees). The component across k is that along the direction three steps
    /// on.
    struct GradientSums {
        std::array<Lanes, 1 + kOrientations> channels;

        GradientSums() { channels.fill(detail::all_lanes(0)); }

        void add(const Lanes& gx, const Lanes& gy) {
            using detail::multiply, detail::subtract;
            const Lanes cos30 = detail::all_lanes(0.8660254F), sin30 = detail::all_lanes(0.5F);
            const Lanes square = detail::add(multiply(gx, gx), multiply(gy, gy));
            channels[0] = detail::add(channels[0], detail::square_root(square));
            split(0, gx, gy);
            split(1, detail::add(multiply(cos30, gx), multiply(sin30, gy)),
                  subtract(multiply(cos30, gy), multiply(sin30, gx)));
            split(2, detail::add(multiply(sin30, gx), multiply(cos30, gy)),
                  subtract(multiply(sin30, gy), multiply(cos30, gx)));
        }

    private:
        void split(std::size_t k, const Lanes& signed_along, const Lanes& signed_across) {
            const Lanes along = detail::magnitude(signed_along), across = detail::magnitude(signed_across);
            channels[1 + k] = detail::add(channels[1 + k], share(along, across));
            channels[4 + k] = detail::add(channels[4 + k], share(across, along));
        }
        static Lanes share(const Lanes& along, const Lanes& across) {
            const Lanes root3 = detail::all_lanes(1.7320508F);
            return detail::maximum(detail::subtract(along, detail::multiply(root3, across)),
                                   detail::all_lanes(0));
        }
    };

    ChannelBackboneOptions options_;
    cv::Mat padded_, half_, quarter_, luv_, grey_, gradient_x_, gradient_y_;
    std::array<float, 256> luminance_{}, u_{}, v_{}; // channels by OpenCV's Luv values
};

static_assert(Backbone<ChannelBackbone>);

} // namespace fgagt
