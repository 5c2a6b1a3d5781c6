#include "detection/heads/golden_heads.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/detection/heads/heads.hpp>

#include <opencv2/dnn.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <filesystem>
#include <optional>

using namespace fgagt;
using namespace fgagt::test;

namespace {

/// A network's input blob for a frame.
cv::Mat blob_of(const cv::Mat& frame, const NetworkInputOptions& input, const InputPlacement& placement) {
    const Box place = placement.frame_in_input();
    const cv::Rect area(cvRound(place.left), cvRound(place.top), cvRound(place.width), cvRound(place.height));
    cv::Mat canvas(input.size, CV_8UC3, cv::Scalar::all(input.padding));
    cv::resize(frame, canvas(area), area.size());
    if (input.rgb) cv::cvtColor(canvas, canvas, cv::COLOR_BGR2RGB);
    canvas.convertTo(canvas, CV_32F);
    cv::subtract(canvas, cv::Scalar(input.mean[0], input.mean[1], input.mean[2]), canvas);
    cv::divide(canvas, cv::Scalar(input.deviation[0], input.deviation[1], input.deviation[2]), canvas);
    return cv::dnn::blobFromImage(canvas);
}

std::vector<NetworkOutput> run(cv::dnn::Net& network, const cv::Mat& blob) {
    network.setInput(blob);
    const std::vector<std::string> names = network.getUnconnectedOutLayersNames();
    std::vector<cv::Mat> values;
    network.forward(values, names);
    std::vector<NetworkOutput> outputs;
    for (std::size_t k = 0; k < names.size(); ++k)
        outputs.push_back({names[k], values[k]});
    return outputs;
}

struct RealFolders {
    std::filesystem::path models;
    cv::Mat frame;
};

std::optional<RealFolders> real_folders() {
    const auto models = real_data("models");
    const auto picture = models ? real_data("mot/ADL-Rundle-6/img1/000001.jpg") : std::nullopt;
    if (!picture) return std::nullopt;
    return RealFolders{*models, cv::imread(picture->string())};
}

/// Runs a network with cv::dnn. Its detections match those of onnxruntime and the authors' method up to
/// rounding errors: a hundredth of a score, two pixels of 1920.
template <class Head>
void check_real(const RealFolders& folders, const std::string& file, const std::string& name,
                const std::string& golden_name, typename Head::Options options) {
    INFO(file);
    cv::dnn::Net network = cv::dnn::readNet((folders.models / file).string());
    options = golden_options(options);
    options.selection.score_threshold = 0.25F; // below the golden one, for slightly lower scores
    const Head head(options);
    const cv::Size size = options.input.size;
    const InputPlacement placement = place_in_input(folders.frame.size(), head.input());
    const std::vector<NetworkOutput> outputs = run(network, blob_of(folders.frame, head.input(), placement));
    CHECK(fitting_heads(outputs, size) == std::vector<std::string>{name});
    const cv::Mat grey(folders.frame.size(), CV_8UC3, cv::Scalar::all(127));
    CHECK(fitting_heads(run(network, blob_of(grey, head.input(), placement)), size) ==
          std::vector<std::string>{name});

    const std::vector<NetworkOutput> again = run(network, blob_of(folders.frame, head.input(), placement));
    std::vector<Detection> found;
    head.decode(again, placement, found);
    std::size_t wanted = 0;
    for (const Detection& expected :
         read_golden(golden_name).detections) { // their score threshold is 0.3, overlap 0.5
        ++wanted;
        INFO("score " << expected.score << ", box " << expected.box.left << ' ' << expected.box.top);
        CHECK(std::ranges::any_of(found, [&](const Detection& detection) {
            return detection.class_id == expected.class_id &&
                   std::abs(detection.score - expected.score) < 0.01F &&
                   distance(detection.box, expected.box) < 2;
        }));
    }
    CHECK(wanted >= 4);
}

} // namespace

TEST_CASE("detections of trained networks agree with onnxruntime and the authors' method") {
    const auto folders = real_folders();
    if (!folders) return;
    SECTION("YOLOX") {
        check_real<YoloxHead>(*folders, "yolox_nano_416x416.onnx", "yolox", "real_yolox",
                              yolox_options({416, 416}));
    }
    SECTION("a light detector of persons") {
        check_real<YoloxHead>(*folders, "light_person_detector_192x192.onnx", "yolox", "real_light_person",
                              yolox_options({192, 192}));
    }
    SECTION("NanoDet") {
        check_real<LtrbHead>(*folders, "nanodet_m_416.onnx", "nanodet", "real_nanodet",
                             nanodet_options({416, 416}));
    }
    SECTION("FastestDet") {
        check_real<FastestDetHead>(*folders, "FastestDet.onnx", "fastestdet", "real_fastestdet",
                                   fastestdet_options({352, 352}));
    }
}

TEST_CASE("detections of darknet's networks agree with OpenCV's detection model") {
    const auto folders = real_folders();
    if (!folders) return;
    cv::dnn::Net network = cv::dnn::readNet((folders->models / "yolo-fastest-1.1_body.cfg").string(),
                                            (folders->models / "yolo-fastest-1.1_body.weights").string());
    const cv::Size size{320, 320};
    DarknetHeadOptions options = darknet_options(size);
    options.selection.score_threshold = 0.3F;
    options.selection.max_overlap = 0.5F;
    const DarknetHead head(options);
    const InputPlacement placement = place_in_input(folders->frame.size(), head.input());
    const std::vector<NetworkOutput> outputs = run(network, blob_of(folders->frame, head.input(), placement));
    CHECK(fitting_heads(outputs, size) == std::vector<std::string>{"darknet"});
    std::vector<Detection> found;
    head.decode(outputs, placement, found);

    cv::dnn::DetectionModel model(network);
    model.setInputParams(1 / 255.0, size, {}, true);
    std::vector<int> classes;
    std::vector<float> scores;
    std::vector<cv::Rect> boxes;
    model.detect(folders->frame, classes, scores, boxes, 0.3F, 0.5F);
    REQUIRE((boxes.size() >= 4 && boxes.size() == found.size()));
    for (std::size_t k = 0; k < boxes.size(); ++k)
        // OpenCV's boxes are in whole pixels.
        CHECK(std::ranges::any_of(found, [&](const Detection& detection) {
            const cv::Rect& box = boxes[k];
            return detection.class_id == classes[k] && std::abs(detection.score - scores[k]) < 1e-3F &&
                   distance(detection.box, {static_cast<float>(box.x), static_cast<float>(box.y),
                                            static_cast<float>(box.width), static_cast<float>(box.height)}) <
                       3;
        }));
}
