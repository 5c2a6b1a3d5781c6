#include "detection/heads/golden_heads.hpp"
#include "support/catch.hpp"

#include <fgagt/detection/heads/centre_heatmap_head.hpp>
#include <fgagt/detection/heads/corner_head.hpp>

using namespace fgagt;
using namespace fgagt::test;

TEST_CASE("heatmaps of centres and corners are decoded by the authors' method") {
    SECTION("CenterNet") {
        check_golden(CentreHeatmapHead(golden_options(centernet_options(kGoldenInput))), "centernet");
    }
    SECTION("CornerNet") {
        CornerHeadOptions options = golden_options(cornernet_options(kGoldenInput));
        options.selection.suppression = Suppression::kNone;
        check_golden(CornerHead(options), "cornernet");
    }
    SECTION("CenterNet with keypoint triplets") {
        CornerHeadOptions options = golden_options(centernet_triplet_options(kGoldenInput));
        options.selection.suppression = Suppression::kNone;
        check_golden(CornerHead(options), "centernet_triplet");
    }
}
