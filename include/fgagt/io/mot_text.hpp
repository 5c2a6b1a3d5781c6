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

/// @file
/// MOTChallenge text: one box per line, comma-separated. In the files, frames and IDs count from 1, and the
/// first pixel is 1. In memory, boxes are in continuous coordinates: readers subtract 1, and writers add 1.
///
/// The readers accept lines in any order, CRLF, blank lines, blanks around fields, a byte order mark, numbers
/// with exponents, and an empty file. Any other deviation from the format is a ParseError with line and
/// column.
namespace fgagt {

namespace detail {

/// The float nearest to a double; infinite if out of range, where a plain cast would be undefined.
[[nodiscard]] inline float to_float(double value) noexcept {
    constexpr double kLargest = std::numeric_limits<float>::max();
    if (std::abs(value) > kLargest) value = std::copysign(std::numeric_limits<double>::infinity(), value);
    return static_cast<float>(value);
}

} // namespace detail

/// A box of a ground truth or result file, in continuous coordinates. Uses double precision so that an
/// evaluation gets the same IoUs as TrackEval. Converts implicitly to Box.
struct MotBox {
    double left = 0;   ///< left edge of the first column, pixels
    double top = 0;    ///< top edge of the first row, pixels
    double width = 0;  ///< pixels
    double height = 0; ///< pixels

    MotBox() = default;
    /// From left and top edge, width and height, in pixels.
    MotBox(double left_px, double top_px, double width_px, double height_px)
        : left(left_px),
          top(top_px),
          width(width_px),
          height(height_px) {}
    /// The same box.
    // NOLINTNEXTLINE(google-explicit-constructor): any Box converts
    MotBox(const Box& box) : MotBox(box.left, box.top, box.width, box.height) {}

    /// The nearest box in single precision.
    // NOLINTNEXTLINE(google-explicit-constructor): converts wherever a Box is needed
    operator Box() const noexcept {
        return {detail::to_float(left), detail::to_float(top), detail::to_float(width),
                detail::to_float(height)};
    }
    friend bool operator==(const MotBox&, const MotBox&) = default;
};

/// One line of a ground truth file: `frame,id,left,top,width,height,flag[,class[,visibility[,...]]]`.
struct GroundTruthRow {
    std::int64_t frame = 1; ///< from 1
    TrackId id = 1;         ///< ID of the object
    MotBox box;             ///< position of the object
    double flag = 1;        ///< 0: not evaluated
    int class_id = -1;      ///< MOT17's classes (1 pedestrian, ... 13 crowd); -1: none
    float visibility = -1;  ///< visible fraction, [0, 1]; meaningless in MOT15 files

    friend bool operator==(const GroundTruthRow&, const GroundTruthRow&) = default;
};

/// One line of a detection file: `frame,id,left,top,width,height,score[,...]`; the ID is usually -1.
struct DetectionRow {
    std::int64_t frame = 1; ///< from 1
    Box box;                ///< as in the file; the tracker rejects invalid boxes
    float score = 0;        ///< score of the detector, in any range

