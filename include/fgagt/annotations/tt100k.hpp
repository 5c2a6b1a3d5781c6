#pragma once

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/annotations/detail/annotation_json.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/detail/json_file.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/simplest_number.hpp>
#include <fgagt/io/detail/text_fields.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// @file
/// TT100K (traffic signs): one JSON file `annotations.json` with `types` and `imgs`. This header needs
/// nlohmann_json, so include it separately.
///
/// | TT100K | Annotations |
/// |---|---|
/// | `types` | the classes, numbered from 1 |
/// | `id` of an image | the frame; if some ID is 0, all frames are one higher |
/// | `path` | the name of the image file |
/// | `bbox` {xmin, ymin, xmax, ymax} | the edges of the box; both are continuous and start at 0 |
/// | `polygon` | an outline |
/// | `width`, `height` of an image | the same names |
/// | `track_id`, `score`, `ignore` of an object | the same names |
/// | `visibility`, `occlusion`, `truncation`, `attributes` of an object | the same names |
///
/// TT100K's own scripts ignore the members in the last three rows. Not kept: ellipses, and any other members.
namespace fgagt {

/// What TT100K can store.
inline constexpr AnnotationFormat kTt100kFormat{.name = "TT100K",
                                                .class_list = true,
                                                .files = true,
                                                .sizes = true,
                                                .empty_images = true,
                                                .scores = true,
                                                .ignore = true,
                                                .visibility = true,
                                                .occlusion = true,
                                                .truncation = true,
                                                .polygons = true,
                                                .attributes = true};

namespace detail {

/// Reads a file's JSON into annotations.
class Tt100kReader {
public:
    explicit Tt100kReader(const JsonFile& file) : root_(file.root()), find_class_(result_.classes) {}

    [[nodiscard]] Annotations read() {
        if (const auto types = root_.as_object("TT100K").find("types"))
            for (const JsonValue type : types->as_list("types"))
                find_class_(type.text("a type"));
        for (const JsonValue image : root_.need("imgs").as_object("imgs"))
            read_image(image.as_object("an image"));
        if (frames_.contains(0)) {
            for (AnnotatedImage& image : result_.images)
                ++image.frame;
            for (AnnotatedObject& object : result_.objects)
                ++object.frame;
        }
        sort_images(result_);
        return std::move(result_);
    }

private:
    void read_image(const JsonValue& json) {
        AnnotatedImage image;
        image.frame = id_of(json);
        if (!frames_.insert(image.frame).second) json.fail("the image ", image.frame, " appears twice");
        if (const auto path = json.find("path")) image.file = path->text("path");
        image.width = read_size(json, "width");
        image.height = read_size(json, "height");
        if (const auto objects = json.find("objects"))
            for (const JsonValue object : objects->as_list("objects"))
                read_object(object.as_object("an object"), image.frame);
        result_.images.push_back(std::move(image));
    }

    /// The `id` of an image, or the name of its member.
    static std::int64_t id_of(const JsonValue& json) {
        if (const auto id = json.find("id"); id && id->kind() != JsonKind::kString)
            return id->integer("id", 0, kLastFrame - 1);
        const std::optional<std::int64_t> number = parse_integer(json.key());
        if (!number || *number < 0 || *number >= kLastFrame)
            json.fail("expected an image with a number as id, found ", detail::quoted(json.key()));
        return *number;
    }

    void read_object(const JsonValue& json, std::int64_t frame) {
        AnnotatedObject object;
        object.frame = frame;
        object.class_index = find_class_(json.need("category").text("category"));
        const JsonValue box = json.need("bbox").as_object("bbox");
        const auto edge = [&](std::string_view name) { return box.need(name).number(name); };
        object.box = {edge("xmin"), edge("ymin"), edge("xmax") - edge("xmin"), edge("ymax") - edge("ymin")};
        if (const auto outline = json.find("polygon")) {
            AnnotationPolygon polygon = read_points(*outline, "polygon");
            if (!polygon.empty()) object.polygons.push_back(std::move(polygon));
        }
        read_shared_members(json, object);
        expect_sound(json, object);
        result_.objects.push_back(std::move(object));
    }

