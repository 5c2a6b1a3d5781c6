#pragma once

// Counting of tracks: how many cross a line, how many are in a zone, and for how long.
#include <fgagt/counting/anchor.hpp>
#include <fgagt/counting/line_counter.hpp>
#include <fgagt/counting/polygon.hpp>
#include <fgagt/counting/zone.hpp>
