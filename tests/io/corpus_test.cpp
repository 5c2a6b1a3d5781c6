#include "fuzz/annotation_target.hpp"
#include "fuzz/camera_motion_target.hpp"
#include "fuzz/mot_text_target.hpp"
#include "fuzz/number_target.hpp"
#include "fuzz/safetensors_target.hpp"
#include "fuzz/sequence_info_target.hpp"
#include "fuzz/weights_target.hpp"
#include "io/allocation_watch.hpp"
#include "support/catch.hpp"
#include "support/corpus.hpp"

#include <set>
#include <string>
#include <string_view>

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
    std::set<std::string_view> corpora; // two formats share one
    for (const TextFormat& format : kTextFormats)
        corpora.insert(format.corpus);
    for (const std::string_view corpus : corpora) {
        DYNAMIC_SECTION("annotations: " << corpus) {
            replay(std::string(corpus), AnnotationCheck{corpus});
        }
    }
    SECTION("safetensors") {
        replay("safetensors", check_safetensors);
    }
    SECTION("weights") {
        replay("weights", check_weights);
    }
}
