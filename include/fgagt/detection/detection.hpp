#pragma once

/// Which detections can be used, and what their scores mean.
#include <fgagt/detection/detection_filter.hpp>
#include <fgagt/detection/rejection.hpp>
#include <fgagt/detection/score_levels.hpp>
