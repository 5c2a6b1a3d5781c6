#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/io/detail/text_fields.hpp>
#include <fgagt/io/mot_text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// @file
/// Annotations of a sequence of images, as in annotation tools and data sets. Every format is read into these
/// structs and written from them, so any format can be converted to any other. Each format has its own
/// header: `annotations/coco.hpp`, `annotations/cvat.hpp` and so on.
namespace fgagt {

/// Largest frame number: a double represents all integers up to this one.
inline constexpr std::int64_t kLastFrame = std::int64_t{1} << 53;

/// A corner of an outline.
struct AnnotationPoint {
    double x = 0; ///< continuous: the first column covers [0, 1), pixels
    double y = 0; ///< continuous: the first row covers [0, 1), pixels

    friend bool operator==(const AnnotationPoint&, const AnnotationPoint&) = default;
};

/// A closed outline. The last corner does not repeat the first.
using AnnotationPolygon = std::vector<AnnotationPoint>;

/// A class of objects.
struct AnnotationClass {
    std::string name; ///< UTF-8
    /// Number in the format; counted from 1 if the format has no numbers.
    std::int64_t number = 1;

    friend bool operator==(const AnnotationClass&, const AnnotationClass&) = default;
};

/// An image of the sequence.
struct AnnotatedImage {
    std::int64_t frame = 1; ///< from 1, unique
    std::string file;       ///< name, with folders if the format has them; empty: unknown
    int width = 0;          ///< pixels; 0: see Annotations::width
    int height = 0;         ///< pixels; 0: see Annotations::height

    friend bool operator==(const AnnotatedImage&, const AnnotatedImage&) = default;
};

/// An object in one image.
struct AnnotatedObject {
    std::int64_t frame = 1;                  ///< from 1
    std::optional<TrackId> id;               ///< the same in every frame; empty: unknown
    std::size_t class_index = 0;             ///< index in Annotations::classes
    MotBox box;                              ///< continuous: the first pixel covers [0, 1)
    std::optional<double> score;             ///< score of a detector
    bool ignore = false;                     ///< not evaluated: a crowd, a region or a difficult case
    std::optional<double> visibility;        ///< visible fraction, [0, 1]
    std::optional<int> occlusion;            ///< 0 none, 1 partly, 2 largely, 3 unknown, as in KITTI
    std::optional<double> truncation;        ///< fraction outside, [0, 1]; a level in some formats
    std::vector<AnnotationPolygon> polygons; ///< outlines, if the format has them
    /// Other data of the format, by its name there.
    std::map<std::string, std::string> attributes;

    friend bool operator==(const AnnotatedObject&, const AnnotatedObject&) = default;
};

/// All annotations of a sequence of images.
struct Annotations {
    std::vector<AnnotationClass> classes; ///< in the format's order, or in order of appearance
    std::vector<AnnotatedImage> images;   ///< in order of frames; only images with known properties
    std::vector<AnnotatedObject> objects; ///< in the file's order
    int width = 0;                        ///< width of images without their own, pixels; 0: unknown
    int height = 0;                       ///< likewise for the height
    std::int64_t frame_count = 0;         ///< length of the sequence; 0: unknown
    /// Contents of the file that cannot be represented here, as sentences. Writers ignore it.
    std::vector<std::string> left_out;

    friend bool operator==(const Annotations&, const Annotations&) = default;
};

/// What a format can store.
struct AnnotationFormat {
    std::string_view name;      ///< common name of the format
    bool class_numbers = false; ///< false: classes are numbered from 1
    bool class_list = false;    ///< unused classes, and the order of classes
    bool files = false;         ///< file names of the images
    bool sizes = false;         ///< size of each image
    bool common_size = false;   ///< one size for all images
    bool empty_images = false;  ///< images without objects
    bool frame_count = false;   ///< length of the sequence
    bool ids = true;            ///< IDs of tracks
    bool scores = false;        ///< scores of detections
    bool ignore = false;        ///< the ignore mark: excluded from evaluation
    bool visibility = false;    ///< visibility as a fraction
    bool occlusion = false;     ///< occlusion as a level
    bool truncation = false;    ///< truncation as a fraction
    bool polygons = false;      ///< outlines in addition to the box
    bool attributes = false;    ///< attributes of any name
};

namespace detail {

/// Finds classes by name, and adds new ones.
class ClassFinder {
public:
    /// @param classes  must outlive this object
    explicit ClassFinder(std::vector<AnnotationClass>& classes) : classes_(classes) {
        for (std::size_t k = 0; k < classes.size(); ++k)
            indices_.try_emplace(classes[k].name, k);
    }

