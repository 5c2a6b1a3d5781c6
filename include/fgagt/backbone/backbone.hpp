#pragma once

/// @file
/// Backbones that need no weights.

#include <fgagt/backbone/channel_backbone.hpp>
#include <fgagt/backbone/colour_backbone.hpp>
#include <fgagt/backbone/no_backbone.hpp>
