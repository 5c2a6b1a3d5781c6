#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace fgagt {

/// How a frame of a different shape is fitted to a network's input.
enum class ImageFit : std::uint8_t {
    kStretch,          ///< each axis is scaled separately; the frame fills the input
    kLetterbox,        ///< keeps its aspect ratio, at the top left; the rest is padding
    kLetterboxCentred, ///< keeps its aspect ratio, centred; the rest is padding
};

/// The input that a network was trained on: input = (grey level - mean) / deviation, for each channel.
struct NetworkInputOptions {
    cv::Size size{416, 416};                 ///< input width and height, pixels, each in [1, 16384]
    ImageFit fit = ImageFit::kLetterbox;     ///< how frames are fitted to that size
    float padding = 114;                     ///< grey level outside the frame, [0, 255]
    std::array<float, 3> mean{0, 0, 0};      ///< grey levels, in channel order
    std::array<float, 3> deviation{1, 1, 1}; ///< grey levels, not 0, in channel order
    bool rgb = false;                        ///< true: red first; false: blue first, as in OpenCV

    friend bool operator==(const NetworkInputOptions&, const NetworkInputOptions&) = default;
};

/// Where a frame lies in a network's input, in continuous coordinates: input = scale * frame + offset, per
/// axis.
struct InputPlacement {
    cv::Size frame;     ///< pixels
    cv::Size input;     ///< pixels of the network's input
    float scale_x = 1;  ///< input pixels per pixel of the frame
    float scale_y = 1;  ///< input pixels per pixel of the frame
    float offset_x = 0; ///< input pixels
    float offset_y = 0; ///< input pixels

    /// Converts a box from the network's input to the frame.
    [[nodiscard]] Box to_frame(const Box& box) const noexcept {
        return {(box.left - offset_x) / scale_x, (box.top - offset_y) / scale_y, box.width / scale_x,
                box.height / scale_y};
    }
    /// Converts a box from the frame to the network's input.
    [[nodiscard]] Box to_input(const Box& box) const noexcept {
        return {scale_x * box.left + offset_x, scale_y * box.top + offset_y, scale_x * box.width,
                scale_y * box.height};
    }
    /// The box that the whole frame covers in the network's input.
    [[nodiscard]] Box frame_in_input() const noexcept {
        return to_input({0, 0, static_cast<float>(frame.width), static_cast<float>(frame.height)});
    }
};

/// Places a frame of size `frame` in the input. A letterboxed frame takes a whole number of input pixels
/// along each axis, rounded down and at least one, so the two scales may differ slightly.
///
/// @throws InvalidArgument  the frame is empty
[[nodiscard]] inline InputPlacement place_in_input(cv::Size frame, const NetworkInputOptions& options) {
    if (frame.width < 1 || frame.height < 1)
        detail::throw_invalid("place_in_input: expected a non-empty frame, got ", frame.width, " x ",
                              frame.height, " pixels; skip frames that could not be read");
    cv::Size scaled = options.size;
    if (options.fit != ImageFit::kStretch) {
        const double ratio = std::min(static_cast<double>(options.size.width) / frame.width,
                                      static_cast<double>(options.size.height) / frame.height);
        constexpr double kRounding = 1e-9; // added to the ratio so that a whole number stays whole
        const auto length = [&](int pixels, int most) {
            return std::clamp(static_cast<int>(pixels * ratio + kRounding), 1, most);
        };
        scaled = {length(frame.width, options.size.width), length(frame.height, options.size.height)};
    }
    InputPlacement placement{.frame = frame, .input = options.size};
    placement.scale_x = static_cast<float>(scaled.width) / static_cast<float>(frame.width);
    placement.scale_y = static_cast<float>(scaled.height) / static_cast<float>(frame.height);
    if (options.fit == ImageFit::kLetterboxCentred) {
        const cv::Size corner = (options.size - scaled) / 2;
        placement.offset_x = static_cast<float>(corner.width);
        placement.offset_y = static_cast<float>(corner.height);
    }
    return placement;
}

} // namespace fgagt
