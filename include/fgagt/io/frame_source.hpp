#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/image_folder.hpp>
#include <fgagt/io/sequence_info.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

/// @file
/// Frames of image sequences and videos. Needs OpenCV's imgcodecs and videoio, so it is not part of any
/// umbrella header.
namespace fgagt {

namespace detail {

/// Decodes the bytes of an image file to CV_8UC3 (BGR); empty if OpenCV does not support the format. Decodes
/// from memory because cv::imread cannot open every path on Windows.
[[nodiscard]] inline cv::Mat decoded(std::string file) {
    if (file.size() > std::numeric_limits<int>::max()) return {};
    return cv::imdecode(cv::Mat(1, static_cast<int>(file.size()), CV_8UC1, file.data()), cv::IMREAD_COLOR);
}

} // namespace detail

/// A sequence of frames, CV_8UC3 (BGR).
class FrameSource {
public:
    FrameSource() = default;
    FrameSource(const FrameSource&) = delete;
    FrameSource& operator=(const FrameSource&) = delete;
    virtual ~FrameSource() = default;

    /// Decodes the next frame. Returns false and leaves `frame` unchanged after the last frame, or when
    /// OpenCV cannot decode the rest of a video.
    /// @throws ParseError  the frame should exist but cannot be read
    virtual bool read(cv::Mat& frame) = 0;
    /// Skips the next frame; false after the last one.
    virtual bool skip() = 0;
    /// Number of frames; empty if unknown. For a video, taken from its container.
    [[nodiscard]] virtual std::optional<std::int64_t> frame_count() const = 0;
    /// Frames per second; empty if unknown.
    [[nodiscard]] virtual std::optional<double> frame_rate() const = 0;
    /// Size of the frames in pixels; empty if unknown before the first frame is read.
    [[nodiscard]] virtual std::optional<cv::Size> frame_size() const = 0;
};

/// Frames stored as separate image files.
class ImageSequence final : public FrameSource {
public:
    /// @param files       image files in the order of the frames
    /// @param frame_rate  frames per second, if known
    /// @param frame_size  pixels, if known
    explicit ImageSequence(std::vector<std::filesystem::path> files, std::optional<double> frame_rate = {},
                           std::optional<cv::Size> frame_size = {})
        : files_(std::move(files)),
          frame_rate_(frame_rate),
          frame_size_(frame_size) {}

