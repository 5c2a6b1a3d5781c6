#pragma once

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/annotations/detail/annotation_json.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/detail/json_file.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/text_fields.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// @file
/// COCO: one JSON file with `images`, `categories` and `annotations`, or a list of detections as used by the
/// COCO tools. This header needs nlohmann_json, so include it separately.
///
/// | COCO | Annotations |
/// |---|---|
/// | `bbox` [x, y, width, height] | the box; both are continuous and start at 0 |
/// | image `id` | the frame; if some ID is 0, all frames are one higher |
/// | category `id` and `name` | number and name of the class |
/// | `iscrowd` or `ignore` | the ignore mark, written as `iscrowd` |
/// | `segmentation`, a list of polygons | outlines; masks are left out |
/// | `track_id`, `score`, `visibility`, `occlusion`, `truncation`, `attributes` | the same names |
///
/// Not kept: `info`, `licenses`, the IDs of annotations, `area` (which is computed again), and any other
/// members.
namespace fgagt {

/// What COCO can store.
inline constexpr AnnotationFormat kCocoFormat{.name = "COCO",
                                              .class_numbers = true,
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
class CocoReader {
public:
    explicit CocoReader(const JsonFile& file) : root_(file.root()) {}

    [[nodiscard]] Annotations read() {
        if (root_.kind() == JsonKind::kList) {
            read_annotations(root_);
        } else {
            if (const auto categories = root_.as_object("COCO").find("categories"))
                for (const JsonValue category : categories->as_list("categories"))
                    read_category(category);
            for (const JsonValue image : root_.need("images").as_list("images"))
                read_image(image);
            if (const auto annotations = root_.find("annotations"))
                read_annotations(annotations->as_list("annotations"));
        }
        count_frames_from_one();
        sort_images(result_);
        if (masks_ > 0)
            result_.left_out.push_back(std::to_string(masks_) +
                                       " masks in run-length encoding: only outlines and boxes are kept");
        return std::move(result_);
    }

private:
    void read_category(const JsonValue& json) {
        const JsonValue id = json.as_object("a category").need("id");
        const std::int64_t number = id.integer("id of a category");
        if (!classes_.try_emplace(number, result_.classes.size()).second)
            id.fail("the category ", number, " appears twice");
        result_.classes.push_back({std::string(json.need("name").text("name")), number});
    }

    void read_image(const JsonValue& json) {
        const JsonValue id = json.as_object("an image").need("id");
        AnnotatedImage image;
        image.frame = id.integer("id of an image", 0, kLastFrame - 1);
        if (!frames_.insert(image.frame).second) id.fail("the image ", image.frame, " appears twice");
        if (const auto file = json.find("file_name")) image.file = file->text("file_name");
        image.width = read_size(json, "width");
        image.height = read_size(json, "height");
        result_.images.push_back(std::move(image));
    }

    void read_annotations(const JsonValue& list) {
        for (const JsonValue json : list)
            read_annotation(json.as_object("an annotation"));
    }

    void read_annotation(const JsonValue& json) {
        AnnotatedObject object;
        const JsonValue image = json.need("image_id");
        object.frame = image.integer("image_id", 0, kLastFrame - 1);
        if (root_.kind() == JsonKind::kObject && !frames_.contains(object.frame))
            image.fail("expected the id of an image, found ", object.frame, ", which is not one");
        frames_.insert(object.frame);
        object.class_index = class_of(json.need("category_id"));
        read_shared_members(json, object);
        if (const auto crowd = json.find("iscrowd")) object.ignore |= crowd->flag("iscrowd");
        if (const auto outlines = json.find("segmentation")) read_outlines(*outlines, object);
        object.box = box_of(json, object);
        expect_sound(json, object);
        result_.objects.push_back(std::move(object));
    }

    /// The class of a category ID. A list of detections has no categories, so each number becomes a class.
    std::size_t class_of(const JsonValue& json) {
        const std::int64_t number = json.integer("category_id");
        const auto known = classes_.find(number);
        if (known != classes_.end()) return known->second;
        if (root_.kind() == JsonKind::kObject)
            json.fail("expected the id of a category, found ", number, ", which is not one");
        result_.classes.push_back({std::to_string(number), number});
        return classes_[number] = result_.classes.size() - 1;
    }

    void read_outlines(const JsonValue& json, AnnotatedObject& object) {
        if (json.kind() != JsonKind::kList) {
            ++masks_;
            return;
        }
        for (const JsonValue outline : json) {
            AnnotationPolygon polygon;
            bool has_x = false;
            double x = 0;
            for (const JsonValue value : outline.as_list("an outline")) {
                const double number = value.number("a coordinate of an outline");
                if (has_x) polygon.push_back({x, number});
                x = number;
                has_x = !has_x;
            }
            if (has_x) outline.fail("expected pairs of x and y, found an odd number of coordinates");
            if (!polygon.empty()) object.polygons.push_back(std::move(polygon));
        }
    }

    static MotBox box_of(const JsonValue& json, const AnnotatedObject& object) {
        if (const auto box = json.find("bbox")) return read_box(*box, "bbox");
        if (object.polygons.empty()) json.fail("expected an annotation with 'bbox', found none");
        AnnotationPolygon all;
        for (const AnnotationPolygon& polygon : object.polygons)
            all.insert(all.end(), polygon.begin(), polygon.end());
        return bounds_of(all);
    }

    void count_frames_from_one() {
        if (!frames_.contains(0)) return;
        for (AnnotatedImage& image : result_.images)
            ++image.frame;
        for (AnnotatedObject& object : result_.objects)
            ++object.frame;
    }

    JsonValue root_;
    Annotations result_;
    std::map<std::int64_t, std::size_t> classes_; ///< by number
    std::set<std::int64_t> frames_;
    std::size_t masks_ = 0;
};

/// Area inside the outlines, by the shoelace formula; area of the box if there are no outlines.
[[nodiscard]] inline double area_of(const AnnotatedObject& object) {
    if (object.polygons.empty()) return object.box.width * object.box.height;
    double area = 0;
    for (const AnnotationPolygon& polygon : object.polygons) {
        double twice = 0;
        for (std::size_t k = 0; k < polygon.size(); ++k) {
            const AnnotationPoint &a = polygon[k], &b = polygon[(k + 1) % polygon.size()];
            twice += a.x * b.y - b.x * a.y;
        }
        area += std::abs(twice) / 2;
    }
    return area;
}

[[nodiscard]] inline nlohmann::ordered_json coco_annotation(const Annotations& annotations,
                                                            const AnnotatedObject& object, std::size_t id) {
    auto outlines = nlohmann::ordered_json::array();
    for (const AnnotationPolygon& polygon : object.polygons) {
        auto coordinates = nlohmann::ordered_json::array();
        for (const AnnotationPoint& point : polygon) {
            coordinates.push_back(point.x);
            coordinates.push_back(point.y);
        }
        outlines.push_back(std::move(coordinates));
    }
    nlohmann::ordered_json json{{"id", id},
                                {"image_id", object.frame},
                                {"category_id", annotations.classes[object.class_index].number},
                                {"bbox", json_box(object.box)},
                                {"area", area_of(object)},
                                {"segmentation", std::move(outlines)}};
    write_shared_members(json, object);
    json.erase("ignore");
    json["iscrowd"] = object.ignore ? 1 : 0;
    return json;
}

inline void expect_numbers_once(const Annotations& annotations) {
    std::set<std::int64_t> numbers;
    for (const AnnotationClass& c : annotations.classes)
        if (!numbers.insert(c.number).second)
            throw_invalid("coco_text: expected a different number for each class, got ", c.number,
                          " twice; renumber them");
}

} // namespace detail

/// Reads the text of a COCO file: an object with `images`, `categories` and `annotations`, or a list of
/// detections. Classes of a list of detections are named by their numbers.
///
/// @param text  contents of the file
/// @param name  name of the file, for error messages
/// @throws ParseError  the text is not JSON, a member is missing or of the wrong kind, an image or category
///                     appears twice or does not exist, or a number does not fit a float
[[nodiscard]] inline Annotations parse_coco(std::string_view text, const std::string& name) {
    const detail::JsonFile file(text, name);
    return detail::CocoReader(file).read();
}

/// Reads a COCO file.
///
/// @throws ParseError  the file cannot be read or is malformed, see parse_coco()
[[nodiscard]] inline Annotations read_coco(const std::filesystem::path& path) {
    return parse_coco(read_whole_file(path), detail::utf8_of(path));
}

/// The parts of some annotations that a COCO file cannot store.
[[nodiscard]] inline std::vector<std::string> coco_losses(const Annotations& annotations) {
    return annotation_losses(annotations, kCocoFormat);
}

/// The text of a COCO file. Reading it gives the same annotations, except for coco_losses().
///
/// @throws InvalidArgument  a frame is < 1; a class is not in the list; two classes have the same number; a
///                          number does not fit a float; a text is not UTF-8
[[nodiscard]] inline std::string coco_text(const Annotations& annotations) {
    detail::expect_sound(annotations, "coco_text");
    detail::expect_numbers_once(annotations);
    auto images = nlohmann::ordered_json::array();
    for (const AnnotatedImage& image : detail::images_of(annotations)) {
        nlohmann::ordered_json json{{"id", image.frame}, {"file_name", image.file}};
        detail::write_size(json, "width", image.width);
        detail::write_size(json, "height", image.height);
        images.push_back(std::move(json));
    }
    auto categories = nlohmann::ordered_json::array();
    for (const AnnotationClass& c : annotations.classes)
        categories.push_back({{"id", c.number}, {"name", c.name}});
    auto objects = nlohmann::ordered_json::array();
    for (const AnnotatedObject& object : annotations.objects)
        objects.push_back(detail::coco_annotation(annotations, object, objects.size() + 1));
    return detail::json_document({{"images", std::move(images)},
                                  {"categories", std::move(categories)},
                                  {"annotations", std::move(objects)}},
                                 "coco_text");
}

/// Writes a COCO file (see coco_text()), completely or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  see coco_text(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; contains the path and the reason
inline void write_coco(const std::filesystem::path& path, const Annotations& annotations) {
    write_whole_file(path, coco_text(annotations));
}

} // namespace fgagt
