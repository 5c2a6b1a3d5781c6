#pragma once

/// Which detections can be used, and what their scores mean.
#include <fgagt/detections/detection_filter.hpp>
#include <fgagt/detections/rejection.hpp>
#include <fgagt/detections/score_levels.hpp>
