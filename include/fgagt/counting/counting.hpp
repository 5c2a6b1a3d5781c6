#pragma once

// What is counted of tracks: who passes a line, who is in a zone and for how long.
#include <fgagt/counting/anchor.hpp>
#include <fgagt/counting/line_counter.hpp>
#include <fgagt/counting/polygon.hpp>
#include <fgagt/counting/zone.hpp>
