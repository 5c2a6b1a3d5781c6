#pragma once

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/simplest_number.hpp>
#include <fgagt/io/detail/text_fields.hpp>
#include <fgagt/io/detail/xml_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <pugixml.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// @file
/// CVAT for video 1.1: one XML file with a `<track>` per object. CVAT exports and imports this format, so you
/// can correct a tracker's result there by hand and use it as ground truth. This header needs pugixml, so
/// include it separately.
///
/// | CVAT | Annotations |
/// |---|---|
/// | `xtl`, `ytl`, `xbr`, `ybr` | the edges of the box; both are continuous and start at 0 |
/// | `frame`, from 0 | the frame, from 1 |
/// | `id` of a track | the ID |
/// | `label` of a track | the class; `<labels>` lists all classes in order |
/// | `occluded` 1 | occlusion 1 |
/// | `<polygon>` | an outline, whose bounds are the box |
/// | `<attribute>` named `ignore`, `score`, `visibility` or `truncation` | the same names |
/// | other `<attribute>`s | attributes |
/// | `<original_size>`, `<size>` | width, height and frame_count |
///
/// Between its shapes, a track's box moves in a straight line, as CVAT shows it, and an outline stays
/// unchanged. A track is absent before its first shape and from a shape that is `outside` on. Otherwise it
/// continues to the end of the sequence, if the length is known. CVAT renumbers the IDs of tracks on export.
namespace fgagt {

/// What CVAT for video can store.
inline constexpr AnnotationFormat kCvatFormat{.name = "CVAT for video",
                                              .class_list = true,
                                              .common_size = true,
                                              .frame_count = true,
                                              .scores = true,
                                              .ignore = true,
                                              .visibility = true,
                                              .occlusion = true,
                                              .truncation = true,
                                              .polygons = true,
                                              .attributes = true};

/// Options of the reader of CVAT's files.
struct CvatOptions {
    /// Maximum number of boxes that interpolation between shapes may add to those in the file, >= 0. More are
    /// an error, so that a small file cannot use up all memory.
    std::size_t most_added = 10'000'000;
};

namespace detail {

/// Reads a file's XML into annotations.
class CvatReader {
public:
    CvatReader(const XmlFile& file, const CvatOptions& options)
        : file_(file),
          find_class_(result_.classes),
          addable_(options.most_added) {}

    [[nodiscard]] Annotations read() {
        const pugi::xml_node root = file_.root("annotations");
        for (const pugi::xml_node section : root.child("meta").children())
            read_meta(section);
        for (const pugi::xml_node track : root.children("track"))
            read_track(track);
        if (result_.frame_count > 0) result_.frame_count = last_frame(result_);
        const auto images = std::ranges::distance(root.children("image"));
        if (images > 0)
            result_.left_out.push_back(std::to_string(images) +
                                       " elements <image> of CVAT for images; export the task as "
                                       "'CVAT for video 1.1'");
        if (left_out_ > 0)
            result_.left_out.push_back(std::to_string(left_out_) +
                                       " shapes that are neither boxes nor polygons");
        return std::move(result_);
    }

private:
    /// One shape of a track.
    struct Shape {
        AnnotatedObject object;
        bool outside = false;
        pugi::xml_node node; ///< for error messages
    };

    /// `<task>`, `<job>` or `<project>`.
    void read_meta(pugi::xml_node section) {
        for (const pugi::xml_node label : section.child("labels").children("label"))
            find_class_(file_.need_child(label, "name").text().get());
        constexpr std::int64_t kLargest = std::numeric_limits<int>::max();
        const pugi::xml_node size = section.child("original_size");
        const auto pixels = [&](const char* element) {
            const pugi::xml_node node = file_.need_child(size, element);
            return static_cast<int>(file_.integer(node, element, node.text().get(), 0, kLargest));
        };
        if (size) {
            result_.width = pixels("width");
            result_.height = pixels("height");
            // Unknown if either is 0.
            if (result_.width == 0 || result_.height == 0) result_.width = result_.height = 0;
        }
        if (const pugi::xml_node count = section.child("size"))
            result_.frame_count = file_.integer(count, "size", count.text().get(), 0, kLastFrame);
    }

