#include "programs/program.hpp"
#include "support/catch.hpp"

#include <fgagt/version.hpp>

#include <string>

using namespace fgagt::test;

TEST_CASE("every program prints its name and version") {
    for (const std::string name :
         {"make_scene", "mot_batch", "mot_convert", "mot_eval", "mot_report", "mot_track", "mot_train"}) {
        const Outcome outcome = run_program(name, "--version");
        CAPTURE(name);
        CHECK(outcome.exit_code == 0);
        CHECK(outcome.output == name + ' ' + std::string(fgagt::kVersion) + '\n');
    }
}
