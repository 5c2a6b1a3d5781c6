#pragma once

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/annotations/detail/annotation_json.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/detail/csv_file.hpp>
#include <fgagt/io/detail/json_file.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/simplest_number.hpp>
#include <fgagt/io/detail/text_fields.hpp>
#include <fgagt/io/detail/utf8.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// @file
/// Per-frame tables in the style of the video annotation tool EVA: one row or one JSON object per object and
/// frame. A script or a spreadsheet can easily produce them. This header needs nlohmann_json, so include it
/// separately.
///
/// CSV: the first row names the columns, in any order. Fields with commas, quotes or line ends are in double
/// quotes.
///
/// | column | contents |
/// |---|---|
/// | `frame` | from 1; required |
/// | `x`, `y`, `width`, `height` | the box in continuous pixels, the first pixel starts at 0; required |
/// | `class` | name of the class; without this column, all objects have the class "object" |
/// | `track_id`, `score`, `ignore` (0 or 1) | the same names; empty: unknown |
/// | `visibility`, `occlusion`, `truncation` | the same names; empty: unknown |
/// | `attribute:NAME` | an attribute; empty: the object does not have it |
///
/// JSON: `{"classes": [{"name", "number"}], "frame_count", "frames": [{"frame", "file", "width", "height",
/// "objects": [{"class", "x", "y", "width", "height", ...}]}]}`. Each object has members named like the
/// columns, a member `attributes` that is an object, and `polygons` as lists of points [x, y]. Only `frames`,
/// `frame` and the box are required.
namespace fgagt {

/// What a table in CSV can store.
inline constexpr AnnotationFormat kEvaCsvFormat{.name = "EVA's CSV",
                                                .scores = true,
                                                .ignore = true,
                                                .visibility = true,
                                                .occlusion = true,
                                                .truncation = true,
                                                .attributes = true};
/// What a table in JSON can store.
inline constexpr AnnotationFormat kEvaJsonFormat{.name = "EVA's JSON",
                                                 .class_numbers = true,
                                                 .class_list = true,
                                                 .files = true,
                                                 .sizes = true,
                                                 .empty_images = true,
                                                 .frame_count = true,
                                                 .scores = true,
                                                 .ignore = true,
                                                 .visibility = true,
                                                 .occlusion = true,
                                                 .truncation = true,
                                                 .polygons = true,
                                                 .attributes = true};

namespace detail {

inline constexpr std::string_view kEvaAttribute = "attribute:";
inline constexpr std::string_view kEvaNoClass = "object";
inline constexpr std::array<std::string_view, 12> kEvaColumns{
    "frame",  "track_id", "class",  "x",          "y",         "width",
    "height", "score",    "ignore", "visibility", "occlusion", "truncation"};

/// Reads the rows of a table by column name.
class EvaTable {
public:
    explicit EvaTable(CsvFile& file) : file_(file) {
        if (!file.next()) file.fail(0, "expected a first row that names the columns, found none");
        names_ = file.fields();
        for (std::size_t k = 0; k < names_.size(); ++k)
            if (!places_.try_emplace(names_[k], k).second)
                file.fail(k + 1, "the column ", detail::quoted(names_[k]), " appears twice");
        for (const std::string_view needed : {"frame", "x", "y", "width", "height"})
            if (!places_.contains(needed)) file.fail(0, "expected a column ", needed, ", found none");
    }

    /// Number of unknown columns.
    [[nodiscard]] std::size_t unknown() const {
        return static_cast<std::size_t>(std::ranges::count_if(names_, [](const std::string& name) {
            return !name.starts_with(kEvaAttribute) &&
                   std::ranges::find(kEvaColumns, name) == kEvaColumns.end();
        }));
    }

    [[nodiscard]] AnnotatedObject object() const {
        constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
        constexpr std::int64_t kHighest = std::numeric_limits<int>::max();
        if (file_.fields().size() != names_.size())
            file_.fail(0, "expected ", names_.size(), " columns, found ", file_.fields().size());
        AnnotatedObject object;
        object.frame = integer("frame", 1, kLastFrame).value_or(0);
        if (object.frame == 0) missing("frame");
        object.box = {needed("x"), needed("y"), needed("width"), needed("height")};
        object.id = integer("track_id", -kMost, kMost);
        object.score = number("score");
        object.ignore = integer("ignore", 0, 1).value_or(0) == 1;
        object.visibility = number("visibility");
        if (const auto level = integer("occlusion", -kHighest, kHighest))
            object.occlusion = static_cast<int>(*level);
        object.truncation = number("truncation");
        for (std::size_t k = 0; k < names_.size(); ++k)
            if (names_[k].starts_with(kEvaAttribute) && !file_.fields()[k].empty())
                object.attributes.emplace(names_[k].substr(kEvaAttribute.size()), file_.fields()[k]);
        if (!is_sound(object)) file_.fail(0, "expected a box whose edges and size fit a float");
        return object;
    }

