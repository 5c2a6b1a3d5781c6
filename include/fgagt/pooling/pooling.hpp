#pragma once

/// @file
/// Everything that describes boxes by features from a map.

#include <fgagt/pooling/appearance_memory.hpp>
#include <fgagt/pooling/embedding.hpp>
#include <fgagt/pooling/no_pooler.hpp>
#include <fgagt/pooling/roi_align.hpp>
#include <fgagt/pooling/roi_align_pooler.hpp>
#include <fgagt/pooling/stripe_pooler.hpp>
