#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/selection_options.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace fgagt::detail {

/// What a network may have seen.
struct Candidate {
    Box box;                ///< pixels of the network's input
    float score = 0;        ///< (0, 1]
    int class_id = 0;       ///< from 0
    std::size_t source = 0; ///< the head's own, the row of a mask say
};

/// A box by its edges.
[[nodiscard]] inline Box box_of_corners(float left, float top, float right, float bottom) noexcept {
    return {left, top, right - left, bottom - top};
}

/// A box by its centre and size.
[[nodiscard]] inline Box box_of_centre(float x, float y, float width, float height) noexcept {
    return {x - 0.5F * width, y - 0.5F * height, width, height};
}

/// Those of a network's boxes that can become detections at all: finite, not empty, of a class that is kept
/// and of a sufficient score.
class Candidates {
public:
    explicit Candidates(const SelectionOptions& options) : options_(&options) {}

    [[nodiscard]] const SelectionOptions& options() const noexcept { return *options_; }
    [[nodiscard]] std::vector<Candidate>& list() noexcept { return list_; }

    /// Whether a score is worth a look at the box.
    [[nodiscard]] bool is_enough(const float& score) const noexcept {
        return is_finite(score) && score > 0 && score >= options_->score_threshold;
    }
    /// Whether a class is kept.
    [[nodiscard]] bool is_kept(int class_id) const noexcept {
        return options_->classes.empty() ||
               std::ranges::find(options_->classes, class_id) != options_->classes.end();
    }
    /// Takes a box unless something is wrong with it; scores above 1 are 1.
    void add(const Box& box, float score, int class_id, std::size_t source = 0) {
        if (is_enough(score) && is_usable(box) && is_kept(class_id))
            list_.push_back({box, std::min(score, 1.0F), class_id, source});
    }

private:
    const SelectionOptions* options_;
    std::vector<Candidate> list_;
};

} // namespace fgagt::detail
