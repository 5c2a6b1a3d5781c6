#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/text_fields.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace fgagt {

/// Recorded camera motion of a sequence, by frame.
class RecordedCameraMotion {
public:
    /// The map from the continuous image coordinates of frame `number - 1` to those of frame `number`; empty
    /// if unknown.
    ///
    /// @param number  frame number from 1, as in MOTChallenge text
    [[nodiscard]] std::optional<Affine> frame(std::int64_t number) const {
        const auto found = by_frame_.find(number);
        if (found == by_frame_.end()) return std::nullopt;
        return found->second;
    }
    /// Number of frames.
    [[nodiscard]] std::size_t size() const noexcept { return by_frame_.size(); }

    /// Adds a frame; returns false if it already exists.
    bool add(std::int64_t number, const Affine& motion) {
        return by_frame_.try_emplace(number, motion).second;
    }

private:
    std::map<std::int64_t, Affine> by_frame_;
};

/// Reads lines `frame a b tx c d ty`, separated by blanks. The maps lead from the previous frame to this one.
/// The file counts frames from 0 and puts integer coordinates at pixel centres. The result counts frames from
/// 1 and uses continuous coordinates.
///
/// @param text  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  a line does not have 7 columns; a field is not a finite number; a map overflows
///                     double; a frame is not an integer, is negative, or appears twice
[[nodiscard]] inline RecordedCameraMotion parse_camera_motion(std::string_view text,
                                                              const std::string& name) {
    TextFile file(text, name);
    detail::TextRow row(file);
    RecordedCameraMotion motion;
    while (file.next()) {
        row.split_at_blanks();
        row.expect_columns(7, 7);
        const std::int64_t frame = row.integer(1, "frame", 0);
        const Affine at_centres{row.finite(2), row.finite(3), row.finite(4),
                                row.finite(5), row.finite(6), row.finite(7)};
        const Affine continuous = pixel_centre::to_continuous(at_centres);
        if (!detail::is_finite(continuous.tx) || !detail::is_finite(continuous.ty))
            file.fail(0, "expected a map that fits double precision");
        if (!motion.add(frame + 1, continuous)) file.fail(1, "frame ", frame, " appears twice");
    }
    return motion;
}

/// Reads a camera motion file.
///
/// @throws ParseError  the file cannot be read or is malformed, see parse_camera_motion()
[[nodiscard]] inline RecordedCameraMotion read_camera_motion(const std::filesystem::path& path) {
    return parse_camera_motion(read_whole_file(path), detail::utf8_of(path));
}

} // namespace fgagt
