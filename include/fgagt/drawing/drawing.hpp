#pragma once

// Drawing of tracks: boxes, IDs and trails, heatmaps, and counts.
#include <fgagt/drawing/counting_painter.hpp>
#include <fgagt/drawing/heatmap.hpp>
#include <fgagt/drawing/track_colour.hpp>
#include <fgagt/drawing/track_painter.hpp>
