#include "fuzz/camera_motion_target.hpp"
#include "fuzz/cityscapes_target.hpp"
#include "fuzz/coco_target.hpp"
#include "fuzz/crowdhuman_target.hpp"
#include "fuzz/cvat_target.hpp"
#include "fuzz/eva_target.hpp"
#include "fuzz/kitti_target.hpp"
#include "fuzz/labelme_target.hpp"
#include "fuzz/mot_text_target.hpp"
#include "fuzz/number_target.hpp"
#include "fuzz/pascal_voc_target.hpp"
#include "fuzz/safetensors_target.hpp"
#include "fuzz/sequence_info_target.hpp"
#include "fuzz/tt100k_target.hpp"
#include "fuzz/weights_target.hpp"
#include "fuzz/yolo_text_target.hpp"
#include "io/allocation_watch.hpp"
#include "support/catch.hpp"
#include "support/corpus.hpp"

#include <string>

using namespace fgagt::test;

namespace {

/// Replays a corpus; reading a file must use at most a small multiple of its size in memory.
template <class Check>
void replay(const std::string& target, Check check) {
    constexpr std::size_t kLeast = 16'384, kFactor = 64;
    replay_corpus(target, [&](const std::string& bytes) {
        const AllocationWatch watch;
        const bool is_good = check(bytes);
        CHECK(watch.largest() <= kLeast + kFactor * bytes.size());
        return is_good;
    });
}

} // namespace

TEST_CASE("the corpora of the readers' fuzz targets are accepted or refused as their file names specify") {
    SECTION("numbers") {
        replay("number", check_number);
    }
    SECTION("MOTChallenge text") {
        replay("mot_text", check_mot_text);
    }
    SECTION("seqinfo.ini") {
        replay("sequence_info", check_sequence_info);
    }
    SECTION("camera motion") {
        replay("camera_motion", check_camera_motion);
    }
    SECTION("Cityscapes") {
        replay("cityscapes", check_cityscapes);
    }
    SECTION("COCO") {
        replay("coco", check_coco);
    }
    SECTION("CrowdHuman") {
        replay("crowdhuman", check_crowdhuman);
    }
    SECTION("CVAT") {
        replay("cvat", check_cvat);
    }
    SECTION("EVA's tables") {
        replay("eva", check_eva);
    }
    SECTION("KITTI") {
        replay("kitti", check_kitti);
    }
    SECTION("LabelMe") {
        replay("labelme", check_labelme);
    }
    SECTION("Pascal VOC") {
        replay("pascal_voc", check_pascal_voc);
    }
    SECTION("TT100K") {
        replay("tt100k", check_tt100k);
    }
    SECTION("YOLO text") {
        replay("yolo_text", check_yolo_text);
    }
    SECTION("safetensors") {
        replay("safetensors", check_safetensors);
    }
    SECTION("weights") {
        replay("weights", check_weights);
    }
}
