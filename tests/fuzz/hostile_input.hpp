#pragma once

#include "fuzz/byte_source.hpp"
#include "support/unusual_numbers.hpp"

#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/lifecycle/lifecycle_manager.hpp>
#include <fgagt/tracker.hpp>

#include <opencv2/core.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace fgagt::test {

/// The input of a tracker for one frame.
struct FrameInput {
    std::vector<Detection> detections;
    FrameInfo info;
    cv::Mat frame; ///< for trackers that read frames
};

/// Generates both unreasonable and plausible detector output from a string of bytes.
class HostileInput {
public:
    /// @param dimension  length of the tracker's appearance vectors
    HostileInput(ByteSource& bytes, std::size_t dimension) : bytes_(bytes), dimension_(dimension) {}

    /// @param now         timestamp of the tracker's last frame
    /// @param with_frame  whether there are pixels
    FrameInput next(std::optional<double> now, bool with_frame) {
        FrameInput input;
        input.detections = detections();
        input.info = info(now);
        if (with_frame) input.frame = frame();
        return input;
    }

    /// Half of the numbers are ordinary.
    template <class Number>
    Number number() {
        using Limits = std::numeric_limits<Number>;
        constexpr Number kLimit = kCoordinateLimit;
        if (bytes_.below(8) == 0) return bytes_.bits<Number>();
        return bytes_.one_of<Number>({0,
                                      1,
                                      20,
                                      -1,
                                      static_cast<Number>(0.5),
                                      100,
                                      50,
                                      -7,
                                      -static_cast<Number>(0),
                                      Limits::quiet_NaN(),
                                      Limits::infinity(),
                                      -Limits::infinity(),
                                      Limits::max(),
                                      Limits::lowest(),
                                      Limits::min(),
                                      Limits::denorm_min(),
                                      -Limits::denorm_min(),
                                      kLimit,
                                      -kLimit,
                                      kLimit - 1,
                                      2 * kLimit});
    }

    std::vector<Detection> detections() {
        constexpr std::size_t kMost = 12;
        std::vector<Detection> list(bytes_.below(kMost + 1));
        for (std::size_t d = 0; d < list.size(); ++d) {
            const std::uint8_t kind = bytes_.byte();
            list[d] = {.box = box(kind & 3U, list, d),
                       .score = (kind & 4U) != 0 ? number<float>() : static_cast<float>(bytes_.byte()) / 255,
                       .class_id = (kind & 8U) != 0 ? bytes_.one_of({1, -1, 1 << 30}) : 0,
                       .appearance = (kind & 0x30U) == 0x10U ? appearance() : std::vector<float>{},
                       .tag = (kind & 0x40U) != 0 ? bytes_.bits<std::int64_t>() : static_cast<int>(d)};
        }
        last_ = list;
        return list;
    }

    FrameInfo info(std::optional<double> now) {
        FrameInfo result;
        const std::uint8_t kind = bytes_.byte();
        if ((kind & 3U) == 1) result.timestamp = now.value_or(0) + bytes_.one_of({1.0 / 30, 0.5, 1e-9, 1e5});
        if ((kind & 3U) == 2) result.timestamp = bytes_.flag() ? now : number<double>();
        if ((kind & 12U) == 4) {
            const double turn = bytes_.offset() / 1000.0, zoom = 1 + bytes_.offset() / 500.0;
            const double tx = bytes_.offset(), ty = bytes_.offset();
            result.camera_motion = Affine{zoom, -turn, tx, turn, zoom, ty};
        }
        if ((kind & 12U) == 8)
            result.camera_motion = Affine{number<double>(), number<double>(), number<double>(),
                                          number<double>(), number<double>(), number<double>()};
        result.frame_size = bytes_.one_of<cv::Size>({{64, 48}, {}, {-3, 7}, {1, 1}, {1 << 30, 1 << 30}});
        return result;
    }