    /// A field; empty if there is no such column.
    [[nodiscard]] std::string_view text(std::string_view column) const {
        const auto place = places_.find(column);
        return place == places_.end() ? std::string_view() : std::string_view(file_.fields()[place->second]);
    }

private:
    [[noreturn]] void missing(std::string_view column) const {
        file_.fail(places_.find(column)->second + 1, "expected a number as ", column, ", found nothing");
    }

    [[nodiscard]] std::optional<double> number(std::string_view column) const {
        const std::string_view field = trim(text(column));
        if (field.empty()) return std::nullopt;
        const std::optional<double> value = parse_number(field);
        if (!value || !is_bounded(*value))
            file_.fail(places_.find(column)->second + 1, "expected a number that fits a float as ", column,
                       ", found ", detail::quoted(field));
        return value;
    }

    [[nodiscard]] double needed(std::string_view column) const {
        const std::optional<double> value = number(column);
        if (!value) missing(column);
        return *value;
    }

    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view column, std::int64_t least,
                                                      std::int64_t most) const {
        const std::string_view field = trim(text(column));
        if (field.empty()) return std::nullopt;
        const std::optional<std::int64_t> value = whole_number(field);
        if (!value || *value < least || *value > most)
            file_.fail(places_.find(column)->second + 1, "expected a whole number from ", least, " to ", most,
                       " as ", column, ", found ", detail::quoted(field));
        return value;
    }

    CsvFile& file_;
    std::vector<std::string> names_;
    std::map<std::string, std::size_t, std::less<>> places_;
};

/// Whether an object has a value for an optional column.
[[nodiscard]] inline bool has_eva_column(const AnnotatedObject& object, std::string_view column) {
    if (column == "track_id") return object.id.has_value();
    if (column == "score") return object.score.has_value();
    if (column == "ignore") return object.ignore;
    if (column == "visibility") return object.visibility.has_value();
    if (column == "occlusion") return object.occlusion.has_value();
    if (column == "truncation") return object.truncation.has_value();
    return true;
}

[[nodiscard]] inline std::string eva_field(const Annotations& annotations, const AnnotatedObject& object,
                                           std::string_view column) {
    const auto known = [](const std::optional<double>& value) { return value ? number_text(*value) : ""; };
    if (column == "frame") return std::to_string(object.frame);
    if (column == "track_id") return object.id ? std::to_string(*object.id) : "";
    if (column == "class") return csv_field(class_name(annotations, object));
    if (column == "x") return number_text(object.box.left);
    if (column == "y") return number_text(object.box.top);
    if (column == "width") return number_text(object.box.width);
    if (column == "height") return number_text(object.box.height);
    if (column == "score") return known(object.score);
    if (column == "ignore") return object.ignore ? "1" : "0";
    if (column == "visibility") return known(object.visibility);
    if (column == "occlusion") return object.occlusion ? std::to_string(*object.occlusion) : "";
    return known(object.truncation);
}

inline void expect_utf8(const std::string& text, const char* function) {
    if (first_not_utf8(text) < text.size())
        throw_invalid(function, ": expected names and texts in UTF-8, got ", detail::quoted(text),
                      "; rename it");
}

[[nodiscard]] inline AnnotatedObject eva_object(const JsonValue& json) {
    AnnotatedObject object;
    const auto number = [&](std::string_view name) { return json.need(name).number(name); };
    object.box = {number("x"), number("y"), number("width"), number("height")};
    read_shared_members(json, object);
    if (const auto polygons = json.find("polygons"))
        for (const JsonValue polygon : polygons->as_list("polygons"))
            object.polygons.push_back(read_points(polygon, "a polygon"));
    expect_sound(json, object);
    return object;
}

[[nodiscard]] inline nlohmann::ordered_json eva_json(const Annotations& annotations,
                                                     const AnnotatedObject& object) {
    nlohmann::ordered_json json{{"class", class_name(annotations, object)},
                                {"x", object.box.left},
                                {"y", object.box.top},
                                {"width", object.box.width},
                                {"height", object.box.height}};
    write_shared_members(json, object);
    for (const AnnotationPolygon& polygon : object.polygons)
        json["polygons"].push_back(json_points(polygon));
    return json;
}

/// Throws InvalidArgument if two classes have the same name.
inline void expect_names_once(const Annotations& annotations, const char* function) {
    std::set<std::string_view> names;
    for (const AnnotationClass& c : annotations.classes)
        if (!names.insert(c.name).second)
            throw_invalid(function, ": expected a different name for each class, got ",
                          detail::quoted(c.name), " twice; rename one of them");
}

} // namespace detail

