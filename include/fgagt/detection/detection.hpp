#pragma once

/// Filters detections and adapts to their scores.
#include <fgagt/detection/detection_filter.hpp>
#include <fgagt/detection/rejection.hpp>
#include <fgagt/detection/score_levels.hpp>
