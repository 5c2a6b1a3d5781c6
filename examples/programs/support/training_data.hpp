#pragma once

#include "confident_tracks.hpp"
#include "tick.hpp"

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/io/frame_source.hpp>
#include <fgagt/io/mot_text.hpp>
#include <fgagt/learning/augmentation.hpp>
#include <fgagt/learning/labelled_sequence.hpp>
#include <fgagt/learning/sample_maker.hpp>
#include <fgagt/learning/sequence_reader.hpp>

#include <opencv2/core.hpp>
#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// The IDs and boxes of the people in a frame.
using People = std::vector<std::pair<TrackId, Box>>;

/// The people in a frame of ground truth who count in an evaluation.
[[nodiscard]] inline People people_of(std::span<const GroundTruthRow> rows) {
    constexpr int kNoClass = -1, kPedestrian = 1;
    People people;
    for (const GroundTruthRow& row : rows)
        if (row.flag != 0 && (row.class_id == kNoClass || row.class_id == kPedestrian))
            people.emplace_back(row.id, row.box);
    return people;
}

/// Simulated detections of people: noise of 3 % of the box size, 5 % missed, and a false positive in every
/// fifth frame.
///
/// @param seed  the same seed, frame and people give the same boxes
[[nodiscard]] inline std::vector<Detection> jittered(const People& people, cv::Size frame_size,
                                                     std::uint64_t seed, std::int64_t frame) {
    constexpr double kMissed = 0.05, kFalse = 0.2;
    const Augmentation augmentation({.jitter = 0.03});
    std::vector<Detection> detections;
    for (const auto& [id, box] : people) {
        KeyedRandom random(seed, frame, id);
        if (random.uniform() >= kMissed)
            detections.push_back({.box = augmentation.jittered(box, random), .score = 0.9F});
    }
    KeyedRandom random(seed, frame, kNobody);
    if (random.uniform() < kFalse && !people.empty()) {
        Box box = people[random.next() % people.size()].second;
        box.left = static_cast<float>(random.uniform(0, frame_size.width)) - box.width / 2;
        box.top = static_cast<float>(random.uniform(0, frame_size.height)) - box.height / 2;
        detections.push_back({.box = box, .score = 0.5F});
    }
    return detections;
}

/// A frame with its ground truth and detections.
struct LabelledFrame {
    cv::Mat pixels;
    std::vector<Detection> detections;
    People people;
};

/// Reads a MOTChallenge sequence folder (seqinfo.ini, img1/, gt/gt.txt) frame by frame.
///
/// @param detections  name of a file in det/; empty: jittered ground truth boxes
/// @param seed        of the jitter
/// @param use         receives each LabelledFrame
/// @throws ParseError  a file cannot be read; names the file
template <class Use>
void for_frames(const std::filesystem::path& folder, const std::string& detections, std::uint64_t seed,
                Use use) {
    const auto source = open_sequence(folder);
    const GroundTruthRows truth = read_ground_truth(folder / "gt" / "gt.txt");
    const DetectionRows found =
        detections.empty() ? DetectionRows{} : read_detections(folder / "det" / detections);
    LabelledFrame frame;
    for (std::int64_t number = 1; source->read(frame.pixels); ++number) {
        frame.people = people_of(truth.frame(number));
        frame.detections.clear();
        if (detections.empty()) frame.detections = jittered(frame.people, frame.pixels.size(), seed, number);
        for (const DetectionRow& row : found.frame(number))
            frame.detections.push_back({.box = row.box, .score = row.score});
        use(frame);
    }
}

/// The frames of a folder as a labelled sequence, see for_frames().
[[nodiscard]] inline LabelledSequence read_labelled_sequence(const std::filesystem::path& folder,
                                                             const std::string& detections,
                                                             std::uint64_t seed, const Tick& tick) {
    SequenceReader reader;
    for_frames(folder, detections, seed, [&](const LabelledFrame& frame) {
        reader.add(frame.pixels, frame.detections, frame.people);
        tick(1);
    });
    return reader.finish();
}

/// A video with its tracking result as a labelled sequence. The confident tracks serve as ground truth, with
/// simulated detections from jittered(); other tracks are ignored. Frames after the last one of the result
/// are not read.
///
/// @param seed  of the jitter
/// @throws ParseError          a file cannot be read; names the file
/// @throws std::runtime_error  there is no confident track, or the result is longer than the video
[[nodiscard]] inline LabelledSequence read_tracked_video(const std::filesystem::path& video,
                                                         const std::filesystem::path& result,
                                                         const ConfidenceOptions& confidence,
                                                         std::uint64_t seed, const Tick& tick) {
    const auto source = open_frames(video);
    const ResultRows rows = read_results(result);
    const std::set<TrackId> confident = confident_tracks(rows, confidence);
    if (confident.empty())
        throw std::runtime_error(result.string() +
                                 ": no track is long and confident enough to learn from; lower the limits "
                                 "with --track-length and --track-score");
    SequenceReader reader;
    cv::Mat frame;
    for (std::int64_t number = 1; number <= rows.last_frame(); ++number) {
        if (!source->read(frame))
            throw std::runtime_error(result.string() + ": contains frame " +
                                     std::to_string(rows.last_frame()) + ", but " + video.string() +
                                     " ends after frame " + std::to_string(number - 1) +
                                     "; use the result of this video");
        People people;
        for (const ResultRow& row : rows.frame(number))
            if (confident.contains(row.id)) people.emplace_back(row.id, row.box);
        reader.add(frame, jittered(people, frame.size(), seed, number), people);
        tick(1);
    }
    return reader.finish();
}

