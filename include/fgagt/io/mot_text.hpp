#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/simplest_number.hpp>
#include <fgagt/io/detail/text_fields.hpp>
#include <fgagt/io/rows_by_frame.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// MOTChallenge text: one box per line, comma-separated. In the files frames and ids count from 1 and the
/// first pixel is 1; here boxes are in continuous coordinates: the readers subtract 1, the writer adds it.
///
/// The readers take lines in any order, CRLF, blank lines, blanks around fields, a byte order mark, numbers
/// with exponents, and an empty file. Everything else that departs from the format is a ParseError with
/// line and column.
namespace fgagt {

namespace detail {

/// A double as the nearest float; infinite where none is near, which a plain cast leaves undefined.
[[nodiscard]] inline float to_float(double value) noexcept {
    constexpr double kLargest = std::numeric_limits<float>::max();
    if (std::abs(value) > kLargest) value = std::copysign(std::numeric_limits<double>::infinity(), value);
    return static_cast<float>(value);
}

} // namespace detail

/// A box of a ground truth or result file, in continuous coordinates. In double, so that an evaluation finds
/// the same IoUs as TrackEval; becomes a Box wherever one is asked for.
struct MotBox {
    double left = 0;   ///< of the first column, pixels
    double top = 0;    ///< of the first row, pixels
    double width = 0;  ///< pixels
    double height = 0; ///< pixels

    MotBox() = default;
    /// From its edges, in pixels.
    MotBox(double left_px, double top_px, double width_px, double height_px)
        : left(left_px),
          top(top_px),
          width(width_px),
          height(height_px) {}
    /// The same box.
    // NOLINTNEXTLINE(google-explicit-constructor): a box wherever one is asked for
    MotBox(const Box& box) : MotBox(box.left, box.top, box.width, box.height) {}

    /// The nearest box in single precision.
    // NOLINTNEXTLINE(google-explicit-constructor): a box wherever one is asked for
    operator Box() const noexcept {
        return {detail::to_float(left), detail::to_float(top), detail::to_float(width),
                detail::to_float(height)};
    }
    friend bool operator==(const MotBox&, const MotBox&) = default;
};

/// One line of a ground truth file: `frame,id,left,top,width,height,flag[,class[,visibility[,...]]]`.
struct GroundTruthRow {
    std::int64_t frame = 1; ///< from 1
    TrackId id = 1;         ///< of the object
    MotBox box;             ///< where it is
    double flag = 1;        ///< 0: not to be evaluated
    int class_id = -1;      ///< MOT17's classes (1 pedestrian, ... 13 crowd); -1 where the file has none
    float visibility = -1;  ///< share of the object that is visible, [0, 1]; meaningless in MOT15 files

    friend bool operator==(const GroundTruthRow&, const GroundTruthRow&) = default;
};

/// One line of a detection file: `frame,id,left,top,width,height,score[,...]`; the id is usually -1.
struct DetectionRow {
    std::int64_t frame = 1; ///< from 1
    Box box;                ///< as it came: empty, infinite or NaN boxes are the tracker's to leave out
    float score = 0;        ///< the detector's own, in whatever range

    friend bool operator==(const DetectionRow&, const DetectionRow&) = default;
};

/// One line of a tracker's result: `frame,id,left,top,width,height,score[,...]`.
struct ResultRow {
    std::int64_t frame = 1; ///< from 1
    TrackId id = 1;         ///< of the track
    MotBox box;             ///< where it is
    float score = 1;        ///< of the last detection

