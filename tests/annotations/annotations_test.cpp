#include "support/catch.hpp"

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/io/detail/simplest_number.hpp>
#include <fgagt/io/detail/utf8.hpp>

#include <random>
#include <string>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;

TEST_CASE("losses count exactly what a format cannot represent") {
    Annotations annotations;
    annotations.classes = {{"a", 1}, {"b", 5}};
    annotations.images = {{1, "a.png", 0, 0}, {2, "", 0, 0}};
    annotations.width = 8;
    annotations.frame_count = 9;
    annotations.objects.resize(2);
    AnnotatedObject& object = annotations.objects[0];
    object.id = 1;
    object.score = 1;
    object.ignore = true;
    object.visibility = 1;
    object.occlusion = 0;
    object.truncation = 0;
    object.polygons.resize(1);
    object.attributes["x"] = "y";

    constexpr AnnotationFormat kNothing{.name = "NIL", .ids = false};
    const std::vector<std::string> expected{
        "1 of 2 classes have numbers that NIL cannot store; it numbers classes from 1",
        "1 of 2 classes have no object, and NIL has no list of classes",
        "1 of 2 images have a file name, which NIL cannot store",
        "2 of 2 images have a size, which NIL cannot store",
        "1 of 2 images have no objects, which NIL cannot store",
        "the sequence's length, which NIL cannot store",
        "1 of 2 objects have a track ID, which NIL cannot store",
        "1 of 2 objects have a score, which NIL cannot store",
        "1 of 2 objects have an ignore mark, which NIL cannot store",
        "1 of 2 objects have a visibility, which NIL cannot store",
        "1 of 2 objects have an occlusion, which NIL cannot store",
        "1 of 2 objects have a truncation, which NIL cannot store",
        "1 of 2 objects have an outline, which NIL cannot store",
        "1 of 2 objects have attributes, which NIL cannot store"};
    CHECK(annotation_losses(annotations, kNothing) == expected);
    constexpr AnnotationFormat kAll{.name = "ALL",
                                    .class_numbers = true,
                                    .class_list = true,
                                    .files = true,
                                    .sizes = true,
                                    .empty_images = true,
                                    .frame_count = true,
                                    .scores = true,
                                    .ignore = true,
                                    .visibility = true,
                                    .occlusion = true,
                                    .truncation = true,
                                    .polygons = true,
                                    .attributes = true};
    CHECK(annotation_losses(annotations, kAll).empty());
    CHECK(annotation_losses({}, kNothing).empty());
}

TEST_CASE("a list of classes sets the number of every class") {
    Annotations annotations;
    annotations.classes = {{"b", 9}, {"a", 3}};
    annotations.objects.resize(2);
    annotations.objects[1].class_index = 1;
    set_classes(annotations, {"a", "c", "b"});
    CHECK(annotations.classes == std::vector<AnnotationClass>{{"a", 1}, {"c", 2}, {"b", 3}});
    CHECK((annotations.objects[0].class_index == 2 && annotations.objects[1].class_index == 0));
    const Annotations before = annotations;
    CHECK_THROWS_WITH(set_classes(annotations, {"a"}), contains("none called 'b'"));
    CHECK(annotations == before);
    CHECK_THROWS_WITH(set_classes(annotations, {"a", "a"}), contains("different names"));
    CHECK_THROWS_WITH(set_classes(annotations, {""}), contains("different names"));

    Annotations result;
    result.classes = {{"object", -1}};
    result.objects.resize(1);
    set_classes(result, {"person"});
    CHECK(result.classes == std::vector<AnnotationClass>{{"person", 1}});
    result.classes = {{"object", -1}};
    CHECK_THROWS_WITH(set_classes(result, {"person", "car"}), contains("none called 'object'"));
}

TEST_CASE("far edges and shifted coordinates convert back to the exact numbers of the file") {
    std::mt19937 random(7);
    std::uniform_int_distribution<int> hundredths(-100'000, 300'000);
    for (int k = 0; k < 2000; ++k) {
        const double near = hundredths(random) / 100.0, far = hundredths(random) / 100.0;
        CHECK(detail::far_edge(near, far - near) == far);
        CHECK(detail::from_one(near - 1) == near);
        const auto single = static_cast<float>(near);
        CHECK(static_cast<float>(detail::from_one(single) - 1) == single);
    }
    CHECK(detail::far_edge(1e300, 1e299) - 1e300 == Approx(1e299));
    CHECK(detail::widened(0.1F) == 0.1);
    CHECK(detail::number_text(0.1) == "0.1");
    CHECK(detail::number_text(-1.7976931348623157e308) == "-1.7976931348623157e+308");
}

TEST_CASE("UTF-8 text ends at its first invalid byte") {
    using detail::first_not_utf8;
    for (const std::string good :
         {"", "a", "\xC3\x9F", "\xE4\xBA\xBA", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"})
        CHECK(first_not_utf8(good) == good.size());
    for (const std::string bad :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xE4\xBA",
          "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xF0\x9F\x98"})
        CHECK(first_not_utf8("ab" + bad) == 2);
}