/// How pairs of frames are chosen as samples.
struct DrawingOptions {
    std::int64_t samples = 4000; ///< number of samples, >= 1
    std::int64_t max_gap = 40;   ///< maximum number of frames between the two, >= 1
    double short_gaps = 0.5;     ///< share of samples with 1 to 3 frames between them, [0, 1]
    double absences = 0.5;       ///< share of samples with realistic, partly lost tracks, [0, 1]
    std::uint64_t seed = 1;      ///< the same seed gives the same samples
};

/// Runs `make(k)` for all k < count on all threads and calls `tick` in between.
inline void make_in_parallel(std::int64_t count, const Tick& tick,
                             const std::function<void(std::size_t)>& make) {
    constexpr std::int64_t kBlock = 32;
    for (std::int64_t first = 0; first < count; first += kBlock) {
        const std::int64_t end = std::min(first + kBlock, count);
        cv::parallel_for_(cv::Range(static_cast<int>(first), static_cast<int>(end)),
                          [&](const cv::Range& range) {
                              for (int k = range.start; k < range.end; ++k)
                                  make(static_cast<std::size_t>(k));
                          });
        tick(end - first);
    }
}

/// Two frames of a sequence.
struct Moments {
    const LabelledSequence* sequence = nullptr;
    std::size_t before = 0, now = 0;
};

/// Every frame except a sequence's first is equally likely.
[[nodiscard]] inline Moments draw_moments(std::span<const LabelledSequence> sequences,
                                          const DrawingOptions& options, KeyedRandom& random) {
    constexpr std::int64_t kShort = 3;
    std::size_t total = 0;
    for (const LabelledSequence& sequence : sequences)
        total += sequence.size() - 1;
    std::size_t place = random.next() % total;
    auto sequence = sequences.begin();
    for (; place >= sequence->size() - 1; ++sequence)
        place -= sequence->size() - 1;
    const std::int64_t longest =
        random.uniform() < options.short_gaps ? std::min(kShort, options.max_gap) : options.max_gap;
    const std::size_t now = place + 1;
    const std::size_t gap = 1 + random.next() % std::min(static_cast<std::size_t>(longest), now);
    return {&*sequence, now - gap, now};
}

/// Draws pairs of frames and makes samples of them. The result does not depend on the number of threads.
///
/// @param sequences  of at least 2 frames each
[[nodiscard]] inline std::vector<AssociationSample> draw_samples(std::span<const LabelledSequence> sequences,
                                                                 const Augmentation& augmentation,
                                                                 const DrawingOptions& options,
                                                                 const Tick& tick) {
    constexpr double kMostAbsent = 0.5;
    std::vector<AssociationSample> samples(static_cast<std::size_t>(options.samples));
    make_in_parallel(options.samples, tick, [&](std::size_t k) {
        KeyedRandom random(options.seed, k);
        const Moments moments = draw_moments(sequences, options, random);
        const bool as_tracked = random.uniform() < options.absences;
        const Absences absences{.share = random.uniform(0, kMostAbsent)};
        SampleMaker<> maker(augmentation);
        samples[k] = as_tracked ? maker.make(*moments.sequence, moments.now, absences, random)
                                : maker.make(*moments.sequence, moments.before, moments.now, random);
    });
    return samples;
}

/// The validation samples: every frame paired with the frames `gaps` before it, without augmentation. Samples
/// without a detection or a track are left out, because they carry no information.
[[nodiscard]] inline std::vector<AssociationSample>
validation_samples(std::span<const LabelledSequence> sequences, std::initializer_list<std::size_t> gaps,
                   const Tick& tick) {
    std::vector<Moments> moments;
    for (const LabelledSequence& sequence : sequences)
        for (const std::size_t gap : gaps)
            for (std::size_t now = gap; now < sequence.size(); ++now)
                moments.push_back({&sequence, now - gap, now});
    std::vector<AssociationSample> samples(moments.size());
    make_in_parallel(static_cast<std::int64_t>(moments.size()), tick, [&](std::size_t k) {
        KeyedRandom unused(0);
        samples[k] = SampleMaker<>().make(*moments[k].sequence, moments[k].before, moments[k].now, unused);
    });
    std::erase_if(samples, [](const AssociationSample& sample) {
        return sample.identities_d.empty() || sample.identities_t.empty();
    });
    return samples;
}

} // namespace fgagt::examples