    void read_track(pugi::xml_node track) {
        const std::int64_t id = file_.integer(track, "id", 0, std::numeric_limits<std::int64_t>::max());
        if (!ids_.insert(id).second) file_.fail(track, "the track ", id, " appears twice");
        const std::size_t class_index = find_class_(file_.need_attribute(track, "label"));
        std::vector<Shape> shapes;
        for (const pugi::xml_node node : track.children()) {
            const std::string_view element = node.name();
            if (element != "box" && element != "polygon") {
                if (node.attribute("frame")) ++left_out_;
                continue;
            }
            shapes.push_back(read_shape(node, element == "polygon"));
            shapes.back().object.id = id;
            shapes.back().object.class_index = class_index;
        }
        std::ranges::stable_sort(shapes, {}, [](const Shape& shape) { return shape.object.frame; });
        add_objects(shapes);
    }

    [[nodiscard]] Shape read_shape(pugi::xml_node node, bool is_polygon) const {
        Shape shape;
        shape.node = node;
        AnnotatedObject& object = shape.object;
        object.frame = file_.integer(node, "frame", 0, kLastFrame - 1) + 1;
        shape.outside = node.attribute("outside") && file_.integer(node, "outside", 0, 1) == 1;
        if (node.attribute("occluded") && file_.integer(node, "occluded", 0, 1) == 1) object.occlusion = 1;
        if (is_polygon) {
            object.polygons.push_back(read_points(node));
            object.box = bounds_of(object.polygons[0]);
        } else {
            object.box.left = file_.number(node, "xtl");
            object.box.top = file_.number(node, "ytl");
            object.box.width = file_.number(node, "xbr") - object.box.left;
            object.box.height = file_.number(node, "ybr") - object.box.top;
        }
        for (const pugi::xml_node attribute : node.children("attribute"))
            read_attribute(attribute, object);
        if (!is_sound(object)) file_.fail(node, "expected a box whose edges and size fit a float");
        return shape;
    }

    /// "1.00,2.00;3.00,4.00"
    [[nodiscard]] AnnotationPolygon read_points(pugi::xml_node node) const {
        AnnotationPolygon polygon;
        std::string_view rest = file_.need_attribute(node, "points");
        while (!rest.empty()) {
            const std::string_view point = rest.substr(0, rest.find(';'));
            const std::size_t comma = point.find(',');
            if (comma == std::string_view::npos)
                file_.fail(node, "expected points as 'x,y;x,y', found ", detail::quoted(point));
            polygon.push_back({file_.number(node, "x", point.substr(0, comma)),
                               file_.number(node, "y", point.substr(comma + 1))});
            rest.remove_prefix(std::min(point.size() + 1, rest.size()));
        }
        if (polygon.empty()) file_.fail(node, "expected points as 'x,y;x,y', found none");
        return polygon;
    }

    void read_attribute(pugi::xml_node node, AnnotatedObject& object) const {
        const std::string name(file_.need_attribute(node, "name"));
        const std::string text = node.text().get();
        if (name == "ignore")
            object.ignore = text == "true" || text == "1";
        else if (name == "score")
            object.score = file_.number(node, name, text);
        else if (name == "visibility")
            object.visibility = file_.number(node, name, text);
        else if (name == "truncation")
            object.truncation = file_.number(node, name, text);
        else if (!object.attributes.try_emplace(name, text).second)
            file_.fail(node, "the attribute ", detail::quoted(name), " appears twice; remove one of them");
    }

    /// Adds the objects of a track, from each of its shapes to the next.
    void add_objects(std::vector<Shape>& shapes) {
        for (std::size_t k = 0; k < shapes.size(); ++k) {
            const Shape* next = k + 1 < shapes.size() ? &shapes[k + 1] : nullptr;
            const std::int64_t frame = shapes[k].object.frame;
            if (next != nullptr && next->object.frame == frame)
                file_.fail(next->node, "the frame ", frame - 1, " appears twice in this track");
            if (shapes[k].outside) continue;
            const std::int64_t end =
                next != nullptr ? next->object.frame : std::max(result_.frame_count, frame) + 1;
            if (static_cast<std::uint64_t>(end - frame - 1) > addable_)
                file_.fail(shapes[k].node, "expected fewer frames between the shapes of tracks, found ",
                           end - frame - 1, " to the next; export every frame, or raise ",
                           "CvatOptions::most_added");
            addable_ -= static_cast<std::size_t>(end - frame - 1);
            result_.objects.push_back(shapes[k].object);
            for (std::int64_t between = frame + 1; between < end; ++between)
                result_.objects.push_back(next != nullptr && !next->outside
                                              ? on_the_way(shapes[k].object, next->object, between)
                                              : at_frame(shapes[k].object, between));
        }
    }

