// Trains the embedding and the adaptive graph on sequences with ground truth and writes the weights.

#include "mot_train/arguments.hpp"
#include "mot_train/command_line.hpp"
#include "mot_train/run.hpp"
#include "support/print_error.hpp"
#include "support/system/interruption.hpp"

#include <exception>
#include <string>

int main(int argc, char** argv) {
    fgagt::examples::Arguments arguments;
    if (const auto exit_code = read_command_line(argc, argv, arguments)) return *exit_code;
    try {
        fgagt::examples::Interruption::watch();
        run(arguments);
    } catch (const std::exception& error) {
        fgagt::examples::print_error(std::string("mot_train: ") + error.what());
        return 1;
    }
    return 0;
}
