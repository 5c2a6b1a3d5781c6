#pragma once

#include "report/facts.hpp"

#include <fgagt/core/geometry.hpp>
#include <fgagt/io/frame_source.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// Bytes as base64 (RFC 4648).
inline std::string base64(std::span<const unsigned char> bytes) {
    static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8U | (k < left ? bytes[i + k] : 0U);
        for (std::size_t k = 0; k < 4; ++k)
            text += k <= left ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
    }
    return text;
}

/// Encodes an image as a JPEG data URL for an <img>, of at most `most_bytes` if the quality can be reduced
/// enough.
inline std::string data_address(const cv::Mat& image, std::size_t most_bytes) {
    std::vector<unsigned char> bytes;
    for (int quality = 75; quality >= 25; quality -= 10) {
        cv::imencode(".jpg", image, bytes, {cv::IMWRITE_JPEG_QUALITY, quality});
        if (bytes.size() <= most_bytes) break;
    }
    return "data:image/jpeg;base64," + base64(bytes);
}

/// Pictures of an ID switch: the object at its last match with the old ID and at its first match with the new
/// one.
struct SwitchCrops {
    std::string before, after; ///< data URLs; empty: no image
};

/// Pictures for a report.
struct ReportImages {
    cv::Size2d frame_size;                     ///< pixels of the video, or the extent of the boxes
    std::vector<std::int64_t> shown;           ///< numbers of the displayed frames
    std::map<std::int64_t, std::string> still; ///< data URL of a frame's image
    std::vector<SwitchCrops> crops;            ///< of the comparison's switches, in order; may be fewer
};

/// At most `most` frames, evenly spread from the first to the last.
inline std::vector<std::int64_t> spread_frames(std::int64_t frames, std::int64_t most) {
    std::vector<std::int64_t> shown;
    const std::int64_t count = std::min(frames, most), steps = std::max<std::int64_t>(1, count - 1);
    // frames - 1 = whole * steps + rest, so that nothing overflows.
    for (std::int64_t i = 0; i < count; ++i)
        shown.push_back(1 + (frames - 1) / steps * i + (frames - 1) % steps * i / steps);
    return shown;
}

/// Extracts stills and crops from a video in one pass.
class ReportImageMaker {
public:
    /// @param stills  maximum number of displayed frames
    ReportImageMaker(const ReportFacts& facts, std::int64_t stills) : facts_(facts), stills_(stills) {}

    /// @param video  empty: no pictures
    [[nodiscard]] ReportImages make(const std::filesystem::path& video) {
        if (video.empty()) {
            images_.shown = spread_frames(facts_.frames, stills_);
            images_.frame_size = reach_of_boxes();
            return std::move(images_);
        }
        const auto source = open_frames(video);
        const std::int64_t frames = std::max<std::int64_t>(1, source->frame_count().value_or(facts_.frames));
        images_.shown = spread_frames(frames, stills_);
        plan_crops();
        read_frames(*source);
        std::erase_if(images_.shown, [this](std::int64_t frame) { return !images_.still.contains(frame); });
        return std::move(images_);
    }

private:
    static constexpr std::size_t kMostCrops = 200;
    static constexpr std::size_t kStillBytes = 8'000'000, kCropBytes = 1'500'000; // for all together
    static constexpr int kStillWidth = 640, kCropHeight = 120;

    struct Cut {
        Box box;
        std::string* address;
    };

    [[nodiscard]] cv::Size2d reach_of_boxes() const {
        cv::Size2d reach(16, 16);
        for (const ResultRow& row : facts_.result.rows())
            if (is_usable(row.box)) {
                reach.width = std::max(reach.width, row.box.left + row.box.width);
                reach.height = std::max(reach.height, row.box.top + row.box.height);
            }
        return reach;
    }

    void plan_crops() {
        if (!facts_.comparison) return;
        const std::vector<IdSwitch>& switches = facts_.comparison->switches;
        images_.crops.resize(std::min(switches.size(), kMostCrops));
        for (std::size_t i = 0; i < images_.crops.size(); ++i) {
            plan_crop(switches[i].last_frame, switches[i].before, images_.crops[i].before);
            plan_crop(switches[i].frame, switches[i].after, images_.crops[i].after);
        }
    }

    void plan_crop(std::int64_t frame, TrackId id, std::string& address) {
        for (const ResultRow& row : facts_.result.frame(frame))
            if (row.id == id && is_usable(row.box)) cuts_[frame].push_back({row.box, &address});
    }

    void read_frames(FrameSource& source) {
        std::map<std::int64_t, bool> wanted; // value: whether as a still
        for (const auto& [frame, cuts] : cuts_)
            wanted[frame] = false;
        for (const std::int64_t frame : images_.shown)
            wanted[frame] = true;
        std::int64_t next = 1;
        cv::Mat image;
        for (const auto& [frame, as_still] : wanted) {
            while (next < frame && source.skip())
                ++next;
            if (next != frame || !source.read(image)) return; // the video is shorter than the result
            ++next;
            images_.frame_size = cv::Size2d(image.size());
            if (as_still) keep_still(frame, image);
            for (const Cut& cut : cuts_[frame])
                keep_crop(image, cut);
        }
    }

    void keep_still(std::int64_t frame, const cv::Mat& image) {
        const double scale = std::min(1., static_cast<double>(kStillWidth) / image.cols);
        cv::Mat small;
        cv::resize(image, small, {}, scale, scale, cv::INTER_AREA);
        images_.still[frame] = data_address(small, kStillBytes / images_.shown.size());
    }

    /// Cuts out a box with a margin around it.
    void keep_crop(const cv::Mat& image, const Cut& cut) const {
        const Box& box = cut.box;
        const cv::Rect2d wide(box.left - .2F * box.width, box.top - .1F * box.height, 1.4F * box.width,
                              1.2F * box.height);
        const cv::Rect2d inside = wide & cv::Rect2d({}, cv::Size2d(image.size()));
        const cv::Rect place = cv::Rect(inside) & cv::Rect({}, image.size());
        if (place.empty()) return;
        const double scale = static_cast<double>(kCropHeight) / place.height;
        const cv::Size size(std::clamp(cvRound(place.width * scale), 1, 3 * kCropHeight), kCropHeight);
        cv::Mat crop;
        cv::resize(image(place), crop, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
        *cut.address = data_address(crop, kCropBytes / (2 * images_.crops.size()));
    }

    const ReportFacts& facts_;
    std::int64_t stills_;
    ReportImages images_;
    std::map<std::int64_t, std::vector<Cut>> cuts_;
};

} // namespace fgagt::examples
