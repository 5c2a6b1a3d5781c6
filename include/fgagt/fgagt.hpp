#pragma once

// The trackers and all their parts. Files and scenes (io/) and metrics (evaluation/) are headers of their
// own: whoever tracks does not compile them.
#include <fgagt/concepts.hpp>
#include <fgagt/assignment/assignment.hpp>
#include <fgagt/backbone/backbone.hpp>
#include <fgagt/detection/detection.hpp>
#include <fgagt/errors.hpp>
#include <fgagt/flow/flow.hpp>
#include <fgagt/geometry.hpp>
#include <fgagt/geometry_tracker.hpp>
#include <fgagt/graph/graph.hpp>
#include <fgagt/lifecycle/lifecycle.hpp>
#include <fgagt/motion/motion.hpp>
#include <fgagt/overlap_search.hpp>
#include <fgagt/paper_tracker.hpp>
#include <fgagt/pooling/pooling.hpp>
#include <fgagt/tracker.hpp>
#include <fgagt/types.hpp>
#include <fgagt/version.hpp>
