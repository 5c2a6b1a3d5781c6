#pragma once

#include <fgagt/lifecycle/lifecycle_manager.hpp>
#include <fgagt/lifecycle/score_levels.hpp>
