#pragma once

/// @file
/// Everything that lets detections and tracks look at each other.

#include <fgagt/graph/adaptive_graph.hpp>
#include <fgagt/graph/affinity_prior.hpp>
#include <fgagt/graph/graph_weights.hpp>
