#pragma once

// Everything that needs no more than Eigen and OpenCV's core and imgproc. Video files (io/frame_source.hpp)
// and generated scenes (io/synthetic_scene.hpp) are headers of their own.
#include <fgagt/assignment/assignment.hpp>
#include <fgagt/backbone/backbone.hpp>
#include <fgagt/concepts.hpp>
#include <fgagt/errors.hpp>
#include <fgagt/evaluation/evaluation.hpp>
#include <fgagt/flow/flow.hpp>
#include <fgagt/geometry.hpp>
#include <fgagt/geometry_tracker.hpp>
#include <fgagt/graph/graph.hpp>
#include <fgagt/io/io.hpp>
#include <fgagt/lifecycle/lifecycle.hpp>
#include <fgagt/paper_tracker.hpp>
#include <fgagt/pooling/pooling.hpp>
#include <fgagt/tracker.hpp>
#include <fgagt/types.hpp>
