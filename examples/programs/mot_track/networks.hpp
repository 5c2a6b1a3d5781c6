#pragma once

#include "arguments.hpp"
#include "support/detection_source.hpp"
#include "trackers/any_backbone.hpp"

#include <string>
#include <vector>

/// The networks of the command line, which only one unit compiles.
namespace fgagt::examples {

/// What --head may be.
[[nodiscard]] std::vector<std::string> names_of_heads();

/// The network of --detector.
[[nodiscard]] DetectionSource network_detections(const Arguments& arguments);

/// The same where it is the backbone, too.
[[nodiscard]] AnyBackbone detecting_backbone(const Arguments& arguments);

/// The network of --backbone at its usual size, or at the one that its file declares where it takes no other.
[[nodiscard]] AnyBackbone network_backbone(const Arguments& arguments);

} // namespace fgagt::examples