    bool read(cv::Mat& frame) override {
        if (next_ == files_.size()) return false;
        const std::string file = detail::utf8_of(files_[next_]);
        cv::Mat image;
        std::error_code ignored;
        if (!std::filesystem::exists(files_[next_], ignored))
            throw ParseError(file, 0, 0,
                             "expected the image of frame " + std::to_string(next_ + 1) + ", found no file");
        try {
            image = detail::decoded(read_whole_file(files_[next_]));
        } catch (const cv::Exception&) { // for example an image that is too large; reported below
        }
        if (image.empty()) throw ParseError(file, 0, 0, "expected an image that OpenCV can decode");
        frame = std::move(image);
        ++next_;
        return true;
    }
    bool skip() override {
        if (next_ == files_.size()) return false;
        ++next_;
        return true;
    }
    [[nodiscard]] std::optional<std::int64_t> frame_count() const override {
        return static_cast<std::int64_t>(files_.size());
    }
    [[nodiscard]] std::optional<double> frame_rate() const override { return frame_rate_; }
    [[nodiscard]] std::optional<cv::Size> frame_size() const override { return frame_size_; }

private:
    std::vector<std::filesystem::path> files_;
    std::optional<double> frame_rate_;
    std::optional<cv::Size> frame_size_;
    std::size_t next_ = 0;
};

/// A video file.
class VideoFile final : public FrameSource {
public:
    /// @throws ParseError  the file is missing or OpenCV cannot decode it
    explicit VideoFile(const std::filesystem::path& path) {
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored))
            throw ParseError(detail::utf8_of(path), 0, 0, "cannot be opened: no such file or folder");
        if (!succeeds([&] { return capture_.open(detail::utf8_of(path)); }))
            throw ParseError(detail::utf8_of(path), 0, 0,
                             "expected a video that OpenCV's videoio can decode; see which formats "
                             "cv::getBuildInformation() lists, or convert it to images");
    }

    bool read(cv::Mat& frame) override {
        cv::Mat image; // at the end, the capture would empty `frame`
        if (!succeeds([&] { return capture_.read(image); }) || image.empty()) return false;
        frame = std::move(image);
        return true;
    }
    bool skip() override {
        return succeeds([&] { return capture_.grab(); });
    }
    [[nodiscard]] std::optional<std::int64_t> frame_count() const override {
        const double count = capture_.get(cv::CAP_PROP_FRAME_COUNT);
        return count >= 1 && count < 1e15 ? std::optional(static_cast<std::int64_t>(count)) : std::nullopt;
    }
    [[nodiscard]] std::optional<double> frame_rate() const override {
        const double rate = capture_.get(cv::CAP_PROP_FPS);
        return rate > 0 && detail::is_finite(rate) ? std::optional(rate) : std::nullopt;
    }
    [[nodiscard]] std::optional<cv::Size> frame_size() const override {
        const cv::Size size(static_cast<int>(capture_.get(cv::CAP_PROP_FRAME_WIDTH)),
                            static_cast<int>(capture_.get(cv::CAP_PROP_FRAME_HEIGHT)));
        return size.width > 0 && size.height > 0 ? std::optional(size) : std::nullopt;
    }

private:
    template <class Call>
    static bool succeeds(Call call) {
        try {
            return call();
        } catch (const cv::Exception&) {
            return false;
        }
    }

    cv::VideoCapture capture_;
};

namespace detail {

/// The images listed by `seqinfo.ini`: 000001.jpg, 000002.jpg, ...
[[nodiscard]] inline std::vector<std::filesystem::path> announced_images(const std::filesystem::path& folder,
                                                                         const SequenceInfo& info) {
    const std::filesystem::path images = folder / path_of(info.need(info.image_dir, "imDir"));
    if (!info.length) return images_in(images);
    const std::string extension = info.need(info.extension, "imExt");
    std::vector<std::filesystem::path> files;
    for (std::int64_t frame = 1; frame <= *info.length; ++frame) {
        std::array<char, 32> name{};
        std::snprintf(name.data(), name.size(), "%06lld", static_cast<long long>(frame));
        files.push_back(images / path_of(name.data() + extension));
    }
    return files;
}

} // namespace detail

/// Opens the frames of a MOTChallenge sequence: a folder with `seqinfo.ini`, and images `000001.jpg` ... in
/// its imDir.
///
/// @throws ParseError  seqinfo.ini cannot be read, or lacks imDir or imExt; a missing image is reported only
///                     when it is read
[[nodiscard]] inline std::unique_ptr<FrameSource> open_sequence(const std::filesystem::path& folder) {
    const SequenceInfo info = read_sequence_info(folder / "seqinfo.ini");
    std::optional<cv::Size> size;
    if (info.width && info.height) size = cv::Size(*info.width, *info.height);
    return std::make_unique<ImageSequence>(detail::announced_images(folder, info), info.frame_rate, size);
}

/// Opens a MOTChallenge sequence folder, a folder of numbered images, or a video file.
///
/// @throws ParseError  `path` cannot be opened as any of these
[[nodiscard]] inline std::unique_ptr<FrameSource> open_frames(const std::filesystem::path& path) {
    if (!std::filesystem::is_directory(path)) return std::make_unique<VideoFile>(path);
    if (std::filesystem::exists(path / "seqinfo.ini")) return open_sequence(path);
    return std::make_unique<ImageSequence>(images_in(path));
}

} // namespace fgagt
