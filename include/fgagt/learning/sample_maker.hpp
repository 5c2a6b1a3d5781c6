#pragma once

#include <fgagt/core/concepts.hpp>
#include <fgagt/backbone/colour_backbone.hpp>
#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/overlap_search.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/learning/augmentation.hpp>
#include <fgagt/learning/labelled_sequence.hpp>
#include <fgagt/pooling/stripe_pooler.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace fgagt {

/// A training sample from two moments of a scene: the detections now, and the tracks known before.
struct AssociationSample {
    Matrix inputs_d;                   ///< [M x I] pooled features of the detections
    Matrix inputs_t;                   ///< [N x I] remembered features of the tracks
    Matrix iou;                        ///< [M x N] of detections and expected boxes of tracks
    std::vector<TrackId> identities_d; ///< [M] kNobody for a false positive
    std::vector<TrackId> identities_t; ///< [N] each once
};

namespace detail {

/// @throws InvalidArgument  a sample does not have one identity for each input
inline void require_identities(const AssociationSample& sample, std::string_view caller) {
    const auto fits = [](const Matrix& inputs, const std::vector<TrackId>& identities) {
        return static_cast<std::size_t>(inputs.rows()) == identities.size();
    };
    if (!fits(sample.inputs_d, sample.identities_d) || !fits(sample.inputs_t, sample.identities_t))
        throw_invalid(caller, ": expected an identity for each row of inputs, got ",
                      sample.identities_d.size(), " for ", sample.inputs_d.rows(), " detections and ",
                      sample.identities_t.size(), " for ", sample.inputs_t.rows(), " tracks");
}

} // namespace detail

/// Options of SampleMaker.
struct SampleMakerOptions {
    std::size_t history = 5; ///< observations averaged for a track's features, >= 1
    std::size_t stride = 3;  ///< frames between these observations, >= 1
    float momentum = 0.7F;   ///< weight relative to the next newer observation, [0, 1]
};

/// Tracks that were not seen recently, in a sample that simulates a tracker.
struct Absences {
    double share = 0;         ///< fraction of tracks unseen for some frames, [0, 1]
    std::size_t longest = 30; ///< maximum number of frames since one of them was seen, >= 1
};

/// Makes samples from labelled sequences. Pools the patches, optionally after augmentation, with the backbone
/// and the pooler that the weights are meant for.
template <Backbone B = ColourBackbone, Pooler P = StripePooler>
class SampleMaker {
public:
    using Options = SampleMakerOptions;
    using Random = KeyedRandom; ///< source of random numbers

    /// @throws InvalidArgument  an option is out of range
    explicit SampleMaker(Augmentation augmentation = Augmentation::none(), Options options = {},
                         B backbone = {}, P pooler = {})
        : augmentation_(augmentation),
          options_(options),
          backbone_(std::move(backbone)),
          pooler_(std::move(pooler)) {
        if (options.history < 1 || options.stride < 1)
            detail::throw_invalid("SampleMaker: expected history and stride >= 1, got ", options.history,
                                  " and ", options.stride);
        if (!detail::is_within(options.momentum, 0, 1))
            detail::throw_invalid("SampleMaker: expected momentum in [0, 1], got ", options.momentum);
    }

    /// Makes the sample of two frames.
    ///
    /// @param sequence  sequence of the frames
    /// @param before    frame of the remembered tracks
    /// @param now       frame of the detections, > before
    /// @param random    random numbers for the augmentation
    /// @throws InvalidArgument  there are no such frames
    [[nodiscard]] AssociationSample make(const LabelledSequence& sequence, std::size_t before,
                                         std::size_t now, Random& random) {
        if (!(before < now && now < sequence.size()))
            detail::throw_invalid("SampleMaker::make: expected frames before < now < ", sequence.size(),
                                  ", got ", before, " and ", now);
        remembered_.clear();
        for (const LabelledSequence::Known& known : sequence.known(before))
            remembered_.push_back({&known, before});
        return make(sequence, now, random);
    }

    /// Makes the sample of a frame and all tracks known just before it, as in a tracker. Tracks are
    /// remembered as last seen, but some are remembered from longer ago.
    ///
    /// @param sequence  sequence of at least two frames
    /// @param now       frame of the detections, >= 1
    /// @param absences  which tracks are remembered from longer ago
    /// @param random    random numbers for the absences and the augmentation
    /// @throws InvalidArgument  there is no such frame or none before it, or `absences` is out of range
    [[nodiscard]] AssociationSample make(const LabelledSequence& sequence, std::size_t now,
                                         const Absences& absences, Random& random) {
        if (!(now >= 1 && now < sequence.size()))
            detail::throw_invalid("SampleMaker::make: expected a frame from 1 to below ", sequence.size(),
                                  ", got ", now);
        if (!detail::is_within(absences.share, 0, 1) || absences.longest < 1)
            detail::throw_invalid("SampleMaker::make: expected absences with a share in [0, 1] and at least "
                                  "1 frame, got ",
                                  absences.share, " and ", absences.longest);
        remembered_.clear();
        for (const LabelledSequence::Known& known : sequence.known(now - 1)) {
            remembered_.push_back({&known, now - 1});
            if (random.uniform() >= absences.share) continue;
            const std::size_t gap = 1 + random.next() % absences.longest;
            if (gap > now) continue;
            const auto then = sequence.known(now - gap);
            const auto found = std::ranges::find(then, known.identity, &LabelledSequence::Known::identity);
            if (found != then.end()) remembered_.back() = {&*found, now - gap};
        }
        return make(sequence, now, random);
    }

private:
    /// An identity as known in an earlier frame.
    struct Remembered {
        const LabelledSequence::Known* known;
        std::size_t before;
    };

