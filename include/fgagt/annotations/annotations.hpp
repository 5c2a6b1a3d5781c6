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

/// What annotation tools and data sets say of a sequence of images. Every format is read into these structs
/// and written from them, so that any two of them convert into each other. The formats are headers of their
/// own: `io/coco.hpp`, `io/cvat.hpp` and so on.
namespace fgagt {

/// Largest number of a frame: a double holds every whole number up to here.
inline constexpr std::int64_t kLastFrame = std::int64_t{1} << 53;

/// A corner of an outline.
struct AnnotationPoint {
    double x = 0; ///< continuous: the first column covers [0, 1), pixels
    double y = 0; ///< likewise, of the rows

    friend bool operator==(const AnnotationPoint&, const AnnotationPoint&) = default;
};

/// An outline: closed, its last corner is not its first again.
using AnnotationPolygon = std::vector<AnnotationPoint>;

/// What an object may be.
struct AnnotationClass {
    std::string name;        ///< UTF-8
    std::int64_t number = 1; ///< where a format has numbers; given from 1 where it has none

    friend bool operator==(const AnnotationClass&, const AnnotationClass&) = default;
};

/// An image of the sequence.
struct AnnotatedImage {
    std::int64_t frame = 1; ///< from 1, unique
    std::string file;       ///< its name, with folders where the format has them; empty: not known
    int width = 0;          ///< pixels; 0: as Annotations::width
    int height = 0;         ///< pixels; 0: as Annotations::height

    friend bool operator==(const AnnotatedImage&, const AnnotatedImage&) = default;
};

/// An object in one image.
struct AnnotatedObject {
    std::int64_t frame = 1;                  ///< from 1
    std::optional<TrackId> id;               ///< the same in every frame; empty: not known
    std::size_t class_index = 0;             ///< in Annotations::classes
    MotBox box;                              ///< continuous: the first pixel covers [0, 1)
    std::optional<double> score;             ///< of a detector
    bool ignore = false;                     ///< not to be evaluated: a crowd, a region, something difficult
    std::optional<double> visibility;        ///< share that is visible, [0, 1]
    std::optional<int> occlusion;            ///< 0 none, 1 partly, 2 largely, 3 unknown, as KITTI has it
    std::optional<double> truncation;        ///< share outside of the image, [0, 1]; levels in some formats
    std::vector<AnnotationPolygon> polygons; ///< its outlines, where the format has some
    std::map<std::string, std::string> attributes; ///< whatever else the format has, by its name there

    friend bool operator==(const AnnotatedObject&, const AnnotatedObject&) = default;
};

/// All that is annotated in a sequence of images.
struct Annotations {
    std::vector<AnnotationClass> classes; ///< in the format's order, or as they come
    std::vector<AnnotatedImage> images;   ///< in order of their frames; those of which something is known
    std::vector<AnnotatedObject> objects; ///< in the file's order
    int width = 0;                        ///< of images that have none of their own, pixels; 0: not known
    int height = 0;                       ///< likewise
    std::int64_t frame_count = 0;         ///< length of the sequence; 0: not known
    /// What the file held that has no place here, as sentences. A writer passes over it.
    std::vector<std::string> left_out;

    friend bool operator==(const Annotations&, const Annotations&) = default;
};

/// What a format has a place for.
struct AnnotationFormat {
    std::string_view name;      ///< as people call it
    bool class_numbers = false; ///< else they are counted from 1
    bool class_list = false;    ///< classes that no object has, and the order
    bool files = false;         ///< names of the images' files
    bool sizes = false;         ///< of each image
    bool common_size = false;   ///< of all images together
    bool empty_images = false;  ///< images without objects
    bool frame_count = false;   ///< length of the sequence
    bool ids = true;            ///< of tracks
    bool scores = false;        ///< of detections
    bool ignore = false;        ///< the mark of what is not evaluated
    bool visibility = false;    ///< as a share
    bool occlusion = false;     ///< as a level
    bool truncation = false;    ///< as a share
    bool polygons = false;      ///< outlines beside the box
    bool attributes = false;    ///< of any name
};

namespace detail {

/// Finds classes by their names, and adds those that are new.
class ClassFinder {
public:
    /// @param classes  must outlive this object
    explicit ClassFinder(std::vector<AnnotationClass>& classes) : classes_(classes) {
        for (std::size_t k = 0; k < classes.size(); ++k)
            indices_.try_emplace(classes[k].name, k);
    }