    /// The index of a class; a new class gets the next number, starting from 1.
    std::size_t operator()(std::string_view name) {
        const auto known = indices_.find(name);
        if (known != indices_.end()) return known->second;
        indices_.emplace(name, classes_.size());
        classes_.push_back({std::string(name), static_cast<std::int64_t>(classes_.size()) + 1});
        return classes_.size() - 1;
    }

private:
    std::vector<AnnotationClass>& classes_;
    std::map<std::string, std::size_t, std::less<>> indices_;
};

/// The image of each frame that has objects or is in the list of images. Frames that are not in the list get
/// an image without known properties.
[[nodiscard]] inline std::vector<AnnotatedImage> images_of(const Annotations& annotations) {
    std::map<std::int64_t, AnnotatedImage> images;
    for (const AnnotatedImage& image : annotations.images)
        images.try_emplace(image.frame, image);
    for (const AnnotatedObject& object : annotations.objects)
        images.try_emplace(object.frame, AnnotatedImage{object.frame, "", 0, 0});
    std::vector<AnnotatedImage> result;
    for (auto& [frame, image] : images) {
        if (image.width == 0) image.width = annotations.width;
        if (image.height == 0) image.height = annotations.height;
        result.push_back(std::move(image));
    }
    return result;
}

/// The common size of all images, or the size of the first one.
[[nodiscard]] inline std::pair<int, int> common_size(const Annotations& annotations) {
    std::pair<int, int> size{annotations.width, annotations.height};
    for (const AnnotatedImage& image : annotations.images) {
        if (size.first == 0) size.first = image.width;
        if (size.second == 0) size.second = image.height;
    }
    return size;
}

/// The length of the sequence: the known length, but at least the last annotated frame.
[[nodiscard]] inline std::int64_t last_frame(const Annotations& annotations) {
    std::int64_t last = annotations.frame_count;
    for (const AnnotatedImage& image : annotations.images)
        last = std::max(last, image.frame);
    for (const AnnotatedObject& object : annotations.objects)
        last = std::max(last, object.frame);
    return last;
}

/// The objects of each frame, in the same order.
[[nodiscard]] inline std::map<std::int64_t, std::vector<const AnnotatedObject*>>
objects_by_frame(const Annotations& annotations) {
    std::map<std::int64_t, std::vector<const AnnotatedObject*>> objects;
    for (const AnnotatedObject& object : annotations.objects)
        objects[object.frame].push_back(&object);
    return objects;
}

/// Sorts images by frame.
inline void sort_images(Annotations& annotations) {
    std::ranges::stable_sort(annotations.images, {}, &AnnotatedImage::frame);
}

[[nodiscard]] inline const std::string& class_name(const Annotations& annotations,
                                                   const AnnotatedObject& object) {
    return annotations.classes[object.class_index].name;
}

/// Whether all formats can store a number.
[[nodiscard]] inline bool is_bounded(double value) noexcept {
    return detail::is_finite(to_float(value));
}

[[nodiscard]] inline bool is_sound(const AnnotatedObject& object) {
    const auto bounded = [](const auto& value) { return !value || is_bounded(*value); };
    const auto bounded_point = [](const AnnotationPoint& p) { return is_bounded(p.x) && is_bounded(p.y); };
    const MotBox& box = object.box;
    return is_bounded(box.left) && is_bounded(box.top) && is_bounded(box.width) && is_bounded(box.height) &&
           is_bounded(box.left + box.width) && is_bounded(box.top + box.height) && bounded(object.score) &&
           bounded(object.visibility) && bounded(object.truncation) &&
           std::ranges::all_of(object.polygons, [&](const AnnotationPolygon& polygon) {
               return std::ranges::all_of(polygon, bounded_point);
           });
}

/// Throws InvalidArgument for annotations that no format can store.
inline void expect_sound(const Annotations& annotations, const char* function) {
    std::set<std::int64_t> frames;
    for (const AnnotatedImage& image : annotations.images) {
        if (image.frame < 1 || image.frame > kLastFrame || !frames.insert(image.frame).second)
            throw_invalid(function, ": expected images of different frames from 1 to 2^53, got ", image.frame,
                          "; give each image its own frame");
        if (image.width < 0 || image.height < 0)
            throw_invalid(function, ": expected sizes from 0, got ", image.width, " x ", image.height,
                          " of frame ", image.frame, "; 0 means unknown");
    }
    for (const AnnotatedObject& object : annotations.objects) {
        if (object.frame < 1 || object.frame > kLastFrame)
            throw_invalid(function, ": expected frames from 1 to 2^53, got ", object.frame);
        if (object.class_index >= annotations.classes.size())
            throw_invalid(function, ": expected a class below ", annotations.classes.size(), ", got ",
                          object.class_index, " in frame ", object.frame, "; add it to the list");
        if (!is_sound(object))
            throw_invalid(function, ": expected numbers that fit a float, got others in frame ", object.frame,
                          "; remove that object");
    }
    if (annotations.width < 0 || annotations.height < 0 || annotations.frame_count < 0 ||
        annotations.frame_count > kLastFrame)
        throw_invalid(function, ": expected sizes from 0 and a length from 0 to 2^53, got ",
                      annotations.width, " x ", annotations.height, " and ", annotations.frame_count,
                      "; 0 means unknown");
}

/// The smallest box around an outline; empty if the outline is empty.
[[nodiscard]] inline MotBox bounds_of(const AnnotationPolygon& polygon) {
    if (polygon.empty()) return {};
    const auto by_x = [](const AnnotationPoint& a, const AnnotationPoint& b) { return a.x < b.x; };
    const auto by_y = [](const AnnotationPoint& a, const AnnotationPoint& b) { return a.y < b.y; };
    const auto [left, right] = std::minmax_element(polygon.begin(), polygon.end(), by_x);
    const auto [top, bottom] = std::minmax_element(polygon.begin(), polygon.end(), by_y);
    return {left->x, top->y, right->x - left->x, bottom->y - top->y};
}

/// Whether an object's box is the bounding box of its only outline.
[[nodiscard]] inline bool is_outlined(const AnnotatedObject& object) {
    return object.polygons.size() == 1 && bounds_of(object.polygons[0]) == object.box;
}

/// Adds "3 of 7 objects have a score, which KITTI cannot store" for the objects selected by `is_lost`.
template <class Objects, class IsLost>
void add_loss(std::vector<std::string>& losses, const Objects& objects, IsLost is_lost,
              std::string_view sentence) {
    const auto count = std::ranges::count_if(objects, is_lost);
    if (count > 0)
        losses.push_back(std::to_string(count) + " of " + std::to_string(objects.size()) + " " +
                         std::string(sentence));
}

inline void add_class_losses(std::vector<std::string>& losses, const Annotations& annotations,
                             const AnnotationFormat& format) {
    const std::string name(format.name);
    std::set<std::size_t> used;
    for (const AnnotatedObject& object : annotations.objects)
        used.insert(object.class_index);
    std::int64_t position = 0;
    const auto is_renumbered = [&](const AnnotationClass& c) { return c.number != ++position; };
    if (!format.class_numbers)
        add_loss(losses, annotations.classes, is_renumbered,
                 "classes have numbers that " + name + " cannot store; it numbers classes from 1");
    std::set<std::string_view> names;
    if (!format.class_numbers)
        add_loss(
            losses, annotations.classes,
            [&](const AnnotationClass& c) { return !names.insert(c.name).second; },
            "classes have the name of another class: " + name + " merges them");
    std::size_t index = 0;
    const auto is_unused = [&](const AnnotationClass&) { return !used.contains(index++); };
    if (!format.class_list)
        add_loss(losses, annotations.classes, is_unused,
                 "classes have no object, and " + name + " has no list of classes");
}

inline void add_image_losses(std::vector<std::string>& losses, const Annotations& annotations,
                             const AnnotationFormat& format) {
    const std::string has_no = ", which " + std::string(format.name) + " cannot store";
    const std::vector<AnnotatedImage> images = images_of(annotations);
    std::set<std::int64_t> filled;
    for (const AnnotatedObject& object : annotations.objects)
        filled.insert(object.frame);
    if (!format.files)
        add_loss(
            losses, images, [](const AnnotatedImage& i) { return !i.file.empty(); },
            "images have a file name" + has_no);
    const auto common = format.common_size ? common_size(annotations) : std::pair(0, 0);
    if (!format.sizes)
        add_loss(
            losses, images, [&](const AnnotatedImage& i) { return std::pair(i.width, i.height) != common; },
            "images have a size" + has_no);
    if (!format.empty_images && !format.frame_count)
        add_loss(
            losses, images, [&](const AnnotatedImage& i) { return !filled.contains(i.frame); },
            "images have no objects" + has_no);
    if (!format.frame_count && annotations.frame_count > 0)
        losses.push_back("the sequence's length" + has_no);
}

inline void add_object_losses(std::vector<std::string>& losses, const Annotations& annotations,
                              const AnnotationFormat& format) {
    using Object = AnnotatedObject;
    struct Part {
        bool AnnotationFormat::*has_place;
        bool (*is_there)(const Object&);
        std::string_view what;
    };
    static constexpr Part kParts[] = {
        {&AnnotationFormat::ids, [](const Object& o) { return o.id.has_value(); }, "a track ID"},
        {&AnnotationFormat::scores, [](const Object& o) { return o.score.has_value(); }, "a score"},
        {&AnnotationFormat::ignore, [](const Object& o) { return o.ignore; }, "an ignore mark"},
        {&AnnotationFormat::visibility, [](const Object& o) { return o.visibility.has_value(); },
         "a visibility"},
        {&AnnotationFormat::occlusion, [](const Object& o) { return o.occlusion.has_value(); },
         "an occlusion"},
        {&AnnotationFormat::truncation, [](const Object& o) { return o.truncation.has_value(); },
         "a truncation"},
        {&AnnotationFormat::polygons, [](const Object& o) { return !o.polygons.empty(); }, "an outline"},
        {&AnnotationFormat::attributes, [](const Object& o) { return !o.attributes.empty(); }, "attributes"},
    };
    for (const Part& part : kParts)
        if (!(format.*part.has_place))
            add_loss(losses, annotations.objects, part.is_there,
                     "objects have " + std::string(part.what) + ", which " + std::string(format.name) +
                         " cannot store");
}

} // namespace detail

/// The parts of some annotations that a format cannot store, as sentences with their numbers; empty if
/// nothing is lost. The function of each format (`kitti_losses()`, ...) adds the losses specific to that
/// format.
[[nodiscard]] inline std::vector<std::string> annotation_losses(const Annotations& annotations,
                                                                const AnnotationFormat& format) {
    std::vector<std::string> losses;
    detail::add_class_losses(losses, annotations, format);
    detail::add_image_losses(losses, annotations, format);
    detail::add_object_losses(losses, annotations, format);
    return losses;
}

/// Sets the list of classes to these names, numbered from 1. Objects keep the class of the same name. Objects
/// without a class (number -1, see `annotations/mot_annotations.hpp`) take the only name if there is just
/// one.
///
/// @throws InvalidArgument  a name is empty or appears twice; a class of an object is not in the list; the
///                          annotations stay unchanged
inline void set_classes(Annotations& annotations, const std::vector<std::string>& names) {
    constexpr std::int64_t kNone = -1;
    std::vector<AnnotationClass> classes;
    detail::ClassFinder find(classes);
    for (std::size_t k = 0; k < names.size(); ++k)
        if (names[k].empty() || find(names[k]) != k)
            detail::throw_invalid("set_classes: expected different names, got ", detail::quoted(names[k]),
                                  " more than once or empty");
    std::vector<std::size_t> indices;
    for (const AnnotatedObject& object : annotations.objects) {
        const AnnotationClass& known = annotations.classes[object.class_index];
        indices.push_back(known.number == kNone && names.size() == 1 ? 0 : find(known.name));
        if (indices.back() >= names.size())
            detail::throw_invalid("set_classes: expected a list of all classes, got none called ",
                                  detail::quoted(known.name), "; add it to the list");
    }
    for (std::size_t k = 0; k < indices.size(); ++k)
        annotations.objects[k].class_index = indices[k];
    annotations.classes = std::move(classes);
}

} // namespace fgagt