/// Reads the text of a table in CSV.
///
/// @param text  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  a column is missing or appears twice, a row has a different number of columns, a field
///                     is not a number in the range of a float, or the text is not UTF-8
[[nodiscard]] inline Annotations parse_eva_csv(std::string_view text, const std::string& name) {
    if (const std::size_t wrong = detail::first_not_utf8(text); wrong < text.size()) {
        const auto lines = std::ranges::count(text.substr(0, wrong), '\n');
        throw ParseError(name, static_cast<std::size_t>(lines) + 1, 0, "expected a text in UTF-8");
    }
    detail::CsvFile file(text, name);
    const detail::EvaTable table(file);
    Annotations annotations;
    detail::ClassFinder find_class(annotations.classes);
    while (file.next()) {
        AnnotatedObject object = table.object();
        const std::string_view class_name = table.text("class");
        object.class_index = find_class(class_name.empty() ? detail::kEvaNoClass : class_name);
        annotations.objects.push_back(std::move(object));
    }
    if (table.unknown() > 0)
        annotations.left_out.push_back(std::to_string(table.unknown()) + " columns with unknown names");
    return annotations;
}

/// Reads a table in CSV.
///
/// @throws ParseError  the file cannot be read or is malformed, see parse_eva_csv()
[[nodiscard]] inline Annotations read_eva_csv(const std::filesystem::path& path) {
    return parse_eva_csv(read_whole_file(path), detail::utf8_of(path));
}

/// Reads the text of a table in JSON.
///
/// @param text  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  the text is not JSON, a member is missing or of the wrong kind, a frame appears twice,
///                     or a number does not fit a float
[[nodiscard]] inline Annotations parse_eva_json(std::string_view text, const std::string& name) {
    const detail::JsonFile file(text, name);
    const detail::JsonValue root = file.root().as_object("a table");
    Annotations annotations;
    std::map<std::string, std::int64_t, std::less<>> numbers;
    if (const auto classes = root.find("classes"))
        for (const detail::JsonValue json : classes->as_list("classes")) {
            AnnotationClass c{std::string(json.as_object("a class").need("name").text("name")),
                              static_cast<std::int64_t>(annotations.classes.size()) + 1};
            if (const auto number = json.find("number")) c.number = number->integer("number");
            if (!numbers.try_emplace(c.name, c.number).second)
                json.fail("the class ", detail::quoted(c.name), " appears twice");
            annotations.classes.push_back(std::move(c));
        }
    detail::ClassFinder find_class(annotations.classes);
    if (const auto count = root.find("frame_count"))
        annotations.frame_count = count->integer("frame_count", 0, kLastFrame);
    std::set<std::int64_t> frames;
    for (const detail::JsonValue json : root.need("frames").as_list("frames")) {
        AnnotatedImage image;
        image.frame = json.as_object("a frame").need("frame").integer("frame", 1, kLastFrame);
        if (!frames.insert(image.frame).second) json.fail("the frame ", image.frame, " appears twice");
        if (const auto path = json.find("file")) image.file = path->text("file");
        image.width = detail::read_size(json, "width");
        image.height = detail::read_size(json, "height");
        if (const auto objects = json.find("objects"))
            for (const detail::JsonValue item : objects->as_list("objects")) {
                AnnotatedObject object = detail::eva_object(item.as_object("an object"));
                object.frame = image.frame;
                const auto class_name = item.find("class");
                object.class_index = find_class(class_name ? class_name->text("class") : detail::kEvaNoClass);
                annotations.objects.push_back(std::move(object));
            }
        annotations.images.push_back(std::move(image));
    }
    detail::sort_images(annotations);
    return annotations;
}

/// Reads a table in JSON.
///
/// @throws ParseError  the file cannot be read or is malformed, see parse_eva_json()
[[nodiscard]] inline Annotations read_eva_json(const std::filesystem::path& path) {
    return parse_eva_json(read_whole_file(path), detail::utf8_of(path));
}

/// The parts of some annotations that a table in CSV cannot store.
[[nodiscard]] inline std::vector<std::string> eva_csv_losses(const Annotations& annotations) {
    std::vector<std::string> losses = annotation_losses(annotations, kEvaCsvFormat);
    detail::add_loss(
        losses, annotations.objects,
        [](const AnnotatedObject& o) {
            return std::ranges::any_of(o.attributes, [](const auto& a) { return a.second.empty(); });
        },
        "objects have empty attributes, which EVA's CSV leaves out");
    return losses;
}

