#pragma once

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/annotations/detail/annotation_json.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/detail/json_file.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/simplest_number.hpp>
#include <fgagt/io/detail/text_fields.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
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
/// CrowdHuman: a text file `.odgt`. Each line is the JSON of one image with its `ID` and `gtboxes`. This
/// header needs nlohmann_json, so include it separately.
///
/// | CrowdHuman | Annotations |
/// |---|---|
/// | `ID` | the name of the image file; the file has the extension `.jpg`, the ID does not |
/// | a line | a frame; lines count from 1 |
/// | `tag` | the class: person or mask |
/// | `fbox` [x, y, width, height], the full body | the box; both are continuous and start at 0 |
/// | `hbox`, `vbox`, the head and the visible part | attributes `hbox`, `vbox`: comma-separated numbers |
/// | `extra`, `head_attr` | attributes `extra.NAME` and `head_attr.NAME` |
/// | `extra.ignore` 1, and the tag mask | the ignore mark |
/// | `frame`, `width`, `height` of an image | the same names |
/// | `track_id`, `score`, `visibility`, `occlusion`, `truncation`, `attributes` of a box | the same names |
///
/// CrowdHuman's own scripts ignore the members in the last two rows.
namespace fgagt {

/// What CrowdHuman can store.
inline constexpr AnnotationFormat kCrowdHumanFormat{.name = "CrowdHuman",
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

inline constexpr std::string_view kCrowdHumanMask = "mask";
inline constexpr std::string_view kCrowdHumanBoxes[] = {"hbox", "vbox"};
inline constexpr std::string_view kCrowdHumanGroups[] = {"extra", "head_attr"};

/// "1,2,3,4"
[[nodiscard]] inline std::string comma_text(const MotBox& box) {
    return number_text(box.left) + ',' + number_text(box.top) + ',' + number_text(box.width) + ',' +
           number_text(box.height);
}

/// The box of a text in the form of comma_text(); empty for any other text.
[[nodiscard]] inline std::optional<MotBox> comma_box(std::string_view text) {
    double values[4] = {};
    std::string_view rest = text;
    for (double& value : values) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        const auto number = parse_number(rest.substr(0, end));
        if (!number || !is_bounded(*number)) return std::nullopt;
        value = *number;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    const MotBox box(values[0], values[1], values[2], values[3]);
    return comma_text(box) == text ? std::optional(box) : std::nullopt;
}

[[nodiscard]] inline AnnotatedObject crowdhuman_object(const JsonValue& json, std::string_view tag) {
    AnnotatedObject object;
    object.box = read_box(json.need("fbox"), "fbox");
    read_shared_members(json, object);
    for (const std::string_view name : kCrowdHumanBoxes)
        if (const auto box = json.find(name))
            object.attributes.insert_or_assign(std::string(name), comma_text(read_box(*box, name)));
    for (const std::string_view name : kCrowdHumanGroups)
        if (const auto group = json.find(name)) read_attributes(*group, std::string(name) + '.', object);
    if (const auto extra = json.find("extra"))
        if (const auto ignore = extra->find("ignore")) object.ignore |= ignore->flag("ignore");
    object.attributes.erase("extra.ignore");
    object.ignore |= tag == kCrowdHumanMask;
    expect_sound(json, object);
    return object;
}

/// Stores an attribute in its place in the format; returns false if there is none.
inline bool write_crowdhuman_attribute(nlohmann::ordered_json& json, const std::string& name,
                                       const std::string& text) {
    for (const std::string_view box_name : kCrowdHumanBoxes)
        if (name == box_name)
            if (const auto box = comma_box(text)) {
                json[name] = json_box(*box);
                return true;
            }
    for (const std::string_view group : kCrowdHumanGroups)
        if (name.starts_with(std::string(group) + '.')) {
            json[std::string(group)][name.substr(group.size() + 1)] = json_scalar(text);
            return true;
        }
    return false;
}

[[nodiscard]] inline nlohmann::ordered_json crowdhuman_box(const Annotations& annotations,
                                                           const AnnotatedObject& object) {
    const std::string& tag = class_name(annotations, object);
    nlohmann::ordered_json json{{"tag", tag}, {"fbox", json_box(object.box)}};
    AnnotatedObject rest = object;
    for (const auto& [name, text] : object.attributes)
        if (name != "extra.ignore" && write_crowdhuman_attribute(json, name, text))
            rest.attributes.erase(name);
    rest.attributes.erase("extra.ignore");
    rest.ignore = false;
    if (object.ignore) json["extra"]["ignore"] = 1;
    write_shared_members(json, rest);
    return json;
}

} // namespace detail

/// Reads the text of a CrowdHuman file.
///
/// @param text  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  a line is not JSON, a member is missing or of the wrong kind, a frame appears twice,
///                     or a number does not fit a float
[[nodiscard]] inline Annotations parse_crowdhuman(std::string_view text, const std::string& name) {
    TextFile lines(text, name);
    Annotations annotations;
    detail::ClassFinder find_class(annotations.classes);
    std::set<std::int64_t> frames;
    while (lines.next()) {
        const detail::JsonFile line(lines.line(), name, lines.number());
        const detail::JsonValue root = line.root().as_object("an image");
        AnnotatedImage image;
        image.frame = static_cast<std::int64_t>(annotations.images.size()) + 1;
        if (const auto frame = root.find("frame")) image.frame = frame->integer("frame", 1, kLastFrame);
        if (!frames.insert(image.frame).second) root.fail("the frame ", image.frame, " appears twice");
        image.file = root.need("ID").text("ID");
        image.width = detail::read_size(root, "width");
        image.height = detail::read_size(root, "height");
        if (const auto boxes = root.find("gtboxes"))
            for (const detail::JsonValue box : boxes->as_list("gtboxes")) {
                const std::string_view tag = box.as_object("a box").need("tag").text("tag");
                AnnotatedObject object = detail::crowdhuman_object(box, tag);
                object.frame = image.frame;
                object.class_index = find_class(tag);
                annotations.objects.push_back(std::move(object));
            }
        annotations.images.push_back(std::move(image));
    }
    detail::sort_images(annotations);
    return annotations;
}

/// Reads a CrowdHuman file.
///
/// @throws ParseError  the file cannot be read or is malformed, see parse_crowdhuman()
[[nodiscard]] inline Annotations read_crowdhuman(const std::filesystem::path& path) {
    return parse_crowdhuman(read_whole_file(path), detail::utf8_of(path));
}

/// The parts of some annotations that a CrowdHuman file cannot store.
[[nodiscard]] inline std::vector<std::string> crowdhuman_losses(const Annotations& annotations) {
    std::vector<std::string> losses = annotation_losses(annotations, kCrowdHumanFormat);
    detail::add_loss(
        losses, annotations.objects,
        [&](const AnnotatedObject& o) {
            return !o.ignore && detail::class_name(annotations, o) == detail::kCrowdHumanMask;
        },
        "objects have the class mask: CrowdHuman does not evaluate them");
    detail::add_loss(
        losses, annotations.objects,
        [](const AnnotatedObject& o) { return o.attributes.contains("extra.ignore"); },
        "objects have the attribute extra.ignore, which CrowdHuman treats as the ignore mark");
    return losses;
}

/// The text of a CrowdHuman file, in order of frames. Reading it gives the same annotations, except for
/// crowdhuman_losses().
///
/// @throws InvalidArgument  a frame is < 1; a class is not in the list; a number does not fit a float; a text
///                          is not UTF-8
[[nodiscard]] inline std::string crowdhuman_text(const Annotations& annotations) {
    detail::expect_sound(annotations, "crowdhuman_text");
    const auto objects = detail::objects_by_frame(annotations);
    std::string text;
    for (const AnnotatedImage& image : detail::images_of(annotations)) {
        nlohmann::ordered_json json{
            {"ID", image.file}, {"gtboxes", nlohmann::ordered_json::array()}, {"frame", image.frame}};
        if (const auto found = objects.find(image.frame); found != objects.end())
            for (const AnnotatedObject* object : found->second)
                json["gtboxes"].push_back(detail::crowdhuman_box(annotations, *object));
        detail::write_size(json, "width", image.width);
        detail::write_size(json, "height", image.height);
        text += detail::json_document(json, "crowdhuman_text", -1);
    }
    return text;
}

/// Writes a CrowdHuman file (see crowdhuman_text()), completely or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  see crowdhuman_text(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; contains the path and the reason
inline void write_crowdhuman(const std::filesystem::path& path, const Annotations& annotations) {
    write_whole_file(path, crowdhuman_text(annotations));
}

} // namespace fgagt