    friend bool operator==(const ResultRow&, const ResultRow&) = default;
};

/// A ground truth file.
using GroundTruthRows = RowsByFrame<GroundTruthRow>;
/// A detection file.
using DetectionRows = RowsByFrame<DetectionRow>;
/// A result file.
using ResultRows = RowsByFrame<ResultRow>;

namespace detail {

inline constexpr std::size_t kMotColumns = 10;
inline constexpr std::size_t kMotColumnsLeast = 7;

/// Columns 3 to 6.
[[nodiscard]] inline MotBox mot_box(const TextRow& row) {
    return {row.number(3) - 1, row.number(4) - 1, row.number(5), row.number(6)};
}

/// A column that must be finite, also as a float.
[[nodiscard]] inline float finite_float(const TextFile& file, const TextRow& row, std::size_t column) {
    const float value = to_float(row.finite(column));
    if (!detail::is_finite(value)) file.fail(column, "expected a number that fits a float");
    return value;
}

/// Columns 3 to 6 where each must be finite, also as a float.
[[nodiscard]] inline MotBox finite_mot_box(const TextFile& file, const TextRow& row) {
    for (std::size_t column = 3; column <= 6; ++column)
        static_cast<void>(finite_float(file, row, column));
    return mot_box(row);
}

/// Every column must be a number, also where nobody asks for its value.
inline void expect_numbers(const TextRow& row, std::size_t first) {
    for (std::size_t column = first; column <= row.columns(); ++column)
        static_cast<void>(row.number(column));
}

/// Remembers the line of each (frame, id) and refuses the second one.
class UniqueIds {
public:
    void add(const TextFile& file, std::int64_t frame, TrackId id) {
        const auto [known, is_new] = lines_.try_emplace({frame, id}, file.number());
        if (!is_new)
            file.fail(2, "id ", id, " is in frame ", frame, " twice, first in line ", known->second,
                      "; an id may have one box per frame");
    }

private:
    std::map<std::pair<std::int64_t, TrackId>, std::size_t> lines_;
};

/// Column 8, where MOT15 may have a world coordinate instead.
[[nodiscard]] inline int class_of(const TextRow& row) {
    constexpr int kLargest = 1'000'000;
    const double value = row.columns() < 8 ? -1 : row.finite(8);
    return value >= 0 && value <= kLargest && value == std::trunc(value) ? static_cast<int>(value) : -1;
}

/// Reads a file line by line; `make(row)` turns a line's fields into a row.
template <class Row, class Make>
[[nodiscard]] RowsByFrame<Row> read_mot_text(TextFile& file, Make make) {
    TextRow fields(file);
    std::vector<Row> rows;
    while (file.next()) {
        fields.split_at_commas();
        fields.expect_columns(kMotColumnsLeast, kMotColumns);
        rows.push_back(make(fields));
        expect_numbers(fields, kMotColumnsLeast + 1);
    }
    return RowsByFrame<Row>(std::move(rows));
}

} // namespace detail

/// Reads the text of a ground truth file of MOT15 (7 to 10 columns) or MOT16, MOT17, MOT20 (9 columns).
///
/// @param text  all of the file
/// @param name  of the file, for the error
/// @throws ParseError  a line has fewer than 7 or more than 10 columns, or a field that is not a finite
/// number
///                     of the range of a float; a frame or id is not whole; frame < 1; an id occurs twice in
///                     a frame
[[nodiscard]] inline GroundTruthRows parse_ground_truth(std::string_view text, const std::string& name) {
    TextFile file(text, name);
    detail::UniqueIds ids;
    return detail::read_mot_text<GroundTruthRow>(file, [&](const detail::TextRow& row) {
        GroundTruthRow result;
        result.frame = row.integer(1, "frame", 1);
        result.id = row.integer(2, "id");
        result.box = detail::finite_mot_box(file, row);
        result.flag = row.finite(7);
        result.class_id = detail::class_of(row);
        if (row.columns() >= 9) result.visibility = detail::finite_float(file, row, 9);
        ids.add(file, result.frame, result.id);
        return result;
    });
}

/// Reads a ground truth file.
///
/// @throws ParseError  the file cannot be read, or as parse_ground_truth()
[[nodiscard]] inline GroundTruthRows read_ground_truth(const std::filesystem::path& path) {
    return parse_ground_truth(read_whole_file(path), detail::utf8_of(path));
}

/// Reads the text of a detection file. Scores stay as they are. Whatever is a number is taken, "nan" and
/// "inf" too: a tracker leaves such a detection out and says so.
///
/// @param text  all of the file
/// @param name  of the file, for the error
/// @throws ParseError  a line has fewer than 7 or more than 10 columns, or a field that is not a number; a
///                     frame or id is not whole; frame < 1
[[nodiscard]] inline DetectionRows parse_detections(std::string_view text, const std::string& name) {
    TextFile file(text, name);
    return detail::read_mot_text<DetectionRow>(file, [](const detail::TextRow& row) {
        static_cast<void>(row.integer(2, "id"));
        return DetectionRow{row.integer(1, "frame", 1), detail::mot_box(row),
                            detail::to_float(row.number(7))};
    });
}

/// Reads a detection file.
///
/// @throws ParseError  the file cannot be read, or as parse_detections()
[[nodiscard]] inline DetectionRows read_detections(const std::filesystem::path& path) {
    return parse_detections(read_whole_file(path), detail::utf8_of(path));
}

/// Reads the text of a tracker's result file.
///
/// @param text  all of the file
/// @param name  of the file, for the error
/// @throws ParseError  as parse_ground_truth()
[[nodiscard]] inline ResultRows parse_results(std::string_view text, const std::string& name) {
    TextFile file(text, name);
    detail::UniqueIds ids;
    return detail::read_mot_text<ResultRow>(file, [&](const detail::TextRow& row) {
        const ResultRow result{row.integer(1, "frame", 1), row.integer(2, "id"),
                               detail::finite_mot_box(file, row), detail::finite_float(file, row, 7)};
        ids.add(file, result.frame, result.id);
        return result;
    });
}

/// Reads a tracker's result file.
///
/// @throws ParseError  the file cannot be read, or as parse_results()
[[nodiscard]] inline ResultRows read_results(const std::filesystem::path& path) {
    return parse_results(read_whole_file(path), detail::utf8_of(path));
}

namespace detail {

/// Appends a number with a fixed number of digits after the point, whatever the locale.
inline void append_fixed(std::string& text, double value, int digits) {
    std::array<char, 400> buffer; // the largest double has 309 digits before the point
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, digits);
    text.append(buffer.data(), end.ptr);
}

[[nodiscard]] inline double last_number(const ResultRow& row) {
    return row.score;
}
[[nodiscard]] inline double last_number(const GroundTruthRow& row) {
    return row.visibility;
}

/// Refuses what the readers of boxes with ids would refuse.
template <class Row>
void expect_writable(std::span<const Row> rows, const char* function) {
    std::map<std::pair<std::int64_t, TrackId>, bool> seen;
    for (const Row& row : rows) {
        if (row.frame < 1) throw_invalid(function, ": expected frames from 1, got ", row.frame);
        for (const double value :
             {row.box.left, row.box.top, row.box.width, row.box.height, last_number(row)})
            if (!detail::is_finite(to_float(value)))
                throw_invalid(function, ": expected finite numbers, got ", value, " for id ", row.id,
                              " in frame ", row.frame, "; leave that box out");
        if (!seen.try_emplace({row.frame, row.id}, true).second)
            throw_invalid(function, ": expected an id once per frame, got id ", row.id, " twice in frame ",
                          row.frame);
    }
}

} // namespace detail

