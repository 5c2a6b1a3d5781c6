#include "fuzz/heads_target.hpp"
#include "support/catch.hpp"
#include "support/corpus.hpp"

#include <string>

using namespace fgagt::test;

TEST_CASE("every named head gives valid detections or an error for any network output") {
    replay_corpus("heads", [](const std::string& bytes) { return check_heads(bytes); });
}

TEST_CASE("every named head accepts the shapes of its family") {
    for (std::size_t head = 0; head < fgagt::head_names().size(); ++head)
        for (const char form : {'\0', '\1'})
            for (const char classes : {'\0', '\2'}) {
                const std::string bytes{static_cast<char>(head), classes, form, '\1'};
                INFO(fgagt::head_names()[head] << ", form " << int{form});
                CHECK(check_heads(bytes));
            }
}
