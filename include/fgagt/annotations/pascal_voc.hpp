#pragma once

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/annotations/detail/annotation_folder.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/simplest_number.hpp>
#include <fgagt/io/detail/text_fields.hpp>
#include <fgagt/io/detail/xml_file.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <limits>
#include <map>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// @file
/// Pascal VOC, as written by LabelImg: a folder with an XML file per image. This header needs pugixml, so
/// include it separately.
///
/// | Pascal VOC | Annotations |
/// |---|---|
/// | `xmin`, `ymin`: the first pixel inside, counted from 1 | left = xmin - 1, top = ymin - 1 |
/// | `xmax`, `ymax`: the last pixel inside, counted from 1 | right = xmax, bottom = ymax |
/// | `filename`, `size` | the image |
/// | `name` | the class |
/// | `difficult` 1 | the ignore mark |
/// | `truncated`, `occluded` | truncation, occlusion; usually 0 or 1 |
/// | `pose` other than Unspecified | the attribute `pose` |
/// | `attributes`: `track_id`, `score`, `visibility` | the same names; others are attributes |
/// | file name | the last number in it is the frame |
///
/// If a file name has the number 0, all frames are one higher. If a number is missing or appears twice,
/// frames count from 1 in order of the names.
///
/// Not kept: `folder`, `path`, `source`, `segmented` and the parts of an object.
namespace fgagt {

/// What Pascal VOC can store.
inline constexpr AnnotationFormat kPascalVocFormat{.name = "Pascal VOC",
                                                   .files = true,
                                                   .sizes = true,
                                                   .empty_images = true,
                                                   .scores = true,
                                                   .ignore = true,
                                                   .visibility = true,
                                                   .occlusion = true,
                                                   .truncation = true,
                                                   .attributes = true};

namespace detail {

/// Reads one image's XML into annotations.
class PascalVocReader {
public:
    explicit PascalVocReader(const XmlFile& file) : file_(file), find_class_(result_.classes) {}

    [[nodiscard]] Annotations read() {
        const pugi::xml_node root = file_.root("annotation");
        AnnotatedImage image;
        image.file = root.child("filename").text().get();
        if (const pugi::xml_node size = root.child("size")) {
            image.width = pixels(size, "width");
            image.height = pixels(size, "height");
        }
        result_.images.push_back(std::move(image));
        std::size_t parts = 0;
        for (const pugi::xml_node node : root.children("object")) {
            result_.objects.push_back(read_object(node));
            const auto range = node.children("part");
            parts += static_cast<std::size_t>(std::distance(range.begin(), range.end()));
        }
        if (parts > 0) result_.left_out.push_back(std::to_string(parts) + " parts of objects");
        return std::move(result_);
    }

private:
    [[nodiscard]] int pixels(pugi::xml_node size, const char* element) const {
        constexpr std::int64_t kLargest = std::numeric_limits<int>::max();
        const pugi::xml_node node = file_.need_child(size, element);
        return static_cast<int>(file_.integer(node, element, node.text().get(), 0, kLargest));
    }

    [[nodiscard]] AnnotatedObject read_object(pugi::xml_node node) {
        AnnotatedObject object;
        object.class_index = find_class_(file_.need_child(node, "name").text().get());
        const pugi::xml_node box = file_.need_child(node, "bndbox");
        const auto edge = [&](const char* name) {
            return file_.number(box, name, file_.need_child(box, name).text().get());
        };
        object.box.left = edge("xmin") - 1;
        object.box.top = edge("ymin") - 1;
        object.box.width = edge("xmax") - object.box.left;
        object.box.height = edge("ymax") - object.box.top;
        if (const pugi::xml_node flag = node.child("difficult"))
            object.ignore = file_.number(flag, "difficult", flag.text().get()) != 0;
        if (const pugi::xml_node share = node.child("truncated"))
            object.truncation = file_.number(share, "truncated", share.text().get());
        if (const pugi::xml_node level = node.child("occluded")) {
            constexpr std::int64_t kMost = std::numeric_limits<int>::max();
            object.occlusion =
                static_cast<int>(file_.integer(level, "occluded", level.text().get(), -kMost, kMost));
        }
        const std::string_view pose = node.child("pose").text().get();
        if (!pose.empty() && pose != kNoPose) object.attributes.emplace("pose", pose);
        for (const pugi::xml_node attribute : node.child("attributes").children("attribute"))
            read_attribute(attribute, object);
        if (!is_sound(object)) file_.fail(node, "expected a box whose edges and size fit a float");
        return object;
    }

    void read_attribute(pugi::xml_node node, AnnotatedObject& object) const {
        constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
        const std::string name = file_.need_child(node, "name").text().get();
        const std::string text = file_.need_child(node, "value").text().get();
        if (name == "track_id")
            object.id = file_.integer(node, name, text, -kMost, kMost);
        else if (name == "score")
            object.score = file_.number(node, name, text);
        else if (name == "visibility")
            object.visibility = file_.number(node, name, text);
        else if (!object.attributes.try_emplace(name, text).second)
            file_.fail(node, "the attribute ", detail::quoted(name), " appears twice; remove one of them");
    }

    static constexpr std::string_view kNoPose = "Unspecified";

