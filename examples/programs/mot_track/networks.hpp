#pragma once

#include "arguments.hpp"
#include "support/detection_source.hpp"
#include "trackers/any_backbone.hpp"

#include <string>
#include <vector>

/// The networks of the command line. Only one unit compiles them.
namespace fgagt::examples {

/// The possible values of --head.
[[nodiscard]] std::vector<std::string> names_of_heads();

/// The network of --detector.
[[nodiscard]] DetectionSource network_detections(const Arguments& arguments);

/// The same network as detector and backbone.
[[nodiscard]] AnyBackbone detecting_backbone(const Arguments& arguments);

/// The network of --backbone at its usual size, or at the size that its file declares if it takes no other.
[[nodiscard]] AnyBackbone network_backbone(const Arguments& arguments);

} // namespace fgagt::examples
