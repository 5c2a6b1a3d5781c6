#pragma once

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/annotations/detail/annotation_folder.hpp>
#include <fgagt/annotations/detail/annotation_json.hpp>
#include <fgagt/io/detail/json_file.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/text_fields.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// @file
/// LabelMe: a folder with a JSON file per image. This header needs nlohmann_json, so include it separately.
///
/// | LabelMe | Annotations |
/// |---|---|
/// | a shape `rectangle` | the box around its points, which may be two corners in any order, or four |
/// | a shape `polygon` | an outline, and the box around it |
/// | `group_id` | the ID |
/// | `flags` of a shape | attributes `flags.NAME`, true or false |
/// | `imagePath`, `imageWidth`, `imageHeight` | the image |
/// | `score`, `ignore`, `visibility`, `occlusion`, `truncation`, `attributes` | the same names |
/// | file name | the last number in it is the frame |
///
/// LabelMe itself ignores the members `score` to `attributes`. If a file name has the number 0, all frames
/// are one higher. If a number is missing or appears twice, frames count from 1 in order of the names.
///
/// Not kept: shapes of other kinds, `imageData`, flags of the image, and any other members.
namespace fgagt {

/// What LabelMe can store.
inline constexpr AnnotationFormat kLabelMeFormat{.name = "LabelMe",
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

inline constexpr std::string_view kLabelMeFlag = "flags.";

[[nodiscard]] inline bool is_labelme_flag(const std::string& name, const std::string& text) {
    return name.starts_with(kLabelMeFlag) && (text == "true" || text == "false");
}

[[nodiscard]] inline nlohmann::ordered_json labelme_shape(const Annotations& annotations,
                                                          const AnnotatedObject& object) {
    const bool is_polygon = is_outlined(object);
    const MotBox& box = object.box;
    const AnnotationPolygon corners{{box.left, box.top},
                                    {far_edge(box.left, box.width), far_edge(box.top, box.height)}};
    auto flags = nlohmann::ordered_json::object();
    AnnotatedObject rest = object;
    for (const auto& [name, text] : object.attributes)
        if (is_labelme_flag(name, text)) {
            append_member(flags, name.substr(kLabelMeFlag.size()), text == "true");
            rest.attributes.erase(name);
        }
    rest.id.reset();
    nlohmann::ordered_json json{{"label", class_name(annotations, object)},
                                {"points", json_points(is_polygon ? object.polygons[0] : corners)},
                                {"group_id", nullptr},
                                {"shape_type", is_polygon ? "polygon" : "rectangle"},
                                {"flags", std::move(flags)}};
    if (object.id) json["group_id"] = *object.id;
    write_shared_members(json, rest);
    return json;
}

} // namespace detail

/// Reads the text of one image's file. The frame is 1.
///
/// @param text  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  the text is not JSON, a member is missing or of the wrong kind, a shape has too few
///                     points, or a number does not fit a float
[[nodiscard]] inline Annotations parse_labelme(std::string_view text, const std::string& name) {
    const detail::JsonFile file(text, name);
    const detail::JsonValue root = file.root().as_object("LabelMe");
    Annotations annotations;
    detail::ClassFinder find_class(annotations.classes);
    AnnotatedImage image;
    if (const auto path = root.find("imagePath")) image.file = path->text("imagePath");
    image.width = detail::read_size(root, "imageWidth");
    image.height = detail::read_size(root, "imageHeight");
    annotations.images.push_back(std::move(image));
    std::size_t left_out = 0;
    for (const detail::JsonValue shape : root.need("shapes").as_list("shapes")) {
        const auto type = shape.as_object("a shape").find("shape_type");
        const std::string_view kind = type ? type->text("shape_type") : "polygon";
        if (kind != "polygon" && kind != "rectangle") {
            ++left_out;
            continue;
        }
        AnnotatedObject object;
        object.class_index = find_class(shape.need("label").text("label"));
        const detail::JsonValue points = shape.need("points");
        AnnotationPolygon polygon = detail::read_points(points, "points");
        const std::size_t least = kind == "polygon" ? 1 : 2;
        if (polygon.size() < least) points.fail("expected at least ", least, " points for a ", kind);
        object.box = detail::bounds_of(polygon);
        if (kind == "polygon") object.polygons.push_back(std::move(polygon));
        detail::read_shared_members(shape, object);
        object.id.reset();
        if (const auto group = shape.find("group_id")) object.id = group->integer("group_id");
        if (const auto flags = shape.find("flags"))
            detail::read_attributes(*flags, std::string(detail::kLabelMeFlag), object);
        detail::expect_sound(shape, object);
        annotations.objects.push_back(std::move(object));
    }
    if (left_out > 0)
        annotations.left_out.push_back(std::to_string(left_out) +
                                       " shapes that are neither rectangles nor polygons");
    return annotations;
}

/// Reads a folder of LabelMe files, or one of them.
///
/// @throws ParseError  a file cannot be read or is malformed, see parse_labelme()
[[nodiscard]] inline Annotations read_labelme(const std::filesystem::path& path) {
    return detail::read_image_files(detail::files_at(path, ".json"), ".json", [](const auto& file) {
        return parse_labelme(read_whole_file(file), detail::utf8_of(file));
    });
}

/// The parts of some annotations that LabelMe files cannot store.
[[nodiscard]] inline std::vector<std::string> labelme_losses(const Annotations& annotations) {
    std::vector<std::string> losses = annotation_losses(annotations, kLabelMeFormat);
    detail::add_frame_losses(losses, annotations);
    detail::add_loss(
        losses, annotations.objects,
        [](const AnnotatedObject& o) { return !o.polygons.empty() && !detail::is_outlined(o); },
        "objects have several outlines, or one whose bounds are not the box: LabelMe keeps only the box");
    return losses;
}

/// The LabelMe file of each image, by file name. Reading the files gives the same annotations, except for
/// labelme_losses(), the last digits of sizes, because the files store corners instead, and negative sizes,
/// whose corners are read in order.
///
/// @throws InvalidArgument  a frame is < 1; a class is not in the list; a number does not fit a float; a text
///                          is not UTF-8; two images have the same name
[[nodiscard]] inline std::map<std::string, std::string> labelme_texts(const Annotations& annotations) {
    detail::expect_sound(annotations, "labelme_texts");
    const auto text = [&](const AnnotatedImage& image, const std::vector<const AnnotatedObject*>& objects) {
        nlohmann::ordered_json json{{"version", "5.0.1"},
                                    {"flags", nlohmann::ordered_json::object()},
                                    {"shapes", nlohmann::ordered_json::array()},
                                    {"imagePath", image.file},
                                    {"imageData", nullptr}};
        for (const AnnotatedObject* object : objects)
            json["shapes"].push_back(detail::labelme_shape(annotations, *object));
        detail::write_size(json, "imageHeight", image.height);
        detail::write_size(json, "imageWidth", image.width);
        return detail::json_document(json, "labelme_texts");
    };
    return detail::image_texts(annotations, ".json", "labelme_texts", text);
}

/// Writes a folder of LabelMe files (see labelme_texts()), each completely or not at all (see
/// write_whole_file()). Files with other names stay.
///
/// @throws InvalidArgument  see labelme_texts(); nothing is written
/// @throws std::filesystem::filesystem_error  a file cannot be written; contains the path and the reason
inline void write_labelme(const std::filesystem::path& folder, const Annotations& annotations) {
    detail::write_files(folder, labelme_texts(annotations));
}

} // namespace fgagt
