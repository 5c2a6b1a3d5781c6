#include "detection/heads/golden_heads.hpp"
#include "support/catch.hpp"

#include <fgagt/detection/heads/set_prediction_head.hpp>

using namespace fgagt;
using namespace fgagt::test;

TEST_CASE("set predictions are decoded like DETR, Deformable DETR and RT-DETR in transformers") {
    SECTION("DETR") {
        check_golden(SetPredictionHead(golden_options(detr_options(kGoldenInput))), "detr");
    }
    SECTION("Deformable DETR") {
        SetPredictionHeadOptions options = golden_options(deformable_detr_options(kGoldenInput));
        options.selection.several_classes = true;
        check_golden(SetPredictionHead(options), "deformable_detr");
    }
    SECTION("RT-DETR") {
        SetPredictionHeadOptions options = golden_options(rt_detr_options(kGoldenInput));
        options.selection.several_classes = true;
        check_golden(SetPredictionHead(options), "rt_detr");
    }
}
