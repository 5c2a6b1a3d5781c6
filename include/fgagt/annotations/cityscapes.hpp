#pragma once

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/annotations/detail/annotation_folder.hpp>
#include <fgagt/annotations/detail/annotation_json.hpp>
#include <fgagt/io/detail/json_file.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/text_fields.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// @file
/// Cityscapes: a folder with a file `NAME_gtFine_polygons.json` per image. This header needs nlohmann_json,
/// so include it separately.
///
/// | Cityscapes | Annotations |
/// |---|---|
/// | `polygon` | an outline, and the box around it; corners are continuous coordinates |
/// | `label`, one of the ten classes with instances | the class |
/// | the same label followed by `group` | that class with the ignore mark: several objects as one |
/// | other labels (road, sky, ...), and objects that are `deleted` | left out |
/// | `imgWidth`, `imgHeight` | the size of the image |
/// | `track_id`, `score`, `visibility`, `occlusion`, `truncation`, `attributes` | the same names |
/// | file name | `NAME`, the name of the image file; the last number in it is the frame |
///
/// Cityscapes' own scripts ignore the members `track_id` to `attributes`. If a file name has the number 0,
/// all frames are one higher. If a number is missing or appears twice, frames count from 1 in order of the
/// names.
namespace fgagt {

/// What Cityscapes can store.
inline constexpr AnnotationFormat kCityscapesFormat{.name = "Cityscapes",
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

inline constexpr std::array<std::string_view, 10> kCityscapesClasses{
    "person", "rider", "car", "truck", "bus", "caravan", "trailer", "train", "motorcycle", "bicycle"};
inline constexpr std::string_view kCityscapesGroup = "group";
inline constexpr const char* kCityscapesEnding = "_gtFine_polygons.json";

[[nodiscard]] inline bool is_cityscapes_class(std::string_view name) {
    return std::ranges::find(kCityscapesClasses, name) != kCityscapesClasses.end();
}

[[nodiscard]] inline nlohmann::ordered_json cityscapes_object(const Annotations& annotations,
                                                              const AnnotatedObject& object) {
    std::string label = class_name(annotations, object);
    if (object.ignore) label += kCityscapesGroup;
    AnnotatedObject rest = object;
    rest.ignore = false;
    nlohmann::ordered_json json{
        {"label", label},
        {"polygon", json_points(is_outlined(object) ? object.polygons[0] : corners_of(object.box))}};
    write_shared_members(json, rest);
    return json;
}

} // namespace detail

/// Reads the text of one image's file. The frame is 1.
///
/// @param text  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  the text is not JSON, a member is missing or of the wrong kind, a polygon has no
///                     points, or a number does not fit a float
[[nodiscard]] inline Annotations parse_cityscapes(std::string_view text, const std::string& name) {
    const detail::JsonFile file(text, name);
    const detail::JsonValue root = file.root().as_object("Cityscapes");
    Annotations annotations;
    detail::ClassFinder find_class(annotations.classes);
    AnnotatedImage image;
    const std::string file_name = detail::utf8_of(detail::path_of(name).filename());
    if (file_name.ends_with(detail::kCityscapesEnding))
        image.file =
            file_name.substr(0, file_name.size() - std::string_view(detail::kCityscapesEnding).size());
    image.width = detail::read_size(root, "imgWidth");
    image.height = detail::read_size(root, "imgHeight");
    annotations.images.push_back(std::move(image));
    std::size_t left_out = 0;
    for (const detail::JsonValue json : root.need("objects").as_list("objects")) {
        std::string_view label = json.as_object("an object").need("label").text("label");
        const auto deleted = json.find("deleted");
        AnnotatedObject object;
        detail::read_shared_members(json, object);
        if (label.ends_with(detail::kCityscapesGroup)) {
            label.remove_suffix(detail::kCityscapesGroup.size());
            object.ignore = true;
        }
        if (!detail::is_cityscapes_class(label) || (deleted && deleted->flag("deleted"))) {
            ++left_out;
            continue;
        }
        object.class_index = find_class(label);
        const detail::JsonValue points = json.need("polygon");
        object.polygons.push_back(detail::read_points(points, "polygon"));
        if (object.polygons[0].empty()) points.fail("expected a polygon with points, found none");
        object.box = detail::bounds_of(object.polygons[0]);
        detail::expect_sound(json, object);
        annotations.objects.push_back(std::move(object));
    }
    if (left_out > 0)
        annotations.left_out.push_back(std::to_string(left_out) +
                                       " objects of classes without instances, or deleted");
    return annotations;
}

/// Reads a folder of Cityscapes files, or one of them.
///
/// @throws ParseError  a file cannot be read or is malformed, see parse_cityscapes()
[[nodiscard]] inline Annotations read_cityscapes(const std::filesystem::path& path) {
    return detail::read_image_files(
        detail::files_at(path, detail::kCityscapesEnding), detail::kCityscapesEnding,
        [](const auto& file) { return parse_cityscapes(read_whole_file(file), detail::utf8_of(file)); });
}

/// The parts of some annotations that Cityscapes files cannot store.
[[nodiscard]] inline std::vector<std::string> cityscapes_losses(const Annotations& annotations) {
    AnnotationFormat format = kCityscapesFormat;
    format.files = true;
    std::vector<std::string> losses = annotation_losses(annotations, format);
    detail::add_frame_losses(losses, annotations);
    detail::add_loss(
        losses, detail::images_of(annotations),
        [](const AnnotatedImage& i) { return i.file != detail::stem_of(i.file); },
        "images have a file name with folders or an extension: Cityscapes keeps only the name");
    detail::add_loss(
        losses, annotations.objects,
        [&](const AnnotatedObject& o) {
            return !detail::is_cityscapes_class(detail::class_name(annotations, o));
        },
        "objects have classes without instances in Cityscapes: its readers leave them out");
    detail::add_loss(
        losses, annotations.objects, [](const AnnotatedObject& o) { return !detail::is_outlined(o); },
        "objects have no outline whose bounds are the box: Cityscapes stores the box as the outline");
    return losses;
}

/// The Cityscapes file of each image, by file name. Reading the files gives the same annotations, except for
/// cityscapes_losses().
///
/// @throws InvalidArgument  a frame is < 1; a class is not in the list; a number does not fit a float; a text
///                          is not UTF-8; two images have the same name
[[nodiscard]] inline std::map<std::string, std::string> cityscapes_texts(const Annotations& annotations) {
    detail::expect_sound(annotations, "cityscapes_texts");
    const auto text = [&](const AnnotatedImage& image, const std::vector<const AnnotatedObject*>& objects) {
        auto json = nlohmann::ordered_json::object();
        detail::write_size(json, "imgHeight", image.height);
        detail::write_size(json, "imgWidth", image.width);
        json["objects"] = nlohmann::ordered_json::array();
        for (const AnnotatedObject* object : objects)
            json["objects"].push_back(detail::cityscapes_object(annotations, *object));
        return detail::json_document(json, "cityscapes_texts");
    };
    return detail::image_texts(annotations, detail::kCityscapesEnding, "cityscapes_texts", text);
}

/// Writes a folder of Cityscapes files (see cityscapes_texts()), each completely or not at all (see
/// write_whole_file()). Files with other names stay.
///
/// @throws InvalidArgument  see cityscapes_texts(); nothing is written
/// @throws std::filesystem::filesystem_error  a file cannot be written; contains the path and the reason
inline void write_cityscapes(const std::filesystem::path& folder, const Annotations& annotations) {
    detail::write_files(folder, cityscapes_texts(annotations));
}

} // namespace fgagt
