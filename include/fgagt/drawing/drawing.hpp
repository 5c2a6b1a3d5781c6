#pragma once

// Pictures of tracks: boxes, ids and trails, where people go, and what is counted.
#include <fgagt/drawing/counting_painter.hpp>
#include <fgagt/drawing/heatmap.hpp>
#include <fgagt/drawing/track_colour.hpp>
#include <fgagt/drawing/track_painter.hpp>
