#pragma once

#include <fgagt/core/detail/frame_type.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/network/input_placement.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace fgagt {

/// Turns frames into a network's input.
class NetworkInput {
public:
    using Options = NetworkInputOptions;

    NetworkInput() : NetworkInput(NetworkInputOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit NetworkInput(const NetworkInputOptions& options) : options_(options) {
        constexpr int kLargest = 16'384;
        const auto in_range = [](int length) { return length >= 1 && length <= kLargest; };
        if (!in_range(options.size.width) || !in_range(options.size.height))
            detail::throw_invalid("NetworkInput: expected a size of 1 to ", kLargest, " pixels, got ",
                                  options.size.width, " x ", options.size.height);
        if (!detail::is_within(options.padding, 0, 255))
            detail::throw_invalid("NetworkInput: expected padding in [0, 255], got ", options.padding);
        for (std::size_t c = 0; c < kChannels; ++c)
            build_table(c);
    }

    [[nodiscard]] const NetworkInputOptions& options() const noexcept { return options_; }

    /// @param frame      CV_8UC1, CV_8UC3 (BGR) or CV_8UC4 (BGRA; alpha is ignored), not empty
    /// @param placement  where the frame lies in the input
    /// @return  [1 x 3 x height x width] CV_32F, valid until the next call
    /// @throws InvalidArgument  the frame is empty or of another type
    const cv::Mat& make(const cv::Mat& frame, InputPlacement& placement) {
        detail::require_frame(frame, "NetworkInput");
        placement = place_in_input(frame.size(), options_);
        fit(frame, placement);
        const std::array<int, 4> shape{1, static_cast<int>(kChannels), canvas_.rows, canvas_.cols};
        input_.create(static_cast<int>(shape.size()), shape.data(), CV_32F);
        for (std::size_t c = 0; c < kChannels; ++c)
            write_plane(c);
        return input_;
    }

private:
    static constexpr std::size_t kChannels = 3;

    void build_table(std::size_t channel) {
        const float mean = options_.mean[channel], deviation = options_.deviation[channel];
        for (std::size_t level = 0; level < table_[channel].size(); ++level)
            table_[channel][level] = (static_cast<float>(level) - mean) / deviation;
        for (const float value : {table_[channel].front(), table_[channel].back()})
            if (!detail::is_finite(value))
                detail::throw_invalid("NetworkInput: expected a finite mean and a non-zero deviation, got ",
                                      mean, " and ", deviation, " for channel ", channel);
    }

    /// Puts the frame, in three channels, on a canvas of the input's size.
    void fit(const cv::Mat& frame, const InputPlacement& placement) {
        const cv::Rect part(static_cast<int>(placement.offset_x), static_cast<int>(placement.offset_y),
                            cvRound(placement.scale_x * static_cast<float>(frame.cols)),
                            cvRound(placement.scale_y * static_cast<float>(frame.rows)));
        canvas_.create(options_.size, CV_8UC3);
        if (part.size() != options_.size) canvas_.setTo(cv::Scalar::all(cvRound(options_.padding)));
        cv::resize(frame, resized_, part.size(), 0, 0, cv::INTER_LINEAR);
        cv::Mat target = canvas_(part);
        if (frame.channels() == 3)
            resized_.copyTo(target);
        else
            cv::cvtColor(resized_, target, frame.channels() == 1 ? cv::COLOR_GRAY2BGR : cv::COLOR_BGRA2BGR);
    }

    void write_plane(std::size_t channel) {
        const std::size_t source = options_.rgb ? kChannels - 1 - channel : channel;
        const std::array<float, 256>& table = table_[channel];
        auto* out = input_.ptr<float>(0, static_cast<int>(channel));
        for (int y = 0; y < canvas_.rows; ++y) {
            const std::uint8_t* pixel = canvas_.ptr<std::uint8_t>(y) + source;
            for (int x = 0; x < canvas_.cols; ++x, pixel += kChannels)
                *out++ = table[*pixel];
        }
    }

    NetworkInputOptions options_;
    std::array<std::array<float, 256>, kChannels> table_{}; ///< input value by channel and grey level
    cv::Mat resized_, canvas_, input_;
};

} // namespace fgagt