    /// The index of a class; a new one has the next number from 1.
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

/// The image of each frame that has objects or is in the list: the latter's, or one of which nothing is
/// known.
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

/// The size that all images have, or that of the first one.
[[nodiscard]] inline std::pair<int, int> common_size(const Annotations& annotations) {
    std::pair<int, int> size{annotations.width, annotations.height};
    for (const AnnotatedImage& image : annotations.images) {
        if (size.first == 0) size.first = image.width;
        if (size.second == 0) size.second = image.height;
    }
    return size;
}

/// The length of the sequence: what is known of it, and no less than there are annotated frames.
[[nodiscard]] inline std::int64_t last_frame(const Annotations& annotations) {
    std::int64_t last = annotations.frame_count;
    for (const AnnotatedImage& image : annotations.images)
        last = std::max(last, image.frame);
    for (const AnnotatedObject& object : annotations.objects)
        last = std::max(last, object.frame);
    return last;
}

/// The objects of each frame, in their order.
[[nodiscard]] inline std::map<std::int64_t, std::vector<const AnnotatedObject*>>
objects_by_frame(const Annotations& annotations) {
    std::map<std::int64_t, std::vector<const AnnotatedObject*>> objects;
    for (const AnnotatedObject& object : annotations.objects)
        objects[object.frame].push_back(&object);
    return objects;
}

/// Sorts images by their frames.
inline void sort_images(Annotations& annotations) {
    std::ranges::stable_sort(annotations.images, {}, &AnnotatedImage::frame);
}

[[nodiscard]] inline const std::string& class_name(const Annotations& annotations,
                                                   const AnnotatedObject& object) {
    return annotations.classes[object.class_index].name;
}

/// Whether a number is one that all formats can hold.
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

/// Refuses what no format can hold.
inline void expect_sound(const Annotations& annotations, const char* function) {
    std::set<std::int64_t> frames;
    for (const AnnotatedImage& image : annotations.images) {
        if (image.frame < 1 || image.frame > kLastFrame || !frames.insert(image.frame).second)
            throw_invalid(function, ": expected images of different frames from 1 to 2^53, got ", image.frame,
                          "; give each image its frame");
        if (image.width < 0 || image.height < 0)
            throw_invalid(function, ": expected sizes from 0, got ", image.width, " x ", image.height,
                          " of frame ", image.frame, "; 0 says that it is not known");
    }
    for (const AnnotatedObject& object : annotations.objects) {
        if (object.frame < 1 || object.frame > kLastFrame)
            throw_invalid(function, ": expected frames from 1 to 2^53, got ", object.frame);
        if (object.class_index >= annotations.classes.size())
            throw_invalid(function, ": expected a class below ", annotations.classes.size(), ", got ",
                          object.class_index, " in frame ", object.frame, "; add it to the list");
        if (!is_sound(object))
            throw_invalid(function, ": expected numbers that fit a float, got others in frame ", object.frame,
                          "; leave that object out");
    }
    if (annotations.width < 0 || annotations.height < 0 || annotations.frame_count < 0 ||
        annotations.frame_count > kLastFrame)
        throw_invalid(function, ": expected sizes from 0 and a length from 0 to 2^53, got ",
                      annotations.width, " x ", annotations.height, " and ", annotations.frame_count,
                      "; 0 says that it is not known");
}

/// The smallest box around an outline; empty without one.
[[nodiscard]] inline MotBox bounds_of(const AnnotationPolygon& polygon) {
    if (polygon.empty()) return {};
    const auto by_x = [](const AnnotationPoint& a, const AnnotationPoint& b) { return a.x < b.x; };
    const auto by_y = [](const AnnotationPoint& a, const AnnotationPoint& b) { return a.y < b.y; };
    const auto [left, right] = std::minmax_element(polygon.begin(), polygon.end(), by_x);
    const auto [top, bottom] = std::minmax_element(polygon.begin(), polygon.end(), by_y);
    return {left->x, top->y, right->x - left->x, bottom->y - top->y};
}

/// Whether an object's box says nothing that its only outline does not say.
[[nodiscard]] inline bool is_outlined(const AnnotatedObject& object) {
    return object.polygons.size() == 1 && bounds_of(object.polygons[0]) == object.box;
}

/// Adds "3 of 7 objects have a score, for which KITTI has no place" for the objects that `is_lost` names.
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
                 "classes have numbers that " + name + " does not keep: they are counted from 1");
    std::set<std::string_view> names;
    if (!format.class_numbers)
        add_loss(
            losses, annotations.classes,
            [&](const AnnotationClass& c) { return !names.insert(c.name).second; },
            "classes have the name of another one: " + name + " takes them for the same");
    std::size_t index = 0;
    const auto is_unused = [&](const AnnotationClass&) { return !used.contains(index++); };
    if (!format.class_list)
        add_loss(losses, annotations.classes, is_unused,
                 "classes have no object, and " + name + " has no list of classes");
}

inline void add_image_losses(std::vector<std::string>& losses, const Annotations& annotations,
                             const AnnotationFormat& format) {
    const std::string has_no = ", for which " + std::string(format.name) + " has no place";
    const std::vector<AnnotatedImage> images = images_of(annotations);
    std::set<std::int64_t> filled;
    for (const AnnotatedObject& object : annotations.objects)
        filled.insert(object.frame);
    if (!format.files)
        add_loss(
            losses, images, [](const AnnotatedImage& i) { return !i.file.empty(); },
            "images have a file's name" + has_no);
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
        {&AnnotationFormat::ids, [](const Object& o) { return o.id.has_value(); }, "a track's id"},
        {&AnnotationFormat::scores, [](const Object& o) { return o.score.has_value(); }, "a score"},
        {&AnnotationFormat::ignore, [](const Object& o) { return o.ignore; },
         "the mark that they are not evaluated"},
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
                     "objects have " + std::string(part.what) + ", for which " + std::string(format.name) +
                         " has no place");
}

} // namespace detail

