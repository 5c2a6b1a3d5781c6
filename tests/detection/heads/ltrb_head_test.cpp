#include "detection/heads/golden_heads.hpp"
#include "support/catch.hpp"

#include <fgagt/detection/heads/ltrb_head.hpp>

#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

/// Checks a head without its last grid, which would have a single cell at this size, like the previous one.
void check_four_grids(LtrbHeadOptions options, const std::string& name) {
    options.strides = {8, 16, 32, 64};
    check_golden(LtrbHead(golden_options(options)), name);
}

} // namespace

TEST_CASE("distances to four sides are decoded like FCOS in torchvision, and like the other detectors") {
    SECTION("FCOS, with torchvision's points in the cells' corners") {
        LtrbHeadOptions options = golden_options(fcos_options(kGoldenInput));
        options.point = 0;
        options.selection.several_classes = true;
        check_golden(LtrbHead(options), "fcos");
    }
    SECTION("VFNet") {
        check_four_grids(vfnet_options(kGoldenInput), "vfnet");
    }
    SECTION("TOOD") {
        check_four_grids(tood_options(kGoldenInput), "tood");
    }
    SECTION("GFL") {
        check_four_grids(gfl_options(kGoldenInput), "gfl");
    }
    SECTION("NanoDet") {
        check_golden(LtrbHead(golden_options(nanodet_options(kGoldenInput))), "nanodet");
    }
    SECTION("NanoDet-Plus") {
        check_golden(LtrbHead(golden_options(nanodet_plus_options(kGoldenInput))), "nanodet_plus");
    }
}
