#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/selection_options.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace fgagt::detail {

/// A box that may become a detection.
struct Candidate {
    Box box;                ///< pixels of the network's input
    float score = 0;        ///< (0, 1]
    int class_id = 0;       ///< from 0
    std::size_t source = 0; ///< for the head's use, such as the row of a mask
};

/// A box from its edges.
[[nodiscard]] inline Box box_of_corners(float left, float top, float right, float bottom) noexcept {
    return {left, top, right - left, bottom - top};
}

/// A box from its centre and size.
[[nodiscard]] inline Box box_of_centre(float x, float y, float width, float height) noexcept {
    return {x - 0.5F * width, y - 0.5F * height, width, height};
}

/// The boxes of a network that can become detections: finite, not empty, of a class to keep, and with a
/// sufficient score.
class Candidates {
public:
    explicit Candidates(const SelectionOptions& options) : options_(&options) {}

    [[nodiscard]] const SelectionOptions& options() const noexcept { return *options_; }
    [[nodiscard]] std::vector<Candidate>& list() noexcept { return list_; }

    /// Whether a score is high enough for the box to be decoded.
    [[nodiscard]] bool is_enough(const float& score) const noexcept {
        return is_finite(score) && score > 0 && score >= options_->score_threshold;
    }
    /// Whether a class is kept.
    [[nodiscard]] bool is_kept(int class_id) const noexcept {
        return options_->classes.empty() ||
               std::ranges::find(options_->classes, class_id) != options_->classes.end();
    }
    /// Adds a box if it is valid; scores above 1 become 1.
    void add(const Box& box, float score, int class_id, std::size_t source = 0) {
        if (is_enough(score) && is_usable(box) && is_kept(class_id))
            list_.push_back({box, std::min(score, 1.0F), class_id, source});
    }

private:
    const SelectionOptions* options_;
    std::vector<Candidate> list_;
};

} // namespace fgagt::detail
