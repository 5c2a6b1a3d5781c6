#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/flow/detail/corner_finder.hpp>
#include <fgagt/flow/detail/similarity.hpp>
#include <fgagt/flow/flow_image.hpp>
#include <fgagt/flow/lucas_kanade.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

namespace fgagt {

/// Options of CameraMotion. Pixels are those of the image in which corners are tracked, which has half the
/// resolution of the flow.
struct CameraMotionOptions {
    int corners = 300;        ///< maximum number of background points, [2, 10000]
    float quality = 0.01F;    ///< minimum strength of a corner relative to the best, (0, 1]
    float distance = 8;       ///< minimum distance between two corners, pixels, >= 0
    float consistency = 0.5F; ///< maximum forward-backward error, pixels, > 0
    float tolerance = 1;      ///< maximum error of an inlier, pixels, > 0
    /// RANSAC samples, [1, 100000]. 200 miss 30 % inliers once in 10^8 cases.
    int trials = 200;
    int min_inliers = 12;          ///< with fewer inliers the motion is unknown, >= 2
    float min_inlier_share = 0.3F; ///< with a smaller inlier share the motion is unknown, [0, 1]
};

/// Estimates the camera's motion from the background. LucasKanade tracks corners outside all boxes and checks
/// them forward and backward; RANSAC fits a similarity (rotation, zoom, shift). Deterministic.
class CameraMotion {
public:
    using Options = CameraMotionOptions;

    /// @param options       see CameraMotionOptions
    /// @param lucas_kanade  the options that the images' pyramids were built with
    /// @throws InvalidArgument  an option is out of range
    explicit CameraMotion(CameraMotionOptions options = {}, LucasKanadeOptions lucas_kanade = {})
        : options_(options),
          lucas_kanade_(lucas_kanade) {
        validate();
    }

    [[nodiscard]] const Options& options() const noexcept { return options_; }

    /// The map that takes the previous frame's background to the current frame's, in continuous frame
    /// coordinates.
    ///
    /// @param previous  as PyramidalFlow::prepare makes it
    /// @param current   of the same frame size
    /// @param boxes     moving objects of the previous frame, in frame coordinates; pixels in them are
    ///                  ignored
    /// @return  empty if too few corners were found, tracked or consistent, or if the images cannot be
    ///          compared
    [[nodiscard]] std::optional<Affine> estimate(const FlowImage& previous, const FlowImage& current,
                                                 std::span<const Box> boxes) {
        if (!previous.comparable(current)) return std::nullopt;
        const int level = std::min(1, previous.pyramid.levels() - 1);
        find_corners(previous, level, boxes);
        lucas_kanade_.track_consistent(previous.pyramid, current.pyramid, corners_, options_.consistency,
                                       tracked_, level);
        pairs_.clear();
        for (std::size_t i = 0; i < corners_.size(); ++i)
            if (tracked_[i].found)
                pairs_.push_back(
                    {previous.to_frame(corners_[i], level), current.to_frame(tracked_[i].position, level)});

        const double frame_pixels = (1 << level) / static_cast<double>(previous.scale);
        const auto fit =
            detail::robust_similarity(pairs_, options_.tolerance * frame_pixels, options_.trials);
        if (!fit || fit->inliers < static_cast<std::size_t>(options_.min_inliers) ||
            static_cast<double>(fit->inliers) <
                options_.min_inlier_share * static_cast<double>(pairs_.size()))
            return std::nullopt;
        return fit->map;
    }

private:
    void validate() const {
        const detail::OptionCheck require("CameraMotion", "CameraMotionOptions");
        const Options& o = options_;
        require(o.corners >= 2 && o.corners <= 10000, "corners", "in [2, 10000]", o.corners);
        require(o.quality > 0 && o.quality <= 1, "quality", "in (0, 1]", o.quality);
        require(detail::is_finite(o.distance) && o.distance >= 0, "distance", "in [0, inf)", o.distance);
        require(detail::is_finite(o.consistency) && o.consistency > 0, "consistency", "in (0, inf)",
                o.consistency);
        require(detail::is_finite(o.tolerance) && o.tolerance > 0, "tolerance", "in (0, inf)", o.tolerance);
        require(o.trials >= 1 && o.trials <= 100000, "trials", "in [1, 100000]", o.trials);
        require(o.min_inliers >= 2, "min_inliers", "in [2, inf)", o.min_inliers);
        require(o.min_inlier_share >= 0 && o.min_inlier_share <= 1, "min_inlier_share", "in [0, 1]",
                o.min_inlier_share);
    }

    /// Fills `corners_` with continuous coordinates of the level.
    void find_corners(const FlowImage& image, int level, std::span<const Box> boxes) {
        const GreyView pixels = image.pyramid.level(level);
        cv::Mat& background = finder_.reset({pixels.width, pixels.height});
        for (const Box& box : boxes) {
            if (!is_usable(box)) continue;
            const cv::Point2f from = image.to_level({box.left, box.top}, level);
            const cv::Point2f to = image.to_level({box.right(), box.bottom()}, level);
            const cv::Rect covered(cv::Point(cvFloor(from.x), cvFloor(from.y)),
                                   cv::Point(cvCeil(to.x), cvCeil(to.y)));
            background(covered & cv::Rect({}, background.size())).setTo(0);
        }
        finder_.find(pixels, options_.corners, options_.quality, options_.distance, corners_);
        for (cv::Point2f& corner : corners_)
            corner = pixel_centre::to_continuous(corner);
    }

    Options options_;
    LucasKanade lucas_kanade_;
    detail::CornerFinder finder_;
    std::vector<cv::Point2f> corners_;
    std::vector<TrackedPoint> tracked_;
    std::vector<detail::PointPair> pairs_;
};

} // namespace fgagt
