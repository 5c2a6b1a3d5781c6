#include "annotations/annotation_round_trip.hpp"
#include "support/catch.hpp"

#include <fgagt/annotations/mot_annotations.hpp>

#include <limits>
#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

Annotations ground_truth(const std::string& text) {
    return annotations_of(parse_ground_truth(text, "gt.txt"));
}

} // namespace

TEST_CASE("ground truth with a MOT17 class gets all classes of MOT17") {
    const Annotations found = ground_truth("3,7,1,11,97,109.5,0,8,0.25\n4,7,1,1,2,3,1,-1,-1\n");
    REQUIRE(found.classes.size() == 14);
    CHECK(found.classes[0] == AnnotationClass{"pedestrian", 1});
    CHECK(found.classes[12] == AnnotationClass{"crowd", 13});
    CHECK(found.classes[13] == AnnotationClass{"object", -1});
    AnnotatedObject object;
    object.frame = 3;
    object.id = 7;
    object.class_index = 7;
    object.box = {0, 10, 97, 109.5};
    object.ignore = true;
    object.visibility = 0.25;
    REQUIRE(found.objects.size() == 2);
    CHECK(found.objects[0] == object);
    CHECK((found.objects[1].class_index == 13 && !found.objects[1].visibility));
    CHECK(ground_truth("1,1,1,1,2,3,1,80,1\n").classes == std::vector<AnnotationClass>{{"class 80", 80}});
    CHECK(ground_truth("") == Annotations());
}

TEST_CASE("results and detections are converted to annotations") {
    const Annotations result = annotations_of(parse_results("2,5,1,1,10,20,0.9\n", "r.txt"));
    REQUIRE(result.objects.size() == 1);
    CHECK((result.objects[0].id == 5 && result.objects[0].score == 0.9));
    CHECK(result.classes == std::vector<AnnotationClass>{{"object", -1}});
    const Annotations detections =
        annotations_of(parse_detections("1,-1,155.2,199,66,162,51.8\n1,-1,nan,1,1,1,1\n", "det.txt"));
    REQUIRE(detections.objects.size() == 1);
    CHECK((!detections.objects[0].id && detections.objects[0].box == MotBox(154.2, 198, 66, 162)));
    REQUIRE(detections.left_out.size() == 1);
    CHECK_THAT(detections.left_out[0], contains("1 detections"));
}

TEST_CASE("MOT ground truth survives a round trip") {
    const auto again = [](const Annotations& a) {
        return annotations_of(parse_ground_truth(ground_truth_text(ground_truth_rows(a)), "again"));
    };
    AnnotationFormat format = kMotGroundTruthFormat;
    format.class_list = false; // all classes of MOT17 are listed, whether they occur or not
    check_round_trips("MOT keeps", format, mot_ground_truth_losses, again, [](Annotations& a) {
        a.classes = {{"pedestrian", 1}, {"class 80", 80}, {"object", -1}};
        TrackId next = 1000;
        for (AnnotatedObject& object : a.objects)
            if (!object.id) object.id = next++;
    });
}

TEST_CASE("MOT results and detections survive a round trip") {
    const auto single_class = [](Annotations& a) {
        a.classes = {{"object", -1}};
        for (AnnotatedObject& object : a.objects) {
            object.class_index = 0;
            if (!object.score) object.score = 1;
            if (!object.id) object.id = 5000 + (&object - a.objects.data());
            for (double* edge : {&object.box.left, &object.box.top, &object.box.width, &object.box.height})
                *edge = detail::rounded(*edge, 1);
            object.score = detail::rounded(*object.score, 4);
        }
        if (a.objects.empty()) a.classes.clear();
    };
    check_round_trips(
        "MOT results keep", kMotResultFormat, mot_result_losses,
        [](const Annotations& a) {
            return annotations_of(parse_results(results_text(result_rows(a)), "again"));
        },
        single_class);
    check_round_trips(
        "MOT detections keep", kMotDetectionFormat, mot_detection_losses,
        [](const Annotations& a) {
            return annotations_of(parse_detections(detections_text(detection_rows(a)), "again"));
        },
        single_class);
}

TEST_CASE("MOT's losses list classes and digits") {
    Annotations annotations;
    annotations.classes = {{"cat", 17}, {"dog", -4}};
    annotations.objects.resize(1);
    annotations.objects[0].box.left = 0.12345;
    const auto text = [](const std::vector<std::string>& sentences) {
        std::string all;
        for (const std::string& sentence : sentences)
            all += sentence + "\n";
        return all;
    };
    CHECK_THAT(text(mot_ground_truth_losses(annotations)),
               contains("2 of 2 classes have a name") && contains("1 of 2 classes have a number"));
    CHECK_THAT(text(mot_result_losses(annotations)),
               contains("1 of 1 objects have a class") && contains("1 of 1 objects have more digits"));
    CHECK_THAT(text(mot_detection_losses(annotations)), contains("1 of 1 objects have a class"));
}

TEST_CASE("annotations that MOT text cannot represent are refused") {
    Annotations annotations;
    annotations.classes = {{"a", 1}};
    annotations.objects.resize(2);
    CHECK_THROWS_WITH(ground_truth_rows(annotations), contains("an id for each object"));
    CHECK_THROWS_WITH(result_rows(annotations), contains("an id for each object"));
    CHECK(detection_rows(annotations).size() == 2);
    annotations.objects[0].id = annotations.objects[1].id = 1;
    CHECK_THROWS_WITH(ground_truth_text(ground_truth_rows(annotations)), contains("id 1 twice in frame 1"));
    annotations.objects[0].frame = 0;
    CHECK_THROWS_WITH(detection_rows(annotations), contains("frames from 1"));
}

TEST_CASE("ground truth and detections are written with the fewest digits that restore the numbers") {
    const std::string gt = "1,2,0.1,20.25,30.125,1e+38,1,7,0.3\n3,-1,-1234567,1,0.1,4,0.5,-1,-1\n";
    CHECK(ground_truth_text(parse_ground_truth(gt, "gt").rows()) == gt);
    const std::string det = "1,-1,0.1,20.25,30.125,1e+38,51.818,-1,-1,-1\n2,-1,nan,inf,0.1,4,-1,-1,-1,-1\n";
    CHECK(detections_text(parse_detections(det, "det").rows()) == det);
    CHECK(ground_truth_text({}).empty());
    GroundTruthRow row;
    row.flag = std::numeric_limits<double>::infinity();
    CHECK_THROWS_WITH(ground_truth_text({&row, 1}), contains("finite flags"));
    row = {};
    row.visibility = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_WITH(ground_truth_text({&row, 1}), contains("finite numbers"));
    row = {};
    row.frame = 0;
    CHECK_THROWS_WITH(ground_truth_text({&row, 1}), contains("frames from 1"));
    const DetectionRow detection{0, {}, 1};
    CHECK_THROWS_WITH(detections_text({&detection, 1}), contains("frames from 1"));
}
