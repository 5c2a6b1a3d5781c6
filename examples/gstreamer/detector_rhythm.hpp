#pragma once

namespace fgagt::examples {

/// Distinguishes frames in which the detector found nothing from frames that the detector skipped.
///
/// A frame with regions was examined. A frame without regions counts as skipped until the detector's next
/// run is due, so it does not matter at which frame the detector started.
class DetectorRhythm {
public:
    /// @param every  frames from one run of the detector to the next, >= 1
    explicit DetectorRhythm(unsigned every) : every_(every) {}

    /// Whether the detector examined the next frame.
    [[nodiscard]] bool looks(bool has_regions) {
        const bool looks = has_regions || skipped_ + 1 >= every_ || !has_begun_;
        skipped_ = looks ? 0 : skipped_ + 1;
        has_begun_ = true;
        return looks;
    }

    /// Treats the next frame as the first one.
    void restart() { has_begun_ = false; }

private:
    unsigned every_;
    unsigned skipped_ = 0; ///< frames since the detector's last run
    bool has_begun_ = false;
};

} // namespace fgagt::examples
