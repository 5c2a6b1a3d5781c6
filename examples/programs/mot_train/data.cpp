#include "data.hpp"

#include "options_text.hpp"
#include "support/crop_folder.hpp"
#include "support/system/interruption.hpp"
#include "support/training_data.hpp"

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/io/sequence_info.hpp>
#include <fgagt/learning/augmentation.hpp>
#include <fgagt/learning/cropped_object.hpp>
#include <fgagt/learning/generated_people.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::examples {

namespace fs = std::filesystem;

Tick tick_of(Progress& progress) {
    return [&](std::int64_t steps) {
        progress.advance(steps);
        if (Interruption::requested()) throw std::runtime_error("interrupted before training");
    };
}

std::uint64_t seed_for(const Arguments& arguments, Purpose purpose, std::uint64_t index) {
    return KeyedRandom(arguments.seed, static_cast<int>(purpose), index).next();
}

std::int64_t announced_frames(const std::vector<fs::path>& folders) {
    std::int64_t frames = 0;
    for (const fs::path& folder : folders)
        frames += read_sequence_info(folder / "seqinfo.ini").length.value_or(0);
    return frames;
}

namespace {

/// @param name  of the sequence
void add_sequence(LabelledSequence sequence, const std::string& name,
                  std::vector<LabelledSequence>& sequences) {
    if (sequence.size() < 2)
        throw std::runtime_error(name + ": expected at least 2 frames, found " +
                                 std::to_string(sequence.size()));
    sequences.push_back(std::move(sequence));
}

} // namespace

void read_sequences(const Arguments& arguments, const std::vector<fs::path>& folders, Purpose purpose,
                    std::vector<LabelledSequence>& sequences) {
    Progress progress(announced_frames(folders), arguments.quiet, "frames read");
    for (std::size_t k = 0; k < folders.size(); ++k)
        add_sequence(read_labelled_sequence(folders[k], arguments.detections, seed_for(arguments, purpose, k),
                                            tick_of(progress)),
                     folders[k].string(), sequences);
}

namespace {

void read_tracked_videos(const Arguments& arguments, std::vector<LabelledSequence>& sequences) {
    Progress progress(0, arguments.quiet, "frames of videos read");
    for (std::size_t k = 0; k < arguments.tracks.size(); ++k) {
        const auto& [video, result] = arguments.tracks[k];
        add_sequence(read_tracked_video(video, result, arguments.confidence,
                                        seed_for(arguments, Purpose::kTracks, k), tick_of(progress)),
                     video, sequences);
    }
}

/// The objects to insert into the scenes.
std::vector<CroppedObject> objects_of(const Arguments& arguments) {
    std::vector<CroppedObject> objects;
    for (const fs::path& folder : arguments.crops)
        std::ranges::move(read_crops(folder), std::back_inserter(objects));
    return objects;
}

/// Generates scenes of people by number, in blocks, because all scenes at once would need much memory.
///
/// @param objects  to insert among the people
/// @param use  receives the scenes of a block and the number of the first
template <class Use>
void for_scenes(const Arguments& arguments, std::int64_t count, Purpose purpose,
                std::span<const CroppedObject> objects, Use use) {
    constexpr std::int64_t kBlock = 32;
    Progress progress(count, arguments.quiet, "scenes");
    for (std::int64_t first = 0; first < count; first += kBlock) {
        std::vector<LabelledSequence> scenes(static_cast<std::size_t>(std::min(kBlock, count - first)));
        make_in_parallel(static_cast<std::int64_t>(scenes.size()), tick_of(progress), [&](std::size_t k) {
            scenes[k] =
                generated_sequence(seed_for(arguments, purpose, static_cast<std::uint64_t>(first) + k),
                                   objects, arguments.crop_share);
        });
        use(scenes, first);
    }
}

void append(std::vector<AssociationSample> some, std::vector<AssociationSample>& all) {
    std::ranges::move(some, std::back_inserter(all));
}

std::vector<AssociationSample> make_pool(const Arguments& arguments, std::span<const CroppedObject> objects) {
    const Augmentation augmentation = arguments.no_augmentation ? Augmentation::none() : Augmentation();
    DrawingOptions drawing{.samples = 0,
                           .max_gap = arguments.max_gap,
                           .short_gaps = arguments.short_gaps,
                           .absences = arguments.absences,
                           .seed = seed_for(arguments, Purpose::kSamples)};
    std::vector<LabelledSequence> sequences;
    read_sequences(arguments, arguments.sequences, Purpose::kSequences, sequences);
    read_tracked_videos(arguments, sequences);
    std::int64_t read = 0;
    for (const LabelledSequence& sequence : sequences)
        read += static_cast<std::int64_t>(sequence.size());
    const std::int64_t all = read + arguments.scenes * GeneratedPeople::kFrames;
    drawing.samples = arguments.samples * read / all;
    const std::int64_t of_scenes = arguments.samples - drawing.samples;
    std::vector<AssociationSample> pool;
    {
        Progress progress(drawing.samples, arguments.quiet, "samples");
        append(draw_samples(sequences, augmentation, drawing, tick_of(progress)), pool);
    }
    const auto draw = [&](const auto& scenes, std::int64_t first) {
        const std::int64_t end = first + static_cast<std::int64_t>(scenes.size());
        drawing.samples = of_scenes * end / arguments.scenes - of_scenes * first / arguments.scenes;
        drawing.seed = seed_for(arguments, Purpose::kSamples, static_cast<std::uint64_t>(end));
        append(draw_samples(scenes, augmentation, drawing, [](std::int64_t) {}), pool);
    };
    for_scenes(arguments, arguments.scenes, Purpose::kScenes, objects, draw);
    return pool;
}

} // namespace

std::int64_t validation_scenes(const Arguments& arguments) {
    return arguments.validation.empty() ? std::max<std::int64_t>(1, arguments.scenes / 8) : 0;
}

Data make_data(const Arguments& arguments) {
    Data data;
    const std::vector<CroppedObject> objects = objects_of(arguments);
    std::vector<LabelledSequence> sequences;
    read_sequences(arguments, arguments.validation, Purpose::kValidation, sequences);
    {
        Progress progress(0, arguments.quiet, "validation samples");
        data.validation = validation_samples(sequences, {10, 30}, tick_of(progress));
    }
    for_scenes(arguments, validation_scenes(arguments), Purpose::kValidationScenes, {},
               [&](const auto& scenes, std::int64_t) {
                   append(validation_samples(scenes, {10, 30}, [](std::int64_t) {}), data.validation);
               });
    if (data.validation.empty())
        throw std::runtime_error("no object appears twice, 10 frames apart, in " +
                                 names_of(arguments.validation) + "; validate with a longer sequence");
    data.pool = make_pool(arguments, objects);
    return data;
}

} // namespace fgagt::examples
