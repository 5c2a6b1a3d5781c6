#pragma once

/// Where one object is, from frame to frame.
#include <fgagt/motion/hold_motion.hpp>
#include <fgagt/motion/kalman_motion.hpp>
