#include "data_sets.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fgagt::bench {
namespace {

namespace fs = std::filesystem;

/// The folders whose name begins with `prefix`, in order of name, each with the settings of `like`.
std::vector<ablation::SequenceSource> sequences_in(const fs::path& folder, const std::string& prefix,
                                                   ablation::SequenceSource like) {
    std::vector<ablation::SequenceSource> found;
    if (!fs::is_directory(folder)) return found;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        like.folder = entry.path();
        if (like.folder.filename().string().starts_with(prefix) &&
            fs::exists(like.folder / "det" / like.detections))
            found.push_back(like);
    }
    std::ranges::sort(found, {}, &ablation::SequenceSource::folder);
    return found;
}

} // namespace

std::vector<DataSet> data_sets(const fs::path& data) {
    const ablation::SequenceSource yolox{
        .folder = {}, .rules = MotRules::kMot17, .detections = "yolox_x_ablation.txt"};
    ablation::SequenceSource without_camera = yolox;
    without_camera.camera_motion = false;
    const ablation::SequenceSource dance{
        .folder = {}, .rules = MotRules::kMot15, .detections = "yolox_x_dance.txt"};
    const ablation::SequenceSource detr{
        .folder = {}, .rules = MotRules::kMot17, .detections = "detr.txt", .score_ceiling = 1};
    const ablation::SequenceSource nano{.folder = {}, .rules = MotRules::kMot15};

    const fs::path mot17 = data / "bench" / "MOT17-val-half";
    std::vector<DataSet> all;
    all.push_back({"MOT17 val-half, YOLOX-x", sequences_in(mot17, "MOT17", yolox)});
    all.push_back({"the same, camera motion unknown", sequences_in(mot17, "MOT17", without_camera)});
    all.push_back(
        {"DanceTrack val, YOLOX-x", sequences_in(data / "bench" / "DanceTrack-val", "dance", dance)});
    all.push_back({"MOT17, DETR", sequences_in(data / "mot_text", "MOT17", detr)});
    DataSet frames{"with frames, YOLOX-nano", sequences_in(data / "mot", "", nano), true};
    for (ablation::SequenceSource& source : frames.sequences)
        if (source.folder.filename().string().starts_with("MOT17")) source.rules = MotRules::kMot17;
    all.push_back(std::move(frames));
    std::erase_if(all, [](const DataSet& set) { return set.sequences.empty(); });
    return all;
}

} // namespace fgagt::bench
