#pragma once

#include <fgagt/core/types.hpp>
#include <fgagt/network/input_placement.hpp>
#include <fgagt/network/network_output.hpp>

#include <concepts>
#include <span>
#include <vector>

namespace fgagt {

/// Turns the outputs of a family of detector networks into detections, whichever engine ran the network.
///
/// - `input()`: the input that networks of the family are trained on. The caller may override any of it,
///   most importantly the size.
/// - `decode(outputs, placement, detections)`: replaces `detections` with those in the frame, in pixels of
///   the frame, best score first, after non-maximum suppression if the family needs it. `outputs` may be in
///   any order. Throws InvalidArgument if they do not have the shapes of the family. Non-finite values in
///   them are left out.
template <class T>
concept DetectorHead = std::copyable<T> &&
    requires(const T head, std::span<const NetworkOutput> outputs, const InputPlacement& placement,
             std::vector<Detection>& detections) {
    { head.input() } -> std::same_as<NetworkInputOptions>;
    { head.decode(outputs, placement, detections) } -> std::same_as<void>;
};

} // namespace fgagt
