#pragma once

/// Reading and writing of files. Frames of images and videos are in `io/frame_source.hpp`. It needs more
/// modules of OpenCV, so include it separately.
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/camera_motion_file.hpp>
#include <fgagt/io/mot_text.hpp>
#include <fgagt/io/rows_by_frame.hpp>
#include <fgagt/io/sequence_info.hpp>
