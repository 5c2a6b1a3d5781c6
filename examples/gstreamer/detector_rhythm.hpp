#pragma once

namespace fgagt::examples {

/// Tells frames in which a detector found nothing from those that it did not look at.
///
/// A frame with regions was looked at. One without is taken for skipped as long as the detector's next turn
/// has not come: no need to know at which frame its turns began.
class DetectorRhythm {
public:
    /// @param every  it looks at every so many frames, >= 1
    explicit DetectorRhythm(unsigned every) : every_(every) {}

    /// Whether the detector has looked at the next frame.
    [[nodiscard]] bool looks(bool has_regions) {
        const bool looks = has_regions || skipped_ + 1 >= every_ || !has_begun_;
        skipped_ = looks ? 0 : skipped_ + 1;
        has_begun_ = true;
        return looks;
    }

    /// The next frame is as the first one.
    void restart() { has_begun_ = false; }

private:
    unsigned every_;
    unsigned skipped_ = 0; ///< frames since it has looked
    bool has_begun_ = false;
};

} // namespace fgagt::examples