    static AnnotatedObject at_frame(AnnotatedObject object, std::int64_t frame) {
        object.frame = frame;
        return object;
    }

    static AnnotatedObject on_the_way(const AnnotatedObject& from, const AnnotatedObject& to,
                                      std::int64_t frame) {
        AnnotatedObject object = at_frame(from, frame);
        if (!from.polygons.empty() || !to.polygons.empty()) return object;
        const double share =
            static_cast<double>(frame - from.frame) / static_cast<double>(to.frame - from.frame);
        const auto mix = [share](double a, double b) { return a + share * (b - a); };
        object.box = {mix(from.box.left, to.box.left), mix(from.box.top, to.box.top),
                      mix(from.box.width, to.box.width), mix(from.box.height, to.box.height)};
        return object;
    }

    const XmlFile& file_;
    Annotations result_;
    ClassFinder find_class_;
    std::size_t addable_;
    std::set<std::int64_t> ids_;
    std::size_t left_out_ = 0;
};

/// The objects of one `<track>`, in order of frames.
struct CvatTrack {
    TrackId id = 0;
    std::vector<const AnnotatedObject*> objects;
};

/// Sorts objects into tracks. Each object without an ID, and each further class of an ID, gets a new, unused
/// ID.
class CvatTracks {
public:
    explicit CvatTracks(const Annotations& annotations) {
        for (const AnnotatedObject& object : annotations.objects)
            if (object.id) next_ = std::max(next_, *object.id < kLargest ? *object.id + 1 : kLargest);
        std::map<std::pair<TrackId, std::size_t>, std::size_t> places; ///< by ID and class
        std::set<TrackId> used;
        for (const AnnotatedObject& object : annotations.objects) {
            if (!object.id) {
                tracks_.push_back({next_++, {&object}});
                continue;
            }
            if (*object.id < 0 || *object.id == kLargest)
                throw_invalid("cvat_text: expected ids from 0 and below ", kLargest, ", got ", *object.id,
                              "; renumber the tracks");
            const auto [place, is_new] = places.try_emplace({*object.id, object.class_index}, tracks_.size());
            if (is_new) tracks_.push_back({used.insert(*object.id).second ? *object.id : next_++, {}});
            tracks_[place->second].objects.push_back(&object);
        }
        for (CvatTrack& track : tracks_)
            sort(track);
    }

    [[nodiscard]] const std::vector<CvatTrack>& tracks() const noexcept { return tracks_; }

private:
    static constexpr TrackId kLargest = std::numeric_limits<TrackId>::max();

    static void sort(CvatTrack& track) {
        const auto frame = [](const AnnotatedObject* object) { return object->frame; };
        std::ranges::stable_sort(track.objects, {}, frame);
        const auto twice = std::ranges::adjacent_find(track.objects, {}, frame);
        if (twice != track.objects.end())
            throw_invalid("cvat_text: expected each id once per frame, got id ", track.id, " twice in frame ",
                          (*twice)->frame);
    }

