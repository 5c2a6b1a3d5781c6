#pragma once

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/io/detail/json_file.hpp>
#include <fgagt/io/detail/simplest_number.hpp>

#include <nlohmann/json.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <utility>

/// @file
/// Common parts of the JSON formats. Members that a format does not define have the same names in all of
/// them: `track_id`, `score`, `ignore`, `visibility`, `occlusion`, `truncation`, `attributes`. The format's
/// own programs ignore them.
namespace fgagt::detail {

inline constexpr int kLargestSize = std::numeric_limits<int>::max();

/// A width or a height; 0 if unknown.
[[nodiscard]] inline int read_size(const JsonValue& object, std::string_view key) {
    const auto value = object.find(key);
    return value ? static_cast<int>(value->integer(key, 0, kLargestSize)) : 0;
}

/// Writes a size if it is known.
inline void write_size(nlohmann::ordered_json& json, const char* key, int size) {
    if (size > 0) json[key] = size;
}

/// Reads the scalar members of a JSON object as attributes; ignores all others.
inline void read_attributes(const JsonValue& json, const std::string& prefix, AnnotatedObject& object) {
    for (const JsonValue value : json.as_object("attributes"))
        if (const auto text = value.scalar_text())
            if (!object.attributes.try_emplace(prefix + std::string(value.key()), *text).second)
                value.fail("the name ", detail::quoted(value.key()), " appears twice; remove one of them");
}

/// Reads the members that have the same names in all formats.
inline void read_shared_members(const JsonValue& json, AnnotatedObject& object) {
    if (const auto id = json.find("track_id")) object.id = id->integer("track_id");
    if (const auto score = json.find("score")) object.score = score->number("score");
    if (const auto ignore = json.find("ignore")) object.ignore = ignore->flag("ignore");
    if (const auto share = json.find("visibility")) object.visibility = share->number("visibility");
    if (const auto level = json.find("occlusion"))
        object.occlusion = static_cast<int>(level->integer("occlusion", -kLargestSize, kLargestSize));
    if (const auto share = json.find("truncation")) object.truncation = share->number("truncation");
    if (const auto attributes = json.find("attributes")) read_attributes(*attributes, "", object);
}

/// Adds a member with a new name, in time independent of the number of members.
inline void append_member(nlohmann::ordered_json& json, const std::string& name,
                          nlohmann::ordered_json value) {
    json.get_ref<nlohmann::ordered_json::object_t&>().push_back({name, std::move(value)});
}

[[nodiscard]] inline nlohmann::ordered_json json_attributes(const AnnotatedObject& object) {
    auto json = nlohmann::ordered_json::object();
    for (const auto& [name, text] : object.attributes)
        append_member(json, name, json_scalar(text));
    return json;
}

/// Writes those members that have a value.
inline void write_shared_members(nlohmann::ordered_json& json, const AnnotatedObject& object) {
    if (object.id) json["track_id"] = *object.id;
    if (object.score) json["score"] = *object.score;
    if (object.ignore) json["ignore"] = 1;
    if (object.visibility) json["visibility"] = *object.visibility;
    if (object.occlusion) json["occlusion"] = *object.occlusion;
    if (object.truncation) json["truncation"] = *object.truncation;
    if (!object.attributes.empty()) json["attributes"] = json_attributes(object);
}

/// A list of four numbers: left, top, width, height.
[[nodiscard]] inline MotBox read_box(const JsonValue& json, std::string_view what) {
    double values[4] = {};
    std::size_t count = 0;
    for (const JsonValue value : json.as_list(what)) {
        if (count < 4) values[count] = value.number(what);
        ++count;
    }
    if (count != 4)
        json.fail("expected four numbers (left, top, width, height) as ", what, ", found ", count);
    return {values[0], values[1], values[2], values[3]};
}

[[nodiscard]] inline nlohmann::ordered_json json_box(const MotBox& box) {
    return {box.left, box.top, box.width, box.height};
}

/// A list of points, each a list of x and y.
[[nodiscard]] inline AnnotationPolygon read_points(const JsonValue& json, std::string_view what) {
    AnnotationPolygon polygon;
    for (const JsonValue point : json.as_list(what)) {
        double values[2] = {};
        std::size_t count = 0;
        for (const JsonValue value : point.as_list(what)) {
            if (count < 2) values[count] = value.number(what);
            ++count;
        }
        if (count != 2) point.fail("expected x and y of a point of ", what, ", found ", count, " numbers");
        polygon.push_back({values[0], values[1]});
    }
    return polygon;
}

[[nodiscard]] inline nlohmann::ordered_json json_points(const AnnotationPolygon& polygon) {
    auto json = nlohmann::ordered_json::array();
    for (const AnnotationPoint& point : polygon)
        json.push_back({point.x, point.y});
    return json;
}

/// The corners of a box, clockwise from the top left.
[[nodiscard]] inline AnnotationPolygon corners_of(const MotBox& box) {
    const double right = far_edge(box.left, box.width), bottom = far_edge(box.top, box.height);
    return {{box.left, box.top}, {right, box.top}, {right, bottom}, {box.left, bottom}};
}

/// Throws ParseError for a box that is too large.
inline void expect_sound(const JsonValue& json, const AnnotatedObject& object) {
    if (!is_sound(object)) json.fail("expected a box whose edges and size fit a float");
}

} // namespace fgagt::detail
