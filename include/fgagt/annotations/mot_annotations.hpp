#pragma once

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/io/detail/simplest_number.hpp>
#include <fgagt/io/mot_text.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// @file
/// Converts MOTChallenge text to annotations, and annotations to MOTChallenge text (see `io/mot_text.hpp`).
///
/// | MOTChallenge | Annotations |
/// |---|---|
/// | class 1 to 13 | the class of MOT17 with that number; the list has all thirteen |
/// | another class | a class with a name such as "class 80" |
/// | no class | the class "object" with the number -1 |
/// | flag 0 | the ignore mark; all other flags are written as 1 |
namespace fgagt {

/// What a ground truth file can store.
inline constexpr AnnotationFormat kMotGroundTruthFormat{.name = "MOT ground truth",
                                                        .class_numbers = true,
                                                        .class_list = true,
                                                        .ignore = true,
                                                        .visibility = true};
/// What a result file can store.
inline constexpr AnnotationFormat kMotResultFormat{
    .name = "MOT results", .class_numbers = true, .class_list = true, .scores = true};
/// What a detection file can store.
inline constexpr AnnotationFormat kMotDetectionFormat{
    .name = "MOT detections", .class_numbers = true, .class_list = true, .ids = false, .scores = true};

namespace detail {

inline constexpr std::array<std::string_view, 13> kMotClasses{
    "pedestrian", "person on vehicle",     "car",           "bicycle",
    "motorbike",  "non-motorised vehicle", "static person", "distractor",
    "occluder",   "occluder on ground",    "occluder full", "reflection",
    "crowd"};
inline constexpr std::int64_t kLargestMotClass = 1'000'000;
inline constexpr std::int64_t kNoMotClass = -1;

[[nodiscard]] inline std::string mot_class_name(std::int64_t number) {
    if (number == kNoMotClass) return "object";
    const auto count = static_cast<std::int64_t>(kMotClasses.size());
    if (number < 1 || number > count) return "class " + std::to_string(number);
    return std::string(kMotClasses[static_cast<std::size_t>(number - 1)]);
}

/// A class for each number. If one number belongs to MOT17, all classes of MOT17 are included.
[[nodiscard]] inline std::vector<AnnotationClass> mot_classes(std::set<std::int64_t> numbers) {
    const auto count = static_cast<std::int64_t>(kMotClasses.size());
    const auto is_of_mot17 = [&](std::int64_t number) { return number >= 1 && number <= count; };
    if (std::ranges::any_of(numbers, is_of_mot17))
        for (std::int64_t number = 1; number <= count; ++number)
            numbers.insert(number);
    const bool none = numbers.erase(kNoMotClass) > 0;
    std::vector<AnnotationClass> classes;
    classes.reserve(numbers.size() + 1);
    for (const std::int64_t number : numbers)
        classes.push_back({mot_class_name(number), number});
    if (none) classes.push_back({mot_class_name(kNoMotClass), kNoMotClass});
    return classes;
}

/// The number of an object's class in a file; -1 if it has none there.
[[nodiscard]] inline int mot_class_number(const Annotations& annotations, const AnnotatedObject& object) {
    const std::int64_t number = annotations.classes[object.class_index].number;
    return static_cast<int>(number >= 0 && number <= kLargestMotClass ? number : kNoMotClass);
}

[[nodiscard]] inline TrackId need_id(const AnnotatedObject& object, const char* function) {
    if (!object.id)
        throw_invalid(function, ": expected an id for each object, got none in frame ", object.frame,
                      "; write a detection file, which has no ids");
    return *object.id;
}

/// Losses of classes in a file that stores their numbers.
inline void add_mot_class_losses(std::vector<std::string>& losses, const Annotations& annotations) {
    add_loss(
        losses, annotations.classes,
        [](const AnnotationClass& c) { return c.name != mot_class_name(c.number); },
        "classes have a name that MOT ground truth cannot store: it has only their numbers");
    add_loss(
        losses, annotations.classes,
        [](const AnnotationClass& c) {
            return c.number != kNoMotClass && (c.number < 0 || c.number > kLargestMotClass);
        },
        "classes have a number that is not from 0 to 1000000: MOT ground truth stores -1 for them");
}

/// Losses of classes in a file that has no classes.
inline void add_all_class_losses(std::vector<std::string>& losses, const Annotations& annotations,
                                 const AnnotationFormat& format) {
    add_loss(
        losses, annotations.objects,
        [&](const AnnotatedObject& o) { return class_name(annotations, o) != mot_class_name(kNoMotClass); },
        "objects have a class, which " + std::string(format.name) + " cannot store");
}

} // namespace detail

/// Converts ground truth to annotations.
[[nodiscard]] inline Annotations annotations_of(const GroundTruthRows& rows) {
    std::set<std::int64_t> numbers;
    for (const GroundTruthRow& row : rows.rows())
        numbers.insert(row.class_id);
    Annotations annotations;
    annotations.classes = detail::mot_classes(numbers);
    std::map<std::int64_t, std::size_t> indices;
    for (std::size_t k = 0; k < annotations.classes.size(); ++k)
        indices[annotations.classes[k].number] = k;
    for (const GroundTruthRow& row : rows.rows()) {
        AnnotatedObject object;
        object.frame = row.frame;
        object.id = row.id;
        object.class_index = indices[row.class_id];
        object.box = row.box;
        object.ignore = row.flag == 0;
        if (row.visibility != -1) object.visibility = detail::widened(row.visibility);
        annotations.objects.push_back(std::move(object));
    }
    return annotations;
}

/// Converts a tracker's result to annotations.
[[nodiscard]] inline Annotations annotations_of(const ResultRows& rows) {
    Annotations annotations;
    if (!rows.empty()) annotations.classes = detail::mot_classes({detail::kNoMotClass});
    for (const ResultRow& row : rows.rows()) {
        AnnotatedObject object;
        object.frame = row.frame;
        object.id = row.id;
        object.box = row.box;
        object.score = detail::widened(row.score);
        annotations.objects.push_back(std::move(object));
    }
    return annotations;
}

/// Converts detections to annotations. Detections with non-finite numbers are left out.
[[nodiscard]] inline Annotations annotations_of(const DetectionRows& rows) {
    Annotations annotations;
    if (!rows.empty()) annotations.classes = detail::mot_classes({detail::kNoMotClass});
    std::size_t left_out = 0;
    for (const DetectionRow& row : rows.rows()) {
        AnnotatedObject object;
        object.frame = row.frame;
        object.box = {detail::widened(row.box.left), detail::widened(row.box.top),
                      detail::widened(row.box.width), detail::widened(row.box.height)};
        object.score = detail::widened(row.score);
        if (detail::is_sound(object))
            annotations.objects.push_back(std::move(object));
        else
            ++left_out;
    }
    if (left_out > 0)
        annotations.left_out.push_back(std::to_string(left_out) + " detections with non-finite numbers");
    return annotations;
}

/// Converts annotations to ground truth, in the same order.
///
/// @throws InvalidArgument  a frame is < 1; a class is not in the list; a number does not fit a float; an
///                          object has no ID
[[nodiscard]] inline std::vector<GroundTruthRow> ground_truth_rows(const Annotations& annotations) {
    detail::expect_sound(annotations, "ground_truth_rows");
    std::vector<GroundTruthRow> rows;
    for (const AnnotatedObject& object : annotations.objects) {
        GroundTruthRow row;
        row.frame = object.frame;
        row.id = detail::need_id(object, "ground_truth_rows");
        row.box = object.box;
        row.flag = object.ignore ? 0 : 1;
        row.class_id = detail::mot_class_number(annotations, object);
        if (object.visibility) row.visibility = detail::to_float(*object.visibility);
        rows.push_back(row);
    }
    return rows;
}

/// Converts annotations to a tracker's result, in the same order. Objects without a score get the score 1.
///
/// @throws InvalidArgument  see ground_truth_rows()
[[nodiscard]] inline std::vector<ResultRow> result_rows(const Annotations& annotations) {
    detail::expect_sound(annotations, "result_rows");
    std::vector<ResultRow> rows;
    for (const AnnotatedObject& object : annotations.objects)
        rows.push_back({object.frame, detail::need_id(object, "result_rows"), object.box,
                        detail::to_float(object.score.value_or(1))});
    return rows;
}

/// Converts annotations to detections, in the same order. Objects without a score get the score 1.
///
/// @throws InvalidArgument  a frame is < 1; a class is not in the list; a number does not fit a float
[[nodiscard]] inline std::vector<DetectionRow> detection_rows(const Annotations& annotations) {
    detail::expect_sound(annotations, "detection_rows");
    std::vector<DetectionRow> rows;
    for (const AnnotatedObject& object : annotations.objects)
        rows.push_back({object.frame, object.box, detail::to_float(object.score.value_or(1))});
    return rows;
}

/// The parts of some annotations that a ground truth file cannot store.
[[nodiscard]] inline std::vector<std::string> mot_ground_truth_losses(const Annotations& annotations) {
    std::vector<std::string> losses = annotation_losses(annotations, kMotGroundTruthFormat);
    detail::add_mot_class_losses(losses, annotations);
    return losses;
}

/// The parts of some annotations that a result file cannot store.
[[nodiscard]] inline std::vector<std::string> mot_result_losses(const Annotations& annotations) {
    std::vector<std::string> losses = annotation_losses(annotations, kMotResultFormat);
    detail::add_all_class_losses(losses, annotations, kMotResultFormat);
    constexpr int kBoxDigits = 3; // as written by results_text()
    constexpr int kScoreDigits = 4;
    const auto is_long = [](double value, int digits) { return detail::rounded(value, digits) != value; };
    const auto is_long_edge = [](double edge) { return detail::rounded(edge + 1, kBoxDigits) - 1 != edge; };
    detail::add_loss(
        losses, annotations.objects,
        [&](const AnnotatedObject& o) {
            return is_long_edge(o.box.left) || is_long_edge(o.box.top) || is_long(o.box.width, kBoxDigits) ||
                   is_long(o.box.height, kBoxDigits) || is_long(o.score.value_or(1), kScoreDigits);
        },
        "objects have more digits than MOT results keep: 3 for a box, 4 for a score");
    return losses;
}

/// The parts of some annotations that a detection file cannot store.
[[nodiscard]] inline std::vector<std::string> mot_detection_losses(const Annotations& annotations) {
    std::vector<std::string> losses = annotation_losses(annotations, kMotDetectionFormat);
    detail::add_all_class_losses(losses, annotations, kMotDetectionFormat);
    return losses;
}

} // namespace fgagt
