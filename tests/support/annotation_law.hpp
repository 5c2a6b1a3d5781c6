#pragma once

#include <fgagt/annotations/annotations.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

/// An independent specification of what survives when annotations are written and read, stated differently
/// from the library's.
namespace fgagt::test {

/// Annotations of a few frames that use every member of the structs.
[[nodiscard]] inline Annotations random_annotations(unsigned seed) {
    std::mt19937 random(seed);
    const auto below = [&](int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random); };
    const auto some = [&] { return below(2) == 0; };
    // As in data sets: whole pixels, a few digits, and arbitrary computed values.
    const auto coordinate = [&](double low, double high) {
        const double value = std::uniform_real_distribution<double>(low, high)(random);
        const int kind = below(3);
        return kind == 0 ? std::round(value) : kind == 1 ? std::round(value * 100) / 100 : value;
    };
    const auto share = [&] { return std::round(coordinate(0, 1) * 1e5) / 1e5; };
    const auto corner = [&] { return AnnotationPoint{coordinate(-9, 2000), coordinate(-9, 2000)}; };
    const std::vector<std::string> texts{"",       "a b",  "Z\xC3\xBCrich, \"x\"", "<&>'", "line\nend",
                                         "1.5",    "true", "\xE4\xBA\xBA",         "007",  "a=b;c,d",
                                         " blank "};

    Annotations annotations;
    annotations.classes = {{"person", 1}, {"car", 3}, {"static person", 7}, {"v\xC3\xA9lo", 40}};
    annotations.frame_count = below(2) * 30;
    for (std::int64_t frame = 1; frame <= 20; frame += 1 + below(3)) {
        if (some())
            annotations.images.push_back(
                {frame, some() ? "img/" + std::to_string(1000 + frame).substr(1) + ".jpg" : "",
                 some() ? 1920 : 640, some() ? 1080 : 480});
        const int count = below(5);
        for (int k = 0; k < count; ++k) {
            AnnotatedObject object;
            object.frame = frame;
            if (some()) object.id = 100 * k + below(100);
            object.class_index = static_cast<std::size_t>(below(3));
            object.box = {coordinate(-50, 1900), coordinate(-50, 1000), coordinate(1, 300),
                          coordinate(1, 300)};
            if (some()) object.score = share();
            object.ignore = below(4) == 0;
            if (some()) object.visibility = share();
            if (some()) object.occlusion = below(4);
            if (some()) object.truncation = share();
            for (int outlines = below(6) - 3; outlines > 0; --outlines)
                object.polygons.push_back({corner(), corner(), corner()});
            if (below(3) == 0 && object.polygons.size() == 1)
                object.box = detail::bounds_of(object.polygons[0]);
            for (int attributes = below(3); attributes > 0; --attributes)
                object.attributes["name " + std::to_string(attributes)] =
                    texts[static_cast<std::size_t>(below(static_cast<int>(texts.size())))];
            annotations.objects.push_back(std::move(object));
        }
    }
    return annotations;
}

/// The annotations in canonical form: every image with objects or known properties, with its own size;
/// objects by frame and position; classes by name.
[[nodiscard]] inline Annotations in_one_form(Annotations annotations) {
    std::map<std::int64_t, AnnotatedImage> images;
    for (const AnnotatedImage& image : annotations.images)
        images[image.frame] = image;
    for (const AnnotatedObject& object : annotations.objects)
        images[object.frame].frame = object.frame;
    annotations.images.clear();
    for (auto& [frame, image] : images) {
        if (image.width == 0) image.width = annotations.width;
        if (image.height == 0) image.height = annotations.height;
        annotations.images.push_back(image);
    }
    annotations.width = annotations.height = 0;
    annotations.left_out.clear();

    std::vector<AnnotationClass> classes = annotations.classes;
    const auto key = [](const AnnotationClass& c) { return std::pair(c.name, c.number); };
    std::ranges::sort(classes, {}, key);
    for (AnnotatedObject& object : annotations.objects)
        object.class_index = static_cast<std::size_t>(
            std::ranges::find(classes, annotations.classes[object.class_index]) - classes.begin());
    annotations.classes = std::move(classes);

    std::ranges::stable_sort(annotations.objects, {}, [](const AnnotatedObject& o) {
        return std::tuple(o.frame, o.box.left, o.box.top, o.id.value_or(-1));
    });
    return annotations;
}

/// The annotations in canonical form, reduced to what a format keeps according to its table.
[[nodiscard]] inline Annotations kept(Annotations annotations, const AnnotationFormat& format) {
    std::set<std::size_t> used;
    for (AnnotatedObject& object : annotations.objects) {
        used.insert(object.class_index);
        if (!format.ids) object.id.reset();
        if (!format.scores) object.score.reset();
        if (!format.ignore) object.ignore = false;
        if (!format.visibility) object.visibility.reset();
        if (!format.occlusion) object.occlusion.reset();
        if (!format.truncation) object.truncation.reset();
        if (!format.polygons) object.polygons.clear();
        if (!format.attributes) object.attributes.clear();
    }
    std::vector<AnnotationClass> classes;
    std::map<std::size_t, std::size_t> places;
    std::map<std::string, std::size_t> names;
    for (std::size_t k = 0; k < annotations.classes.size(); ++k) {
        if (!format.class_list && !used.contains(k)) continue;
        AnnotationClass c = annotations.classes[k];
        if (!format.class_numbers) c.number = 0;
        const auto [place, is_new] = names.try_emplace(c.name, classes.size());
        if (is_new || format.class_numbers) classes.push_back(c);
        places[k] = format.class_numbers ? classes.size() - 1 : place->second;
    }
    for (AnnotatedObject& object : annotations.objects)
        object.class_index = places[object.class_index];
    annotations.classes = std::move(classes);
    if (!format.frame_count) annotations.frame_count = 0;

    annotations = in_one_form(std::move(annotations));
    std::set<std::int64_t> filled;
    for (const AnnotatedObject& object : annotations.objects)
        filled.insert(object.frame);
    if (!format.empty_images)
        std::erase_if(annotations.images, [&](const AnnotatedImage& i) { return !filled.contains(i.frame); });
    for (AnnotatedImage& image : annotations.images) {
        if (!format.files) image.file.clear();
        if (!format.sizes && !format.common_size) image.width = image.height = 0;
    }
    return annotations;
}

/// Whether two numbers are equal up to rounding errors.
[[nodiscard]] inline bool is_near(double a, double b) {
    return std::abs(a - b) <= 1e-9 * std::max(1.0, std::max(std::abs(a), std::abs(b)));
}

/// Whether two annotations in canonical form are equal up to rounding errors of their boxes.
[[nodiscard]] inline bool are_near(Annotations a, const Annotations& b) {
    if (a.objects.size() != b.objects.size()) return false;
    for (std::size_t k = 0; k < a.objects.size(); ++k) {
        MotBox& box = a.objects[k].box;
        const MotBox& other = b.objects[k].box;
        if (!is_near(box.left, other.left) || !is_near(box.top, other.top)) return false;
        // A size is the difference of two edges, so its rounding error is that of the edges.
        if (!is_near(box.left + box.width, other.left + other.width)) return false;
        if (!is_near(box.top + box.height, other.top + other.height)) return false;
        box = other;
    }
    return a == b;
}

} // namespace fgagt::test