    JsonValue root_;
    Annotations result_;
    ClassFinder find_class_;
    std::set<std::int64_t> frames_;
};

[[nodiscard]] inline nlohmann::ordered_json tt100k_object(const Annotations& annotations,
                                                          const AnnotatedObject& object) {
    const MotBox& box = object.box;
    nlohmann::ordered_json json{{"category", class_name(annotations, object)},
                                {"bbox",
                                 {{"xmin", box.left},
                                  {"ymin", box.top},
                                  {"xmax", far_edge(box.left, box.width)},
                                  {"ymax", far_edge(box.top, box.height)}}}};
    if (object.polygons.size() == 1) json["polygon"] = json_points(object.polygons[0]);
    write_shared_members(json, object);
    return json;
}

} // namespace detail

/// Reads the text of an `annotations.json` of TT100K.
///
/// @param text  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  the text is not JSON, a member is missing or of the wrong kind, an image ID is not a
///                     number or appears twice, or a number does not fit a float
[[nodiscard]] inline Annotations parse_tt100k(std::string_view text, const std::string& name) {
    const detail::JsonFile file(text, name);
    return detail::Tt100kReader(file).read();
}

/// Reads an `annotations.json` of TT100K.
///
/// @throws ParseError  the file cannot be read or is malformed, see parse_tt100k()
[[nodiscard]] inline Annotations read_tt100k(const std::filesystem::path& path) {
    return parse_tt100k(read_whole_file(path), detail::utf8_of(path));
}

/// The parts of some annotations that a TT100K file cannot store.
[[nodiscard]] inline std::vector<std::string> tt100k_losses(const Annotations& annotations) {
    std::vector<std::string> losses = annotation_losses(annotations, kTt100kFormat);
    detail::add_loss(
        losses, annotations.objects, [](const AnnotatedObject& o) { return o.polygons.size() > 1; },
        "objects have several outlines: TT100K can store only one");
    return losses;
}

/// The text of an `annotations.json` of TT100K. Reading it gives the same annotations, sorted by frame,
/// except for tt100k_losses() and the last digits of sizes, because the file stores edges instead.
///
/// @throws InvalidArgument  a frame is < 1; a class is not in the list; a number does not fit a float; a text
///                          is not UTF-8
[[nodiscard]] inline std::string tt100k_text(const Annotations& annotations) {
    detail::expect_sound(annotations, "tt100k_text");
    auto types = nlohmann::ordered_json::array();
    for (const AnnotationClass& c : annotations.classes)
        types.push_back(c.name);
    const auto objects = detail::objects_by_frame(annotations);
    auto images = nlohmann::ordered_json::object();
    for (const AnnotatedImage& image : detail::images_of(annotations)) {
        nlohmann::ordered_json json{{"path", image.file}, {"id", image.frame}};
        detail::write_size(json, "width", image.width);
        detail::write_size(json, "height", image.height);
        json["objects"] = nlohmann::ordered_json::array();
        if (const auto found = objects.find(image.frame); found != objects.end())
            for (const AnnotatedObject* object : found->second)
                json["objects"].push_back(detail::tt100k_object(annotations, *object));
        detail::append_member(images, std::to_string(image.frame), std::move(json));
    }
    return detail::json_document({{"types", std::move(types)}, {"imgs", std::move(images)}}, "tt100k_text");
}

/// Writes an `annotations.json` of TT100K (see tt100k_text()), completely or not at all (see
/// write_whole_file()).
///
/// @throws InvalidArgument  see tt100k_text(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; contains the path and the reason
inline void write_tt100k(const std::filesystem::path& path, const Annotations& annotations) {
    write_whole_file(path, tt100k_text(annotations));
}

} // namespace fgagt