/// What a format cannot hold of some annotations, as sentences that say how much of it there is; empty where
/// nothing is lost. Every format's own function (`kitti_losses()`, ...) adds what is special to it.
[[nodiscard]] inline std::vector<std::string> annotation_losses(const Annotations& annotations,
                                                                const AnnotationFormat& format) {
    std::vector<std::string> losses;
    detail::add_class_losses(losses, annotations, format);
    detail::add_image_losses(losses, annotations, format);
    detail::add_object_losses(losses, annotations, format);
    return losses;
}

/// Gives some annotations a list of classes: these names, numbered from 1. Every object keeps its class by
/// its name; objects of no class (the number -1, see `io/mot_annotations.hpp`) take the only name if there is
/// one.
///
/// @throws InvalidArgument  a name is empty or there twice; a class that objects have is not in the list; the
///                          annotations stay as they were
inline void set_classes(Annotations& annotations, const std::vector<std::string>& names) {
    constexpr std::int64_t kNone = -1;
    std::vector<AnnotationClass> classes;
    detail::ClassFinder find(classes);
    for (std::size_t k = 0; k < names.size(); ++k)
        if (names[k].empty() || find(names[k]) != k)
            detail::throw_invalid("set_classes: expected different names, got ", detail::quoted(names[k]),
                                  " more than once or an empty one");
    std::vector<std::size_t> indices;
    for (const AnnotatedObject& object : annotations.objects) {
        const AnnotationClass& known = annotations.classes[object.class_index];
        indices.push_back(known.number == kNone && names.size() == 1 ? 0 : find(known.name));
        if (indices.back() >= names.size())
            detail::throw_invalid("set_classes: expected a list with all classes, got none called ",
                                  detail::quoted(known.name), "; add it to the list");
    }
    for (std::size_t k = 0; k < indices.size(); ++k)
        annotations.objects[k].class_index = indices[k];
    annotations.classes = std::move(classes);
}

} // namespace fgagt