    std::vector<CvatTrack> tracks_;
    TrackId next_ = 0;
};

inline void add_cvat_attribute(pugi::xml_node shape, const char* name, const std::string& text) {
    pugi::xml_node node = shape.append_child("attribute");
    node.append_attribute("name").set_value(name);
    if (!text.empty()) node.text().set(text.c_str());
}

/// Adds `<box frame="0" ...>`, or `<polygon ...>` if the outline defines the box.
inline void add_cvat_shape(pugi::xml_node track, const AnnotatedObject& object, std::int64_t frame,
                           bool outside) {
    const bool is_polygon = is_outlined(object);
    pugi::xml_node shape = track.append_child(is_polygon ? "polygon" : "box");
    const auto set = [&](const char* name, const std::string& text) {
        shape.append_attribute(name).set_value(text.c_str());
    };
    set("frame", std::to_string(frame - 1));
    set("outside", outside ? "1" : "0");
    set("occluded", object.occlusion.value_or(0) > 0 ? "1" : "0");
    set("keyframe", "1");
    if (is_polygon) {
        std::string points;
        for (const AnnotationPoint& point : object.polygons[0])
            points.append(points.empty() ? "" : ";")
                .append(number_text(point.x) + ',' + number_text(point.y));
        set("points", points);
    } else {
        const MotBox& box = object.box;
        set("xtl", number_text(box.left));
        set("ytl", number_text(box.top));
        set("xbr", number_text(far_edge(box.left, box.width)));
        set("ybr", number_text(far_edge(box.top, box.height)));
    }
    set("z_order", "0");
    if (object.ignore) add_cvat_attribute(shape, "ignore", "true");
    if (object.score) add_cvat_attribute(shape, "score", number_text(*object.score));
    if (object.visibility) add_cvat_attribute(shape, "visibility", number_text(*object.visibility));
    if (object.truncation) add_cvat_attribute(shape, "truncation", number_text(*object.truncation));
    for (const auto& [name, text] : object.attributes) {
        expect_xml_text(name, "cvat_text");
        expect_xml_text(text, "cvat_text");
        add_cvat_attribute(shape, name.c_str(), text);
    }
}

/// Adds a track's shapes, with an `outside` shape wherever it disappears.
inline void add_cvat_track(pugi::xml_node root, const Annotations& annotations, const CvatTrack& track,
                           std::int64_t frame_count) {
    pugi::xml_node node = root.append_child("track");
    node.append_attribute("id").set_value(std::to_string(track.id).c_str());
    node.append_attribute("label").set_value(class_name(annotations, *track.objects[0]).c_str());
    node.append_attribute("source").set_value("manual");
    for (std::size_t k = 0; k < track.objects.size(); ++k) {
        const AnnotatedObject& object = *track.objects[k];
        add_cvat_shape(node, object, object.frame, false);
        const std::int64_t next =
            k + 1 < track.objects.size() ? track.objects[k + 1]->frame : frame_count + 1;
        if (next > object.frame + 1) add_cvat_shape(node, object, object.frame + 1, true);
    }
}

/// The names of all attributes, which CVAT requires with the labels.
[[nodiscard]] inline std::set<std::string> cvat_attribute_names(const Annotations& annotations) {
    std::set<std::string> names;
    for (const AnnotatedObject& object : annotations.objects) {
        if (object.ignore) names.insert("ignore");
        if (object.score) names.insert("score");
        if (object.visibility) names.insert("visibility");
        if (object.truncation) names.insert("truncation");
        for (const auto& [name, text] : object.attributes)
            names.insert(name);
    }
    return names;
}

inline void add_cvat_labels(pugi::xml_node task, const Annotations& annotations) {
    const std::set<std::string> names = cvat_attribute_names(annotations);
    pugi::xml_node labels = task.append_child("labels");
    for (const AnnotationClass& c : annotations.classes) {
        pugi::xml_node label = labels.append_child("label");
        add_checked_text(label, "name", c.name, "cvat_text");
        pugi::xml_node attributes = label.append_child("attributes");
        for (const std::string& name : names) {
            pugi::xml_node attribute = attributes.append_child("attribute");
            add_checked_text(attribute, "name", name, "cvat_text");
            add_text(attribute, "mutable", "True");
            add_text(attribute, "input_type", "text");
            add_text(attribute, "default_value", "");
            add_text(attribute, "values", "");
        }
    }
}

} // namespace detail

/// Reads the text of a file of CVAT for video 1.1.
///
/// @param text     contents of the file
/// @param name     name of the file, for error messages
/// @param options  how many boxes may be added between those in the file
/// @throws ParseError  the text is not XML, a part is missing or not a number, a track appears twice or has a
///                     frame twice, or there are too many frames between shapes
[[nodiscard]] inline Annotations parse_cvat(std::string_view text, const std::string& name,
                                            const CvatOptions& options = {}) {
    const detail::XmlFile file(text, name);
    return detail::CvatReader(file, options).read();
}

/// Reads a file of CVAT for video 1.1.
///
/// @throws ParseError  the file cannot be read or is malformed, see parse_cvat()
[[nodiscard]] inline Annotations read_cvat(const std::filesystem::path& path,
                                           const CvatOptions& options = {}) {
    return parse_cvat(read_whole_file(path), detail::utf8_of(path), options);
}

/// The parts of some annotations that a file of CVAT for video cannot store.
[[nodiscard]] inline std::vector<std::string> cvat_losses(const Annotations& annotations) {
    std::vector<std::string> losses = annotation_losses(annotations, kCvatFormat);
    detail::add_loss(
        losses, annotations.objects,
        [](const AnnotatedObject& o) { return o.occlusion && *o.occlusion != 1; },
        "objects have an occlusion that CVAT reduces to occluded or not");
    detail::add_loss(
        losses, annotations.objects,
        [](const AnnotatedObject& o) { return !o.polygons.empty() && !detail::is_outlined(o); },
        "objects have outlines whose bounds are not the box: CVAT keeps only the box");
    detail::add_loss(
        losses, annotations.objects, [](const AnnotatedObject& o) { return !o.id; },
        "objects have no track ID: CVAT makes each a separate track");
    std::set<std::pair<TrackId, std::size_t>> classes;
    std::set<TrackId> ids;
    for (const AnnotatedObject& object : annotations.objects)
        if (object.id) {
            ids.insert(*object.id);
            classes.emplace(*object.id, object.class_index);
        }
    if (classes.size() > ids.size())
        losses.push_back(std::to_string(classes.size() - ids.size()) +
                         " times a track changes its class: CVAT starts another track, with a new ID");
    return losses;
}

/// The text of a file of CVAT for video 1.1, with every box as a keyframe. Reading it gives the same
/// annotations, sorted by track, except for cvat_losses() and the last digits of sizes, because the file
/// stores edges instead. To see them in CVAT, create a task with the images and with these classes as labels,
/// and upload the file as 'CVAT 1.1'.
///
/// @throws InvalidArgument  a frame is < 1; a class is not in the list; an ID is < 0 or appears twice in a
///                          frame; a number does not fit a float; a text is not UTF-8
[[nodiscard]] inline std::string cvat_text(const Annotations& annotations) {
    detail::expect_sound(annotations, "cvat_text");
    const detail::CvatTracks tracks(annotations);
    const std::int64_t length = detail::last_frame(annotations);
    const auto [width, height] = detail::common_size(annotations);
    pugi::xml_document document;
    pugi::xml_node declaration = document.append_child(pugi::node_declaration);
    declaration.append_attribute("version").set_value("1.0");
    declaration.append_attribute("encoding").set_value("utf-8");
    pugi::xml_node root = document.append_child("annotations");
    detail::add_text(root, "version", "1.1");
    pugi::xml_node task = root.append_child("meta").append_child("task");
    detail::add_text(task, "name", "fgagt");
    detail::add_text(task, "size", std::to_string(length));
    detail::add_text(task, "mode", "interpolation");
    detail::add_text(task, "start_frame", "0");
    detail::add_text(task, "stop_frame", std::to_string(std::max<std::int64_t>(length - 1, 0)));
    detail::add_cvat_labels(task, annotations);
    if (width > 0 && height > 0) {
        pugi::xml_node size = task.append_child("original_size");
        detail::add_text(size, "width", std::to_string(width));
        detail::add_text(size, "height", std::to_string(height));
    }
    for (const detail::CvatTrack& track : tracks.tracks())
        detail::add_cvat_track(root, annotations, track, length);
    return detail::xml_text(document);
}

/// Writes a file of CVAT for video 1.1 (see cvat_text()), completely or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  see cvat_text(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; contains the path and the reason
inline void write_cvat(const std::filesystem::path& path, const Annotations& annotations) {
    write_whole_file(path, cvat_text(annotations));
}

} // namespace fgagt
