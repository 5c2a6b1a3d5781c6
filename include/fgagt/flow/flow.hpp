#pragma once

/// Motion of boxes and of the camera between two frames.
#include <fgagt/flow/camera_motion.hpp>
#include <fgagt/flow/flow_image.hpp>
#include <fgagt/flow/image_pyramid.hpp>
#include <fgagt/flow/lucas_kanade.hpp>
#include <fgagt/flow/no_flow.hpp>
#include <fgagt/flow/pyramidal_flow.hpp>
