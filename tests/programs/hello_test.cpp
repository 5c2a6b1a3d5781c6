#include "programs/program.hpp"
#include "support/catch.hpp"

using namespace fgagt::test;

TEST_CASE("the first example needs no input and tells who is here") {
    const Outcome outcome = run_program("01_hello", "");
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.says("frame   0: object 1 is here"));
    CHECK(outcome.says("is gone"));
    CHECK(outcome.says("objects at the end"));
}