    const XmlFile& file_;
    Annotations result_;
    ClassFinder find_class_;
};

inline void add_voc_attribute(pugi::xml_node attributes, const std::string& name, const std::string& text) {
    pugi::xml_node node = attributes.append_child("attribute");
    add_checked_text(node, "name", name, "pascal_voc_texts");
    add_checked_text(node, "value", text, "pascal_voc_texts");
}

inline void add_voc_object(pugi::xml_node root, const Annotations& annotations,
                           const AnnotatedObject& object) {
    pugi::xml_node node = root.append_child("object");
    add_checked_text(node, "name", class_name(annotations, object), "pascal_voc_texts");
    const auto pose = object.attributes.find("pose");
    const bool has_pose = pose != object.attributes.end() && !pose->second.empty();
    add_checked_text(node, "pose", has_pose ? pose->second : "Unspecified", "pascal_voc_texts");
    if (object.truncation) add_text(node, "truncated", number_text(*object.truncation));
    if (object.occlusion) add_text(node, "occluded", std::to_string(*object.occlusion));
    add_text(node, "difficult", object.ignore ? "1" : "0");
    pugi::xml_node edges = node.append_child("bndbox");
    const MotBox& box = object.box;
    add_text(edges, "xmin", number_text(from_one(box.left)));
    add_text(edges, "ymin", number_text(from_one(box.top)));
    add_text(edges, "xmax", number_text(far_edge(box.left, box.width)));
    add_text(edges, "ymax", number_text(far_edge(box.top, box.height)));
    pugi::xml_node attributes = node.append_child("attributes");
    if (object.id) add_voc_attribute(attributes, "track_id", std::to_string(*object.id));
    if (object.score) add_voc_attribute(attributes, "score", number_text(*object.score));
    if (object.visibility) add_voc_attribute(attributes, "visibility", number_text(*object.visibility));
    for (const auto& [name, text] : object.attributes)
        if (name != "pose") add_voc_attribute(attributes, name, text);
    if (!attributes.first_child()) node.remove_child(attributes);
}

[[nodiscard]] inline std::string voc_text(const Annotations& annotations, const AnnotatedImage& image,
                                          const std::vector<const AnnotatedObject*>& objects) {
    pugi::xml_document document;
    pugi::xml_node root = document.append_child("annotation");
    add_checked_text(root, "filename", image.file, "pascal_voc_texts");
    if (image.width > 0 || image.height > 0) {
        pugi::xml_node size = root.append_child("size");
        add_text(size, "width", std::to_string(image.width));
        add_text(size, "height", std::to_string(image.height));
        add_text(size, "depth", "3");
    }
    for (const AnnotatedObject* object : objects)
        add_voc_object(root, annotations, *object);
    return xml_text(document);
}

} // namespace detail

/// Reads the text of one image's file. The frame is 1.
///
/// @param text  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  the text is not XML, a part is missing or not a number, an attribute appears twice, or
///                     a number does not fit a float
[[nodiscard]] inline Annotations parse_pascal_voc(std::string_view text, const std::string& name) {
    const detail::XmlFile file(text, name);
    return detail::PascalVocReader(file).read();
}

/// Reads a folder of Pascal VOC files, or one of them.
///
/// @throws ParseError  a file cannot be read or is malformed, see parse_pascal_voc()
[[nodiscard]] inline Annotations read_pascal_voc(const std::filesystem::path& path) {
    return detail::read_image_files(detail::files_at(path, ".xml"), ".xml", [](const auto& file) {
        return parse_pascal_voc(read_whole_file(file), detail::utf8_of(file));
    });
}

/// The parts of some annotations that Pascal VOC files cannot store.
[[nodiscard]] inline std::vector<std::string> pascal_voc_losses(const Annotations& annotations) {
    std::vector<std::string> losses = annotation_losses(annotations, kPascalVocFormat);
    detail::add_frame_losses(losses, annotations);
    return losses;
}

/// The Pascal VOC file of each image, by file name. Reading the files gives the same annotations, except for
/// pascal_voc_losses() and the last digits of sizes, because the files store edges instead.
///
/// @throws InvalidArgument  a frame is < 1; a class is not in the list; a number does not fit a float; a text
///                          is not UTF-8; two images have the same name
[[nodiscard]] inline std::map<std::string, std::string> pascal_voc_texts(const Annotations& annotations) {
    detail::expect_sound(annotations, "pascal_voc_texts");
    return detail::image_texts(
        annotations, ".xml", "pascal_voc_texts",
        [&](const AnnotatedImage& image, const std::vector<const AnnotatedObject*>& objects) {
            return detail::voc_text(annotations, image, objects);
        });
}

/// Writes a folder of Pascal VOC files (see pascal_voc_texts()), each completely or not at all (see
/// write_whole_file()). Files with other names stay.
///
/// @throws InvalidArgument  see pascal_voc_texts(); nothing is written
/// @throws std::filesystem::filesystem_error  a file cannot be written; contains the path and the reason
inline void write_pascal_voc(const std::filesystem::path& folder, const Annotations& annotations) {
    detail::write_files(folder, pascal_voc_texts(annotations));
}

} // namespace fgagt