    /// Moving blocks of noise, a plain colour, or an invalid frame.
    cv::Mat frame() {
        const auto size = bytes_.one_of<cv::Size>({{64, 48}, {64, 48}, {48, 64}, {1, 1}, {1, 40}, {33, 17}});
        const int type = bytes_.one_of({CV_8UC3, CV_8UC1, CV_8UC3, CV_8UC4, CV_8UC3, CV_8UC2, CV_32FC3, -1});
        if (type < 0) return {};
        const std::uint8_t contrast = bytes_.byte();
        const int shift_x = bytes_.offset(), shift_y = bytes_.offset();
        cv::Mat result(size, type);
        for (int row = 0; row < size.height; ++row)
            for (std::size_t k = 0; k < result.elemSize() * static_cast<std::size_t>(size.width); ++k) {
                const auto x =
                    static_cast<unsigned>((static_cast<int>(k / result.elemSize()) + shift_x) >> 1);
                const auto y = static_cast<unsigned>((row + shift_y) >> 1);
                const unsigned noise = ((x * 2654435761U) ^ (y * 2246822519U)) * 3266489917U >> 24U;
                result.ptr(row)[k] = static_cast<std::uint8_t>(noise * contrast / 255);
            }
        return result;
    }

private:
    /// @param kind  0: ordinary, 1: with hostile numbers, 2: same as an earlier one in the list, 3: one of
    /// the last
    ///              frame, slightly moved
    Box box(std::size_t kind, const std::vector<Detection>& list, std::size_t count) {
        if (kind == 1) return {number<float>(), number<float>(), number<float>(), number<float>()};
        if (kind == 2 && count > 0) return list[bytes_.below(count)].box;
        if (kind == 3 && !last_.empty()) {
            Box result = last_[bytes_.below(last_.size())].box;
            result.left += static_cast<float>(bytes_.offset()) / 16;
            result.top += static_cast<float>(bytes_.offset()) / 16;
            return result;
        }
        const auto place = [&] { return static_cast<float>(bytes_.byte()) / 2 - 20; };
        const auto size = [&] { return static_cast<float>(1 + bytes_.below(64)); };
        return {place(), place(), size(), size()};
    }

    /// Mostly of the length that the tracker expects.
    std::vector<float> appearance() {
        const std::size_t length = bytes_.below(8) == 0 ? bytes_.below(4) : dimension_;
        std::vector<float> pattern(1 + bytes_.below(3));
        for (float& value : pattern)
            value = number<float>();
        std::vector<float> result(length);
        for (std::size_t k = 0; k < length; ++k)
            result[k] = pattern[k % pattern.size()];
        return result;
    }

    ByteSource& bytes_;
    std::size_t dimension_;
    std::vector<Detection> last_;
};

[[nodiscard]] inline LifecycleOptions lifecycle_options(ByteSource& bytes) {
    LifecycleOptions options;
    if (!bytes.flag()) return options;
    options.confirm_hits = 1 + static_cast<int>(bytes.below(4));
    options.confirm_first_frame = bytes.flag();
    options.birth_score = bytes.one_of({0.6F, 0.0F, 0.3F, 1.0F, -kInfinity, kInfinity});
    options.max_lost_time = bytes.one_of({60.0F, 0.5F, 3.0F, kInfinity});
    options.max_lost_updates = static_cast<int>(bytes.below(8));
    options.max_tentative_missed = static_cast<int>(bytes.below(4));
    options.max_outside_time = bytes.one_of({10.0F, 0.5F, 2.0F, kInfinity});
    options.outside_share = bytes.one_of({0.5F, 0.0F, 0.99F});
    options.coast_updates = static_cast<int>(bytes.below(4));
    options.coast_min_hits = static_cast<int>(bytes.below(4));
    return options;
}

[[nodiscard]] inline TrackerOptions tracker_options(ByteSource& bytes) {
    TrackerOptions options;
    if (!bytes.flag()) return options;
    const auto [low, high] = bytes.one_of<std::pair<float, float>>(
        {{0, 1}, {-20, 100}, {0, 1e-38F}, {std::numeric_limits<float>::lowest(), 3e38F}});
    options.detections.score_low = low;
    options.detections.score_high = high;
    options.detections.unusable_is_error = bytes.below(8) == 1;
    options.detections.duplicate_iou = bytes.one_of({0.6F, 1.0F, 0.0F});
    options.scores.adaptive = bytes.flag();
    options.scores.warm_up = bytes.below(8);
    options.scores.full_weight = 1 + bytes.below(16);
    options.scores.window = 1 + bytes.below(32);
    options.scores.ceiling = bytes.one_of({0.6F, 1.0F, 0.05F});
    options.appearance.source =
        bytes.one_of({AppearanceSource::kStored, AppearanceSource::kCurrent, AppearanceSource::kBoth});
    options.appearance.momentum = bytes.one_of({0.9F, 0.0F, 0.999F});
    options.frame_rate = bytes.one_of({30.0, 1e-300, 1e300, 0.1});
    options.reported_box = bytes.flag() ? ReportedBox::kDetection : ReportedBox::kFiltered;
    return options;
}

} // namespace fgagt::test
