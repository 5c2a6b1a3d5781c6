#include "formats.hpp"

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/annotations/cityscapes.hpp>
#include <fgagt/annotations/coco.hpp>
#include <fgagt/annotations/crowdhuman.hpp>
#include <fgagt/annotations/cvat.hpp>
#include <fgagt/annotations/eva.hpp>
#include <fgagt/annotations/kitti.hpp>
#include <fgagt/annotations/labelme.hpp>
#include <fgagt/annotations/mot_annotations.hpp>
#include <fgagt/annotations/pascal_voc.hpp>
#include <fgagt/annotations/tt100k.hpp>
#include <fgagt/annotations/yolo_text.hpp>
#include <fgagt/io/mot_text.hpp>

#include <filesystem>
#include <span>

namespace fgagt::examples {

namespace fs = std::filesystem;

namespace {

/// A reader that needs only the path.
template <auto Read>
Annotations plainly(const fs::path& path, const Arguments&) {
    return Read(path);
}

constexpr Format kFormats[] = {
    {"mot", "MOTChallenge ground truth, gt.txt",
     [](const fs::path& path, const Arguments&) { return annotations_of(read_ground_truth(path)); },
     [](const fs::path& path, const Annotations& a) { write_ground_truth(path, ground_truth_rows(a)); },
     mot_ground_truth_losses},
    {"mot-result", "a tracker's result in MOTChallenge text",
     [](const fs::path& path, const Arguments&) { return annotations_of(read_results(path)); },
     [](const fs::path& path, const Annotations& a) { write_results(path, result_rows(a)); },
     mot_result_losses},
    {"mot-det", "detections in MOTChallenge text, det.txt",
     [](const fs::path& path, const Arguments&) { return annotations_of(read_detections(path)); },
     [](const fs::path& path, const Annotations& a) { write_detections(path, detection_rows(a)); },
     mot_detection_losses},
    {"kitti", "KITTI tracking, a text file per sequence", plainly<read_kitti>, write_kitti, kitti_losses},
    {"coco", "COCO, a JSON file", plainly<read_coco>, write_coco, coco_losses},
    {"crowdhuman", "CrowdHuman, an .odgt file", plainly<read_crowdhuman>, write_crowdhuman,
     crowdhuman_losses},
    {"cityscapes", "Cityscapes, a folder of NAME_gtFine_polygons.json", plainly<read_cityscapes>,
     write_cityscapes, cityscapes_losses},
    {"tt100k", "TT100K, annotations.json", plainly<read_tt100k>, write_tt100k, tt100k_losses},
    {"labelme", "LabelMe, a folder of JSON files", plainly<read_labelme>, write_labelme, labelme_losses},
    {"voc", "Pascal VOC as LabelImg writes it, a folder of XML files", plainly<read_pascal_voc>,
     write_pascal_voc, pascal_voc_losses},
    {"yolo", "YOLO text as LabelImg writes it, a folder with classes.txt; to read it, --size is needed",
     [](const fs::path& path, const Arguments& arguments) {
         return read_yolo(path, {arguments.width, arguments.height, arguments.classes});
     },
     write_yolo, yolo_losses},
    {"cvat", "CVAT for video 1.1, an XML file",
     [](const fs::path& path, const Arguments&) { return read_cvat(path); }, write_cvat, cvat_losses},
    {"eva-csv", "a row per object and frame, CSV", plainly<read_eva_csv>, write_eva_csv, eva_csv_losses},
    {"eva-json", "a row per object and frame, JSON", plainly<read_eva_json>, write_eva_json, eva_json_losses},
};

} // namespace

std::span<const Format> formats() {
    return kFormats;
}

} // namespace fgagt::examples
