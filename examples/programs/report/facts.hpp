#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/evaluation/evaluation.hpp>
#include <fgagt/io/mot_text.hpp>
#include <fgagt/io/text_file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// When a track existed: runs of consecutive frames, first and last, from 1.
struct TrackLife {
    TrackId id = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> runs;
    std::int64_t boxes = 0;
    double score = 0; ///< mean

    [[nodiscard]] std::int64_t first() const { return runs.front().first; }
    [[nodiscard]] std::int64_t last() const { return runs.back().second; }
};

/// In order of first frame, then ID.
inline std::vector<TrackLife> lives_of(const ResultRows& result) {
    std::map<TrackId, TrackLife> by_id;
    for (const ResultRow& row : result.rows()) {
        TrackLife& life = by_id[row.id];
        life.id = row.id;
        ++life.boxes;
        life.score += (row.score - life.score) / static_cast<double>(life.boxes);
        if (!life.runs.empty() && life.last() + 1 == row.frame)
            life.runs.back().second = row.frame;
        else
            life.runs.emplace_back(row.frame, row.frame);
    }
    std::vector<TrackLife> lives;
    lives.reserve(by_id.size());
    for (auto& [id, life] : by_id)
        lives.push_back(std::move(life));
    std::ranges::stable_sort(lives, {}, &TrackLife::first);
    return lives;
}

/// The time of one stage, microseconds per frame.
struct StageCost {
    std::string name;
    double mean = 0;
    double p95 = 0;
};

/// Reads a file that mot_track --stats wrote.
/// @throws ParseError  the file is malformed
inline std::vector<StageCost> read_stage_costs(const std::filesystem::path& path) {
    std::vector<StageCost> stages;
    try {
        const auto json = nlohmann::ordered_json::parse(read_whole_file(path));
        for (const auto& [name, times] : json.at("microseconds").items())
            stages.push_back({name, times.at("mean").get<double>(), times.at("p95").get<double>()});
    } catch (const nlohmann::json::exception& error) {
        throw ParseError(path.string(), 0, 0,
                         std::string("expected the JSON that mot_track --stats writes; ") + error.what());
    }
    return stages;
}

/// A comparison of a result with ground truth.
struct Comparison {
    AlignedSequence sequence;
    Metrics metrics;
    std::vector<IdSwitch> switches;
};

/// All facts in a report.
struct ReportFacts {
    std::string title;
    ResultRows result;
    std::vector<TrackLife> lives;
    std::int64_t frames = 0; ///< number of the last frame
    std::optional<Comparison> comparison;
    std::vector<StageCost> stages; ///< empty: not known
};

/// @param gt  empty: no ground truth
/// @throws ParseError  a file cannot be read
inline ReportFacts read_facts(const std::filesystem::path& result, const std::filesystem::path& gt,
                              const std::filesystem::path& stats) {
    ReportFacts facts;
    facts.title = result.filename().string();
    facts.result = read_results(result);
    facts.lives = lives_of(facts.result);
    facts.frames = facts.result.last_frame();
    if (!stats.empty()) facts.stages = read_stage_costs(stats);
    if (gt.empty()) return facts;
    const GroundTruthRows truth = read_ground_truth(gt);
    Comparison comparison;
    comparison.sequence =
        align(truth, facts.result, suitable_rules(truth), std::numeric_limits<std::int64_t>::max());
    comparison.metrics = {count_hota(comparison.sequence), count_clear(comparison.sequence),
                          count_identity(comparison.sequence)};
    comparison.switches = find_id_switches(comparison.sequence);
    facts.comparison = std::move(comparison);
    facts.frames = std::max(facts.frames, truth.last_frame());
    return facts;
}

} // namespace fgagt::examples
