#include "detection/heads/golden_heads.hpp"
#include "support/catch.hpp"

#include <fgagt/detection/heads/anchor_head.hpp>

using namespace fgagt;
using namespace fgagt::test;

TEST_CASE("anchor deltas are decoded like RetinaNet and SSD in torchvision, and like ATSS") {
    SECTION("RetinaNet") {
        AnchorHeadOptions options = golden_options(retinanet_options(kGoldenInput));
        options.selection.several_classes = true;
        check_golden(AnchorHead(options), "retinanet");
    }
    SECTION("SSD") {
        AnchorHeadOptions options = golden_options(ssd_options(kGoldenInput));
        options.selection.several_classes = true;
        check_golden(AnchorHead(options), "ssd");
    }
    SECTION("ATSS") {
        AnchorHeadOptions options = golden_options(atss_options(kGoldenInput));
        options.levels.pop_back(); // a single cell, like the previous one
        check_golden(AnchorHead(options), "atss");
    }
}
