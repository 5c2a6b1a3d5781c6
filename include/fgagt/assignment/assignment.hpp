#pragma once

#include <fgagt/assignment/cascade.hpp>
#include <fgagt/assignment/linear_assignment.hpp>
#include <fgagt/assignment/margin_assigner.hpp>
#include <fgagt/assignment/reidentification_stage.hpp>
#include <fgagt/assignment/stage.hpp>