    /// Makes the sample of a frame and `remembered_`.
    AssociationSample make(const LabelledSequence& sequence, std::size_t now, Random& random) {
        const Augmentation::Light then = augmentation_.light(random), present = augmentation_.light(random);
        const bool mirrored = augmentation_.options().flip && random.uniform() < 0.5;
        wardrobe_.clear();
        AssociationSample sample;
        std::vector<Box> boxes_t, boxes_d;
        rows_.clear();
        for (const auto& [known, before] : remembered_) {
            if (!remember(sequence, before, known->identity, then, mirrored, random)) continue;
            sample.identities_t.push_back(known->identity);
            boxes_t.push_back(sequence.expected(*known, before, now));
        }
        stack(sample.inputs_t);
        rows_.clear();
        const std::span<const Observation> seen = sequence.observations(now);
        for (const Observation& one : seen) {
            const Patch* occluder = &seen[random.next() % seen.size()].patch;
            if (!describe(one, occluder, present, mirrored, random)) continue;
            rows_.push_back(described_);
            sample.identities_d.push_back(one.identity);
            boxes_d.push_back(augmentation_.jittered(one.box, random));
        }
        stack(sample.inputs_d);
        pairwise_iou(boxes_d, boxes_t, sample.iou);
        return sample;
    }

    /// Appends the weighted mean of the last observations of an identity to `rows_`.
    ///
    /// @return  whether there is any observation
    bool remember(const LabelledSequence& sequence, std::size_t before, TrackId identity,
                  const Augmentation::Light& light, bool mirrored, Random& random) {
        std::vector<float> mean;
        float weight = 1, total = 0;
        for (const Observation* one : last_observations(sequence, before, identity)) {
            if (!describe(*one, nullptr, light, mirrored, random)) continue;
            mean.resize(described_.size());
            for (std::size_t k = 0; k < mean.size(); ++k)
                mean[k] += weight * described_[k];
            total += weight;
            weight *= options_.momentum;
        }
        if (total == 0) return false;
        for (float& value : mean)
            value /= total;
        rows_.push_back(std::move(mean));
        return true;
    }

    /// The latest observations that show an identity well, newest first; if there are none, the newest of
    /// all.
    [[nodiscard]] std::vector<const Observation*>
    last_observations(const LabelledSequence& sequence, std::size_t before, TrackId identity) const {
        std::vector<const Observation*> clear;
        const Observation* newest = nullptr;
        std::size_t next = 0;
        for (std::size_t back = 0; back <= before && (newest == nullptr || back < kLongestMemory); ++back) {
            const Observation* one = sequence.find(before - back, identity);
            if (one == nullptr) continue;
            if (newest == nullptr) newest = one;
            if (back < next || one->covered > kMaxCovered || clear.size() == options_.history) continue;
            clear.push_back(one);
            next = back + options_.stride;
        }
        if (clear.empty() && newest != nullptr) clear.push_back(newest);
        return clear;
    }

    /// Pools one patch into `described_`.
    ///
    /// @return  whether the patch shows anything
    bool describe(const Observation& one, const Patch* occluder, const Augmentation::Light& light,
                  bool mirrored, Random& random) {
        const Patch patch = augmentation_.apply(one.patch, colours_of(one.identity, random), light, occluder,
                                                mirrored, random);
        if (patch.pixels.empty()) return false;
        backbone_.extract(patch.pixels, map_);
        pooler_.pool(map_, std::span(&patch.box, 1), pooled_, valid_);
        if (valid_[0] == 0) return false;
        described_.assign(pooled_.data(), pooled_.data() + pooled_.size());
        return true;
    }

    /// The colours of an identity in this sample; false positives get new colours each time.
    Augmentation::Colours colours_of(TrackId identity, Random& random) {
        if (identity != kNobody)
            for (const auto& [owner, colours] : wardrobe_)
                if (owner == identity) return colours;
        wardrobe_.emplace_back(identity, augmentation_.colours(random));
        return wardrobe_.back().second;
    }

    void stack(Matrix& matrix) const {
        matrix.resize(static_cast<Eigen::Index>(rows_.size()),
                      rows_.empty() ? 0 : static_cast<Eigen::Index>(rows_.front().size()));
        for (std::size_t row = 0; row < rows_.size(); ++row)
            std::ranges::copy(rows_[row], matrix.data() + row * rows_[row].size());
    }

    static constexpr std::size_t kLongestMemory = 30; // frames
    static constexpr float kMaxCovered = 0.4F;        // as in AppearanceMemory

    Augmentation augmentation_;
    Options options_;
    B backbone_;
    P pooler_;
    std::vector<Remembered> remembered_; // the tracks of the current sample
    std::vector<std::pair<TrackId, Augmentation::Colours>> wardrobe_;
    typename B::Map map_;
    Matrix pooled_;
    std::vector<std::uint8_t> valid_;
    std::vector<float> described_;
    std::vector<std::vector<float>> rows_;
};

} // namespace fgagt
