#pragma once

/// @file
/// Everything that relates detections and tracks by their features.

#include <fgagt/graph/adaptive_graph.hpp>
#include <fgagt/graph/affinity_prior.hpp>
#include <fgagt/graph/graph_weights.hpp>
