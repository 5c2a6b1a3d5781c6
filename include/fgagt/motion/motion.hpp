#pragma once

/// Models of one object's motion from frame to frame.
#include <fgagt/motion/hold_motion.hpp>
#include <fgagt/motion/kalman_motion.hpp>
