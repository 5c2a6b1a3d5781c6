// Tracks a MOTChallenge sequence or a video and writes the tracks as text, as an annotated video, or both.

#include "mot_track/arguments.hpp"
#include "mot_track/command_line.hpp"
#include "mot_track/run.hpp"
#include "support/print_error.hpp"
#include "support/system/interruption.hpp"

#include <exception>
#include <string>

int main(int argc, char** argv) {
    fgagt::examples::Arguments arguments;
    if (const auto exit_code = read_command_line(argc, argv, arguments)) return *exit_code;
    fgagt::examples::Interruption::watch();
    try {
        run(arguments);
    } catch (const std::exception& error) {
        fgagt::examples::print_error(std::string("mot_track: ") + error.what());
        return 1;
    }
    return 0;
}
