#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace fgagt {

/// What becomes of boxes that overlap a better one.
enum class Suppression : std::uint8_t {
    kNone,         ///< they stay: the network has left out duplicates itself
    kHard,         ///< they are left out (cv::dnn::NMSBoxes)
    kSoftLinear,   ///< above `max_overlap` their scores sink by the overlap (cv::dnn::softNMSBoxes)
    kSoftGaussian, ///< their scores sink by exp(-overlap^2 / soft_sigma) (cv::dnn::softNMSBoxes)
};

/// Which of a network's candidates become detections.
struct SelectionOptions {
    /// Least score of a detection, [0, 1]; low, since trackers also use detections that are unsure.
    float score_threshold = 0.05F;
    Suppression suppression = Suppression::kHard; ///< of candidates that overlap better ones
    float max_overlap = 0.6F;                     ///< IoU above which two candidates are one object, [0, 1]
    float soft_sigma = 0.5F;                      ///< of kSoftGaussian, > 0
    bool class_aware = true;                      ///< only candidates of the same class suppress each other
    bool several_classes = false;  ///< a box comes once per class above the threshold, not as its best only
    bool clip = false;             ///< cut boxes off at the frame's edges
    int max_candidates = 1000;     ///< how many, the best, enter suppression, >= 1
    int max_detections = 300;      ///< how many, the best, come out, >= 1
    std::vector<int> classes = {}; ///< the only classes to keep; empty: all

    friend bool operator==(const SelectionOptions&, const SelectionOptions&) = default;
};

namespace detail {

/// @throws InvalidArgument  an option is out of its range
inline void check(const SelectionOptions& options, std::string_view who) {
    const auto is_share = [](const float& value) { return is_within(value, 0, 1); };
    if (!is_share(options.score_threshold))
        throw_invalid(who, ": expected score_threshold in [0, 1], got ", options.score_threshold,
                      "; trackers are best served with about 0.05");
    if (!is_share(options.max_overlap))
        throw_invalid(who, ": expected max_overlap in [0, 1], got ", options.max_overlap,
                      "; 0.6 is usual, and Suppression::kNone keeps all");
    if (!(is_within(options.soft_sigma, 0, 1000) && options.soft_sigma > 0))
        throw_invalid(who, ": expected soft_sigma in (0, 1000], got ", options.soft_sigma, "; 0.5 is usual");
    if (options.max_candidates < 1 || options.max_detections < 1)
        throw_invalid(who, ": expected max_candidates and max_detections of at least 1, got ",
                      options.max_candidates, " and ", options.max_detections);
    if (std::ranges::any_of(options.classes, [](int id) { return id < 0; }))
        throw_invalid(who, ": expected classes from 0, got a negative one");
}

} // namespace detail
} // namespace fgagt
