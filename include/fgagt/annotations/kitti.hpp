#pragma once

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/simplest_number.hpp>
#include <fgagt/io/detail/text_fields.hpp>
#include <fgagt/io/detail/utf8.hpp>
#include <fgagt/io/mot_text.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// @file
/// KITTI tracking: a text file per sequence. Each object has a line of 17 columns, or 18 with a score:
/// `frame id type truncated occluded alpha left top right bottom h w l x y z rotation_y [score]`.
///
/// | KITTI | Annotations |
/// |---|---|
/// | frame, from 0 | the frame, from 1 |
/// | id -1 | no ID |
/// | type `DontCare` | that class, with the ignore mark |
/// | left, top, right, bottom | the edges of the box; both are continuous and start at 0 |
/// | truncated, occluded; -1: unknown | truncation, occlusion |
/// | alpha; -10: unknown | the attribute `alpha` |
/// | `h w l`; -1: unknown | the attribute `dimensions` |
/// | `x y z`; -1000: unknown | the attribute `location` |
/// | rotation_y; -10: unknown | the attribute `rotation_y` |
namespace fgagt {

/// What KITTI can store.
inline constexpr AnnotationFormat kKittiFormat{.name = "KITTI",
                                               .scores = true,
                                               .ignore = true,
                                               .occlusion = true,
                                               .truncation = true,
                                               .attributes = true};

namespace detail {

inline constexpr std::string_view kDontCare = "DontCare";

/// Columns that become an attribute.
struct KittiAttribute {
    const char* name;
    std::size_t first;        ///< first column, from 1
    std::size_t count;        ///< number of columns
    double unknown;           ///< value of each column if unknown
    std::string_view missing; ///< the same as text
};
inline constexpr std::array<KittiAttribute, 4> kKittiAttributes{
    {{"alpha", 6, 1, -10, "-10"},
     {"dimensions", 11, 3, -1, "-1 -1 -1"},
     {"location", 14, 3, -1000, "-1000 -1000 -1000"},
     {"rotation_y", 17, 1, -10, "-10"}}};

/// Whether a text consists of this many finite numbers, separated by blanks.
[[nodiscard]] inline bool are_numbers(std::string_view text, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
        const std::size_t end = k + 1 < count ? text.find(' ') : text.size();
        if (end == std::string_view::npos) return false;
        const auto value = parse_number(text.substr(0, end));
        if (!value || !detail::is_finite(*value)) return false;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return true;
}

[[nodiscard]] inline bool is_kitti_attribute(const std::pair<const std::string, std::string>& attribute) {
    return std::ranges::any_of(kKittiAttributes, [&](const KittiAttribute& known) {
        return attribute.first == known.name && are_numbers(attribute.second, known.count);
    });
}

/// The name of a type, as one word.
[[nodiscard]] inline std::string kitti_type(const Annotations& annotations, const AnnotatedObject& object) {
    if (object.ignore) return std::string(kDontCare);
    std::string name = class_name(annotations, object);
    const auto is_blank = [](char letter) {
        return letter == '\n' || kBlanks.find(letter) != std::string_view::npos;
    };
    std::ranges::replace_if(name, is_blank, '_');
    if (name.empty() || first_not_utf8(name) < name.size())
        throw_invalid("kitti_text: expected a name for each class in UTF-8, got ", detail::quoted(name),
                      " in frame ", object.frame, "; give it one");
    return name;
}

[[nodiscard]] inline AnnotatedObject kitti_object(const TextFile& file, const TextRow& row) {
    constexpr int kHighest = std::numeric_limits<int>::max();
    AnnotatedObject object;
    object.frame = row.integer(1, "frame", 0) + 1;
    if (object.frame > kLastFrame) file.fail(1, "expected a frame below 2^53, found ", object.frame - 1);
    const std::int64_t id = row.integer(2, "id", -1);
    if (id >= 0) object.id = id;
    if (const double level = finite_float(file, row, 4); level != -1) object.truncation = row.finite(4);
    const std::int64_t occlusion = row.integer(5, "level of occlusion", -1);
    if (occlusion > kHighest) file.fail(5, "expected a level of occlusion, found ", occlusion);
    if (occlusion != -1) object.occlusion = static_cast<int>(occlusion);
    for (std::size_t column = 6; column <= row.columns(); ++column)
        static_cast<void>(finite_float(file, row, column));
    object.box = {row.finite(7), row.finite(8), row.finite(9) - row.finite(7),
                  row.finite(10) - row.finite(8)};
    if (row.columns() == 18) object.score = row.finite(18);
    for (const KittiAttribute& attribute : kKittiAttributes) {
        std::string text;
        bool known = false;
        for (std::size_t column = attribute.first; column < attribute.first + attribute.count; ++column) {
            known = known || row.finite(column) != attribute.unknown;
            text.append(text.empty() ? "" : " ").append(row.text(column));
        }
        if (known) object.attributes.emplace(attribute.name, std::move(text));
    }
    if (!is_sound(object)) file.fail(7, "expected a box whose edges and size fit a float");
    return object;
}

[[nodiscard]] inline std::string kitti_line(const Annotations& annotations, const AnnotatedObject& object) {
    const auto attribute = [&](const KittiAttribute& known) {
        const auto found = object.attributes.find(known.name);
        const bool is_usable = found != object.attributes.end() && is_kitti_attribute(*found);
        return ' ' + (is_usable ? found->second : std::string(known.missing));
    };
    const MotBox& box = object.box;
    std::string line = std::to_string(object.frame - 1) + ' ' + std::to_string(object.id.value_or(-1)) + ' ' +
                       kitti_type(annotations, object) + ' ' + number_text(object.truncation.value_or(-1)) +
                       ' ' + std::to_string(object.occlusion.value_or(-1)) + attribute(kKittiAttributes[0]);
    for (const double edge :
         {box.left, box.top, far_edge(box.left, box.width), far_edge(box.top, box.height)})
        line += ' ' + number_text(edge);
    for (std::size_t k = 1; k < kKittiAttributes.size(); ++k)
        line += attribute(kKittiAttributes[k]);
    if (object.score) line += ' ' + number_text(*object.score);
    return line + '\n';
}

} // namespace detail

/// Reads the text of a KITTI tracking label or result file.
///
/// @param text  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  a line does not have 17 or 18 columns; a field is not a finite number in the range of
///                     a float; a frame, ID or occlusion is not an integer; frame < 0; an ID appears twice in
///                     a frame; a type is not UTF-8
[[nodiscard]] inline Annotations parse_kitti(std::string_view text, const std::string& name) {
    TextFile file(text, name);
    detail::TextRow row(file);
    detail::UniqueIds ids;
    Annotations annotations;
    detail::ClassFinder find_class(annotations.classes);
    while (file.next()) {
        row.split_at_blanks();
        row.expect_columns(17, 18);
        AnnotatedObject object = detail::kitti_object(file, row);
        if (object.id) ids.add(file, object.frame, *object.id);
        const std::string_view type = row.text(3);
        if (detail::first_not_utf8(type) < type.size())
            file.fail(3, "expected a type in UTF-8, found ", detail::quoted(type));
        object.class_index = find_class(type);
        object.ignore = type == detail::kDontCare;
        annotations.objects.push_back(std::move(object));
    }
    return annotations;
}

/// Reads a KITTI tracking label or result file.
///
/// @throws ParseError  the file cannot be read or is malformed, see parse_kitti()
[[nodiscard]] inline Annotations read_kitti(const std::filesystem::path& path) {
    return parse_kitti(read_whole_file(path), detail::utf8_of(path));
}

/// The parts of some annotations that a KITTI file cannot store.
[[nodiscard]] inline std::vector<std::string> kitti_losses(const Annotations& annotations) {
    std::vector<std::string> losses = annotation_losses(annotations, kKittiFormat);
    const auto& objects = annotations.objects;
    const auto name = [&](const AnnotatedObject& o) { return detail::class_name(annotations, o); };
    detail::add_loss(
        losses, objects, [&](const AnnotatedObject& o) { return o.ignore && name(o) != detail::kDontCare; },
        "objects have an ignore mark: KITTI's type for them is DontCare");
    detail::add_loss(
        losses, objects, [&](const AnnotatedObject& o) { return !o.ignore && name(o) == detail::kDontCare; },
        "objects have the class DontCare: KITTI does not evaluate them");
    detail::add_loss(
        losses, objects,
        [&](const AnnotatedObject& o) { return !o.ignore && detail::kitti_type(annotations, o) != name(o); },
        "objects have a class of several words: KITTI's type joins them with _");
    detail::add_loss(
        losses, objects,
        [](const AnnotatedObject& o) {
            return !std::ranges::all_of(o.attributes, detail::is_kitti_attribute);
        },
        "objects have attributes, which KITTI cannot store");
    detail::add_loss(
        losses, objects,
        [](const AnnotatedObject& o) {
            return (o.id && *o.id < 0) || (o.occlusion && *o.occlusion < 0) ||
                   (o.truncation && *o.truncation == -1);
        },
        "objects have an ID, occlusion or truncation that KITTI treats as unknown");
    return losses;
}

/// The text of a KITTI tracking file, in order of frames. Reading it gives the same annotations, except for
/// kitti_losses() and the last digits of sizes, because the file stores edges instead.
///
/// @throws InvalidArgument  a frame is < 1; a class is not in the list or has no name; a number does not fit
///                          a float
[[nodiscard]] inline std::string kitti_text(const Annotations& annotations) {
    detail::expect_sound(annotations, "kitti_text");
    std::string text;
    for (const auto& [frame, objects] : detail::objects_by_frame(annotations))
        for (const AnnotatedObject* object : objects)
            text += detail::kitti_line(annotations, *object);
    return text;
}

/// Writes a KITTI tracking file (see kitti_text()), completely or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  see kitti_text(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; contains the path and the reason
inline void write_kitti(const std::filesystem::path& path, const Annotations& annotations) {
    write_whole_file(path, kitti_text(annotations));
}

} // namespace fgagt
