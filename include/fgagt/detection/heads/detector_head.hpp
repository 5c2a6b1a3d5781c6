#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/network/input_placement.hpp>
#include <fgagt/network/network_output.hpp>

#include <concepts>
#include <span>
#include <vector>

namespace fgagt {

/// Turns what a family of detector networks gives into detections, whatever ran the network.
///
/// - `input()`: what networks of the family are trained to see; the caller may override any of it, the size
///   first of all.
/// - `decode(outputs, placement, detections)`: `detections` becomes those of the frame, in its own pixels,
/// best
///   score first, after non-maximum suppression where the family needs it. `outputs` are in any order.
///   InvalidArgument where their shapes are not the family's; what is not finite in them is left out.
template <class T>
concept DetectorHead = std::copyable<T> &&
    requires(const T head, std::span<const NetworkOutput> outputs, const InputPlacement& placement,
             std::vector<Detection>& detections) {
    { head.input() } -> std::same_as<NetworkInputOptions>;
    { head.decode(outputs, placement, detections) } -> std::same_as<void>;
};

} // namespace fgagt
