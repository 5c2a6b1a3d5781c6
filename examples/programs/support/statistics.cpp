#include "statistics.hpp"

#include "system/peak_memory.hpp"

#include <fgagt/io/atomic_file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <vector>

namespace fgagt::examples {

namespace {

/// The smallest value such that at least a fraction `share` of all values do not exceed it.
double percentile(std::vector<double> values, double share) {
    if (values.empty()) return 0;
    const auto rank = static_cast<std::ptrdiff_t>(std::ceil(share * static_cast<double>(values.size()))) - 1;
    std::ranges::nth_element(values, values.begin() + rank);
    return values[static_cast<std::size_t>(rank)];
}

} // namespace

void Statistics::write(const std::filesystem::path& path) const {
    nlohmann::ordered_json json;
    json["frames"] = frames_;
    json["tracks_born"] = tracks_born_;
    json["detections_left_out"] = detections_left_out_;
    for (const auto& [name, times] : stages_)
        json["microseconds"][name] = {{"mean", mean(times)}, {"p95", percentile(times, 0.95)}};
    json["peak_rss_kib"] = peak_rss_kib();
    write_whole_file(path, json.dump(2) + '\n');
}

} // namespace fgagt::examples