/// The text of a result file in the order of `rows`, boxes with 3 digits after the point and scores with 4.
///
/// @throws InvalidArgument  a frame < 1, a number that is not finite, an id twice in a frame
[[nodiscard]] inline std::string results_text(std::span<const ResultRow> rows) {
    constexpr int kBoxDigits = 3;
    constexpr int kScoreDigits = 4;
    detail::expect_writable(rows, "results_text");
    std::string text;
    for (const ResultRow& row : rows) {
        text += std::to_string(row.frame) + ',' + std::to_string(row.id);
        for (const double value : {row.box.left + 1, row.box.top + 1, row.box.width, row.box.height}) {
            text += ',';
            detail::append_fixed(text, value, kBoxDigits);
        }
        text += ',';
        detail::append_fixed(text, row.score, kScoreDigits);
        text += ",-1,-1,-1\n";
    }
    return text;
}

/// Writes a result file (see results_text()), whole or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  as results_text(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; it has the path and the reason
inline void write_results(const std::filesystem::path& path, std::span<const ResultRow> rows) {
    write_whole_file(path, results_text(rows));
}

/// The text of a ground truth file in the order of `rows`, as MOT17 has it, with as few digits as give the
/// same rows when they are read again.
///
/// @throws InvalidArgument  a frame < 1, a number that is not finite, an id twice in a frame
[[nodiscard]] inline std::string ground_truth_text(std::span<const GroundTruthRow> rows) {
    detail::expect_writable(rows, "ground_truth_text");
    std::string text;
    for (const GroundTruthRow& row : rows) {
        if (!detail::is_finite(row.flag))
            detail::throw_invalid("ground_truth_text: expected finite flags, got ", row.flag, " for id ",
                                  row.id, " in frame ", row.frame);
        text += std::to_string(row.frame) + ',' + std::to_string(row.id);
        for (const double value : {detail::from_one(row.box.left), detail::from_one(row.box.top),
                                   row.box.width, row.box.height, row.flag})
            text += ',' + detail::number_text(value);
        text += ',' + std::to_string(row.class_id) + ',' + detail::number_text(row.visibility) + '\n';
    }
    return text;
}

/// Writes a ground truth file (see ground_truth_text()), whole or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  as ground_truth_text(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; it has the path and the reason
inline void write_ground_truth(const std::filesystem::path& path, std::span<const GroundTruthRow> rows) {
    write_whole_file(path, ground_truth_text(rows));
}

/// The text of a detection file in the order of `rows`, ids -1, with as few digits as give the same rows when
/// they are read again. Numbers that are not finite are written as such.
///
/// @throws InvalidArgument  a frame < 1
[[nodiscard]] inline std::string detections_text(std::span<const DetectionRow> rows) {
    std::string text;
    for (const DetectionRow& row : rows) {
        if (row.frame < 1) detail::throw_invalid("detections_text: expected frames from 1, got ", row.frame);
        text += std::to_string(row.frame) + ",-1";
        for (const float value : {row.box.left, row.box.top})
            text += ',' + detail::number_text(detail::from_one(value));
        for (const float value : {row.box.width, row.box.height, row.score})
            text += ',' + detail::number_text(value);
        text += ",-1,-1,-1\n";
    }
    return text;
}

/// Writes a detection file (see detections_text()), whole or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  as detections_text(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; it has the path and the reason
inline void write_detections(const std::filesystem::path& path, std::span<const DetectionRow> rows) {
    write_whole_file(path, detections_text(rows));
}

} // namespace fgagt