    friend bool operator==(const DetectionRow&, const DetectionRow&) = default;
};

/// One line of a tracker's result: `frame,id,left,top,width,height,score[,...]`.
struct ResultRow {
    std::int64_t frame = 1; ///< from 1
    TrackId id = 1;         ///< ID of the track
    MotBox box;             ///< position of the track
    float score = 1;        ///< score of the last detection

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

/// The box in columns 3 to 6.
[[nodiscard]] inline MotBox mot_box(const TextRow& row) {
    return {row.number(3) - 1, row.number(4) - 1, row.number(5), row.number(6)};
}

/// A column that must be finite as a float.
[[nodiscard]] inline float finite_float(const TextFile& file, const TextRow& row, std::size_t column) {
    const float value = to_float(row.finite(column));
    if (!detail::is_finite(value)) file.fail(column, "expected a number that fits a float");
    return value;
}

/// The box in columns 3 to 6, which must be finite as floats.
[[nodiscard]] inline MotBox finite_mot_box(const TextFile& file, const TextRow& row) {
    for (std::size_t column = 3; column <= 6; ++column)
        static_cast<void>(finite_float(file, row, column));
    return mot_box(row);
}

/// Checks that every column is a number, even if its value is not used.
inline void expect_numbers(const TextRow& row, std::size_t first) {
    for (std::size_t column = first; column <= row.columns(); ++column)
        static_cast<void>(row.number(column));
}

/// Remembers the line of each (frame, ID) and rejects duplicates.
class UniqueIds {
public:
    void add(const TextFile& file, std::int64_t frame, TrackId id) {
        const auto [known, is_new] = lines_.try_emplace({frame, id}, file.number());
        if (!is_new)
            file.fail(2, "id ", id, " is in frame ", frame, " twice, first on line ", known->second,
                      "; an id may have only one box per frame");
    }

private:
    std::map<std::pair<std::int64_t, TrackId>, std::size_t> lines_;
};

/// The class in column 8. In MOT15, the column may have a world coordinate instead.
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
/// @param text  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  a line has fewer than 7 or more than 10 columns; a field is not a number that is
///                     finite as a float; a frame or ID is not an integer; frame < 1; an ID appears twice in
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
/// @throws ParseError  the file cannot be read or is malformed, see parse_ground_truth()
[[nodiscard]] inline GroundTruthRows read_ground_truth(const std::filesystem::path& path) {
    return parse_ground_truth(read_whole_file(path), detail::utf8_of(path));
}

/// Reads the text of a detection file. Scores are not changed. All numbers are accepted, including "nan" and
/// "inf"; a tracker leaves out such detections and reports them.
///
/// @param text  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  a line has fewer than 7 or more than 10 columns; a field is not a number; a frame or
///                     ID is not an integer; frame < 1
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
/// @throws ParseError  the file cannot be read or is malformed, see parse_detections()
[[nodiscard]] inline DetectionRows read_detections(const std::filesystem::path& path) {
    return parse_detections(read_whole_file(path), detail::utf8_of(path));
}

/// Reads the text of a tracker's result file.
///
/// @param text  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  see parse_ground_truth()
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
/// @throws ParseError  the file cannot be read or is malformed, see parse_results()
[[nodiscard]] inline ResultRows read_results(const std::filesystem::path& path) {
    return parse_results(read_whole_file(path), detail::utf8_of(path));
}

namespace detail {

/// Appends a number with a fixed number of digits after the point, independent of the locale.
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

/// Throws InvalidArgument for rows that the readers of boxes with IDs would reject.
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
            throw_invalid(function, ": expected each id once per frame, got id ", row.id, " twice in frame ",
                          row.frame);
    }
}

} // namespace detail

/// The text of a result file, in the order of `rows`. Boxes have 3 digits after the point, scores have 4.
///
/// @throws InvalidArgument  a frame is < 1, a number is not finite, or an ID appears twice in a frame
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

/// Writes a result file (see results_text()), completely or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  see results_text(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; contains the path and the reason
inline void write_results(const std::filesystem::path& path, std::span<const ResultRow> rows) {
    write_whole_file(path, results_text(rows));
}

/// The text of a ground truth file in MOT17's format, in the order of `rows`. Numbers have just enough digits
/// to be read back exactly.
///
/// @throws InvalidArgument  a frame is < 1, a number is not finite, or an ID appears twice in a frame
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

/// Writes a ground truth file (see ground_truth_text()), completely or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  see ground_truth_text(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; contains the path and the reason
inline void write_ground_truth(const std::filesystem::path& path, std::span<const GroundTruthRow> rows) {
    write_whole_file(path, ground_truth_text(rows));
}

/// The text of a detection file, in the order of `rows`, with IDs of -1. Numbers have just enough digits to
/// be read back exactly. Non-finite numbers are written as such.
///
/// @throws InvalidArgument  a frame is < 1
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

/// Writes a detection file (see detections_text()), completely or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  see detections_text(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; contains the path and the reason
inline void write_detections(const std::filesystem::path& path, std::span<const DetectionRow> rows) {
    write_whole_file(path, detections_text(rows));
}

} // namespace fgagt
