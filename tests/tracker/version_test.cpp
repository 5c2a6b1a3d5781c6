#include "support/catch.hpp"

#include <fgagt/version.hpp>

#include <string>

TEST_CASE("the version as text matches the three numbers") {
    const std::string numbers = std::to_string(FGAGT_VERSION_MAJOR) + '.' +
                                std::to_string(FGAGT_VERSION_MINOR) + '.' +
                                std::to_string(FGAGT_VERSION_PATCH);
    CHECK(fgagt::kVersion == numbers);
}
