#pragma once

/// HOTA, CLEAR and identity metrics with the preprocessing of MOT15, MOT17 and MOT20.
#include <fgagt/evaluation/clear.hpp>
#include <fgagt/evaluation/evaluate.hpp>
#include <fgagt/evaluation/hota.hpp>
#include <fgagt/evaluation/identity.hpp>
#include <fgagt/evaluation/preprocessing.hpp>
#include <fgagt/evaluation/sequence.hpp>
