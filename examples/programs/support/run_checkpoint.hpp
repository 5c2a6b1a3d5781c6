#pragma once

#include "statistics.hpp"
#include "trackers/any_tracker.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/core/snapshot.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/mot_text.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace fgagt {

template <class Archive>
void transfer(Archive& archive, MotBox& box) {
    archive(box.left, box.top, box.width, box.height);
}

template <class Archive>
void transfer(Archive& archive, ResultRow& row) {
    archive(row.frame, row.id, row.box, row.score);
}

namespace examples {

/// The results of a run over a video so far.
struct RunRecord {
    std::vector<std::string> options; ///< options that affect the results, as text, in a fixed order
    std::int64_t last_frame = 0;      ///< last tracked frame, from 1
    std::vector<ResultRow> rows;      ///< of all frames up to it
    Statistics statistics;            ///< of the same frames

    template <class Archive>
    friend void transfer(Archive& archive, RunRecord& record) {
        archive(record.options, record.last_frame, record.rows, record.statistics);
    }
};

/// Writes the results of a run and the state of its tracker, whole or not at all.
inline void write_run(const std::filesystem::path& path, const RunRecord& record, const AnyTracker& tracker) {
    std::ostringstream stream;
    write_snapshot(stream, record);
    tracker.save(stream);
    write_whole_file(path, stream.str());
}

/// Reads the results of a run and restores the state of its tracker.
///
/// @param options  of the run that continues
/// @throws ParseError  the file is damaged or from a run with other options; names the file
[[nodiscard]] inline RunRecord read_run(const std::filesystem::path& path,
                                        const std::vector<std::string>& options, AnyTracker& tracker) {
    std::ifstream stream(path, std::ios::binary);
    try {
        auto record = read_snapshot<RunRecord>(stream);
        const auto [was, is] = std::ranges::mismatch(record.options, options);
        if (was != record.options.end() && is != options.end())
            throw ParseError("snapshot", 0, 0,
                             "is from a run with '" + *was + "', but this run has '" + *is +
                                 "'; use the same options, or leave out --resume to start again");
        tracker.restore(stream);
        return record;
    } catch (const ParseError& error) {
        throw ParseError(path.string(), 0, 0, error.what());
    }
}

} // namespace examples
} // namespace fgagt
