#include "networks.hpp"

#include "layer_of_file.hpp"

#include <fgagt/backbone/dnn_backbone.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/class_names.hpp>
#include <fgagt/detection/detector_file.hpp>
#include <fgagt/detection/heads/named_heads.hpp>
#include <fgagt/network/declared_size.hpp>

#include <opencv2/core.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fgagt::examples {

namespace {

AnyDetector open_network(const Arguments& arguments, const std::string& layer = "") {
    DetectorFileOptions options{
        .network{.model = arguments.detector}, .head = arguments.head, .layer = layer};
    if (arguments.input_size) options.size = arguments.input_size->value;
    for (const std::string& name : arguments.classes)
        options.classes.push_back(class_id_of(name));
    return open_detector(options);
}

} // namespace

std::vector<std::string> names_of_heads() {
    return head_names();
}

DetectionSource network_detections(const Arguments& arguments) {
    const auto detector = std::make_shared<AnyDetector>(open_network(arguments));
    return DetectionSource([detector](const cv::Mat& frame) {
        std::vector<Detection> detections;
        detector->detect(frame, detections);
        return detections;
    });
}

AnyBackbone detecting_backbone(const Arguments& arguments) {
    return AnyBackbone(open_network(arguments, layer_of_file(arguments.backbone).layer));
}

AnyBackbone network_backbone(const Arguments& arguments) {
    const LayerOfFile choice = layer_of_file(arguments.backbone);
    DnnBackboneOptions options{.network{.model = choice.file}, .layer = choice.layer};
    const std::optional<cv::Size> declared = declared_input_size(choice.file);
    try {
        return AnyBackbone(DnnBackbone(options));
    } catch (const InvalidArgument&) {
        if (!declared || *declared == options.input.size) throw;
    }
    options.input.size = *declared;
    return AnyBackbone(DnnBackbone(options));
}

} // namespace fgagt::examples
