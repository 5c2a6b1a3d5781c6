#pragma once

// The trackers and all their parts. Files and scenes (io/) and metrics (evaluation/) have separate headers,
// so a program that only tracks does not compile them.
#include <fgagt/core/concepts.hpp>
#include <fgagt/assignment/assignment.hpp>
#include <fgagt/backbone/backbone.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/overlap_search.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/detection.hpp>
#include <fgagt/flow/flow.hpp>
#include <fgagt/geometry_tracker.hpp>
#include <fgagt/graph/graph.hpp>
#include <fgagt/lifecycle/lifecycle.hpp>
#include <fgagt/motion/motion.hpp>
#include <fgagt/paper_tracker.hpp>
#include <fgagt/pooling/pooling.hpp>
#include <fgagt/tracker.hpp>
#include <fgagt/version.hpp>
