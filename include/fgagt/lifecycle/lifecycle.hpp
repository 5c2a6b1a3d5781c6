#pragma once

#include <fgagt/lifecycle/lifecycle_manager.hpp>
