#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/detector_head.hpp>
#include <fgagt/network/input_placement.hpp>
#include <fgagt/network/network_output.hpp>

#include <concepts>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// A detector head of any family, chosen at run time.
///
///     AnyHead head = YoloxHead{};
///     if (centred) head = CentreHeatmapHead{};
///
/// Copies share one immutable head, so several threads may decode with it.
class AnyHead {
public:
    /// Takes a head of any type.
    template <class Head>
    // NOLINTNEXTLINE(google-explicit-constructor): any head converts to AnyHead
    requires(!std::same_as<Head, AnyHead> && DetectorHead<Head>) AnyHead(Head head)
        : held_(std::make_shared<const Held<Head>>(std::move(head))) {}

    /// The input that the network was trained on.
    [[nodiscard]] NetworkInputOptions input() const { return held_->input(); }

    /// Replaces `detections` with those in the frame, best score first, in pixels of the frame.
    ///
    /// @throws InvalidArgument  the outputs do not have the shapes of the head's family
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        held_->decode(outputs, placement, detections);
    }

private:
    struct Concept {
        Concept() = default;
        Concept(const Concept&) = delete;
        Concept& operator=(const Concept&) = delete;
        Concept(Concept&&) = delete;
        Concept& operator=(Concept&&) = delete;
        virtual ~Concept() = default;
        [[nodiscard]] virtual NetworkInputOptions input() const = 0;
        virtual void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                            std::vector<Detection>& detections) const = 0;
    };
    template <class Head>
    struct Held final : Concept {
        explicit Held(Head its_head) : head(std::move(its_head)) {}
        [[nodiscard]] NetworkInputOptions input() const override { return head.input(); }
        void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                    std::vector<Detection>& detections) const override {
            head.decode(outputs, placement, detections);
        }
        Head head;
    };

    std::shared_ptr<const Concept> held_;
};

static_assert(DetectorHead<AnyHead>);

} // namespace fgagt