/// The parts of some annotations that a table in JSON cannot store.
[[nodiscard]] inline std::vector<std::string> eva_json_losses(const Annotations& annotations) {
    return annotation_losses(annotations, kEvaJsonFormat);
}

/// The text of a table in CSV, in the order of the objects, with only the columns that some object needs.
/// Reading it gives the same annotations, except for eva_csv_losses().
///
/// @throws InvalidArgument  a frame is < 1; a class is not in the list or has no name; a number does not fit
///                          a float; a text is not UTF-8
[[nodiscard]] inline std::string eva_csv_text(const Annotations& annotations) {
    detail::expect_sound(annotations, "eva_csv_text");
    std::vector<std::string_view> columns;
    for (const std::string_view column : detail::kEvaColumns) {
        const auto needs = [&](const AnnotatedObject& o) { return detail::has_eva_column(o, column); };
        if (detail::has_eva_column({}, column) || std::ranges::any_of(annotations.objects, needs))
            columns.push_back(column);
    }
    std::set<std::string> attributes;
    for (const AnnotatedObject& object : annotations.objects) {
        if (detail::class_name(annotations, object).empty())
            detail::throw_invalid("eva_csv_text: expected a name for each class, got none in frame ",
                                  object.frame, "; give it one");
        detail::expect_utf8(detail::class_name(annotations, object), "eva_csv_text");
        for (const auto& [name, text] : object.attributes) {
            detail::expect_utf8(name, "eva_csv_text");
            detail::expect_utf8(text, "eva_csv_text");
            if (!text.empty()) attributes.insert(name);
        }
    }
    std::string text;
    for (const std::string_view column : columns)
        text.append(text.empty() ? "" : ",").append(column);
    for (const std::string& name : attributes)
        text += ',' + detail::csv_field(std::string(detail::kEvaAttribute) + name);
    text += '\n';
    for (const AnnotatedObject& object : annotations.objects) {
        for (const std::string_view column : columns)
            text.append(column == columns.front() ? "" : ",")
                .append(detail::eva_field(annotations, object, column));
        for (const std::string& name : attributes) {
            const auto found = object.attributes.find(name);
            text += ',' + (found == object.attributes.end() ? "" : detail::csv_field(found->second));
        }
        text += '\n';
    }
    return text;
}

/// The text of a table in JSON. Reading it gives the same annotations, sorted by frame, except for
/// eva_json_losses().
///
/// @throws InvalidArgument  a frame is < 1; a class is not in the list; two classes have the same name; a
///                          number does not fit a float; a text is not UTF-8
[[nodiscard]] inline std::string eva_json_text(const Annotations& annotations) {
    detail::expect_sound(annotations, "eva_json_text");
    detail::expect_names_once(annotations, "eva_json_text");
    auto classes = nlohmann::ordered_json::array();
    for (const AnnotationClass& c : annotations.classes)
        classes.push_back({{"name", c.name}, {"number", c.number}});
    const auto objects = detail::objects_by_frame(annotations);
    auto frames = nlohmann::ordered_json::array();
    for (const AnnotatedImage& image : detail::images_of(annotations)) {
        nlohmann::ordered_json json{{"frame", image.frame}, {"file", image.file}};
        detail::write_size(json, "width", image.width);
        detail::write_size(json, "height", image.height);
        json["objects"] = nlohmann::ordered_json::array();
        if (const auto found = objects.find(image.frame); found != objects.end())
            for (const AnnotatedObject* object : found->second)
                json["objects"].push_back(detail::eva_json(annotations, *object));
        frames.push_back(std::move(json));
    }
    return detail::json_document({{"classes", std::move(classes)},
                                  {"frame_count", annotations.frame_count},
                                  {"frames", std::move(frames)}},
                                 "eva_json_text");
}

/// Writes a table in CSV (see eva_csv_text()), completely or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  see eva_csv_text(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; contains the path and the reason
inline void write_eva_csv(const std::filesystem::path& path, const Annotations& annotations) {
    write_whole_file(path, eva_csv_text(annotations));
}

/// Writes a table in JSON (see eva_json_text()), completely or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  see eva_json_text(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; contains the path and the reason
inline void write_eva_json(const std::filesystem::path& path, const Annotations& annotations) {
    write_whole_file(path, eva_json_text(annotations));
}

} // namespace fgagt
