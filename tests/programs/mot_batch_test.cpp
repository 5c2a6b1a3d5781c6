#include "programs/background.hpp"
#include "programs/generated_sequence.hpp"
#include "programs/program.hpp"
#include "programs/staged_batch.hpp"
#include "support/catch.hpp"
#include "support/child_process.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt::test;

// The program mot_batch, called as by a user, with the real mot_track and with scripts in its place.

namespace {

using Names = std::vector<std::string>;

/// Waits until the file "gate" exists.
constexpr const char* kGated =
    R"(echo $$ >> running; while [ ! -e gate ]; do sleep 0.01; done; echo "tracks of $6" > "$3")";

/// Whether a process is running; an ended process that has not been waited for has no command line.
bool goes_on(const std::string& id) {
    return !contents_of("/proc/" + id + "/cmdline").empty();
}

/// Whether a text has at least this many lines.
bool has_lines(const std::string& text, long count) {
    return std::ranges::count(text, '\n') >= count;
}

} // namespace

TEST_CASE("a list gives each sequence the same tracks as mot_track") {
    const GeneratedSequence scene;
    fs::create_directory_symlink(scene.path("scene"), scene.path("two words"));
    scene.write("lists/list", "# relative to the list's own folder\n"
                              "../scene --detections ../scene/det/det.txt --preset geometry\n"
                              "'../two words' --detections \"../two words/det/det.txt\" --frames 1:9\n");
    const Outcome outcome = run_program("mot_batch", scene.path("lists/list") + " --output " +
                                                         scene.path("new/out") + " --jobs 2");
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.output == "2 items: 0 already done, 2 done now, 0 failed, 0 left\n");
    REQUIRE(mot_track(scene.arguments() + "--preset geometry --output " + scene.path("a.txt")).exit_code ==
            0);
    REQUIRE(mot_track(scene.arguments() + "--frames 1:9 --output " + scene.path("b.txt")).exit_code == 0);
    CHECK(scene.text("a.txt").size() > 1000);
    CHECK(scene.text("new/out/scene.txt") == scene.text("a.txt"));
    CHECK(scene.text("new/out/two words.txt") == scene.text("b.txt"));
}

TEST_CASE("finished items are not repeated, unless their line has changed or a file is missing") {
    const StagedBatch batch;
    REQUIRE(batch.run("a\nb --x 'y z'\nc\n").exit_code == 0);
    CHECK(batch.calls() == 3);
    CHECK(batch.outputs() == Names{"a.item", "a.txt", "b.item", "b.txt", "c.item", "c.txt"});
    const Outcome again = batch.run("c # the same in another order\nb   --x \"y z\"\na\n");
    CHECK(again.exit_code == 0);
    CHECK(again.says("3 already done, 0 done now"));
    CHECK(batch.calls() == 0);
    CHECK(batch.run("a\nb --x 'y  z'\nc\n").says("2 already done, 1 done now"));
    CHECK(batch.calls() == 1);
    fs::remove(batch.path("out/a.txt"));
    fs::remove(batch.path("out/c.item"));
    CHECK(batch.run("a\nb --x 'y  z'\nc\n").says("1 already done, 2 done now"));
    CHECK(batch.calls() == 2);
}

TEST_CASE("a changed line that fails leaves no files of the old one") {
    const StagedBatch batch;
    REQUIRE(batch.run("a\n").exit_code == 0);
    batch.set_script("exit 1");
    CHECK(batch.run("a --other\n").exit_code == 1);
    CHECK(batch.outputs().empty());
}

TEST_CASE("a sequence uses one thread unless its line specifies another number") {
    const StagedBatch batch;
    REQUIRE(batch.run("a\nb --threads 3\nc --threads=4\n", "--jobs 1").exit_code == 0);
    const std::string out = "--quiet --output " + batch.path("out/.unfinished/");
    CHECK(batch.text("calls") ==
          out + "a.txt --threads 1 a\n" + out + "b.txt b --threads 3\n" + out + "c.txt c --threads=4\n");
}

TEST_CASE("a failing sequence does not affect others and is reported with its line and cause") {
    const GeneratedSequence scene;
    scene.write("corrupt.txt", "1,-1,10,10,20,40,0.9,-1,-1,-1\n2,-1,what\n");
    fs::create_directory_symlink(scene.path("scene"), scene.path("other"));
    const std::string good = " --detections scene/det/det.txt --preset geometry\n";
    scene.write("list", "scene" + good + "none" + good +
                            "\nscene --detections corrupt.txt --preset geometry\nother" + good +
                            "other --no-such-option" + good);
    const std::string command = scene.path("list") + " --output " + scene.path("out");
    const Outcome outcome = run_program("mot_batch", command);
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.says("5 items: 0 already done, 2 done now, 3 failed, 0 left"));
    CHECK(outcome.says(scene.path("list") + ":2: none: SOURCE: "));
    CHECK(outcome.says(scene.path("list") + ":4: scene: corrupt.txt:2: "));
    CHECK(outcome.says(scene.path("list") + ":6: other: "));
    CHECK_FALSE(outcome.says("--help"));
    CHECK(fs::exists(scene.path("out/other.txt")));
    CHECK_FALSE(fs::exists(scene.path("out/scene-2.txt")));
    const Outcome quiet = run_program("mot_batch", command + " --quiet"); // failures are still reported
    CHECK(quiet.exit_code == 1);
    CHECK(std::ranges::count(quiet.output, '\n') == 3);
    fs::create_directory_symlink(scene.path("scene"), scene.path("none"));
    CHECK(run_program("mot_batch", command).says("2 already done, 1 done now, 2 failed"));
}

TEST_CASE("a mot_track that crashes or ends without a message or result counts as failed") {
    const StagedBatch batch(
        R"(case $6 in a) kill -SEGV $$;; b) exit 3;; c) exit 0;; d) echo what >&2; kill -KILL $$;; esac
           echo tracks > "$3")");
    const Outcome outcome = batch.run("a\nb\nc\nd\ne\n");
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.says("list:1: a: mot_track was killed by signal 11\n"));
    CHECK(outcome.says("list:2: b: mot_track exited with code 3\n"));
    CHECK(outcome.says("list:3: c: "));
    CHECK(outcome.says("list:4: d: mot_track was killed by signal 9; its last message was: what\n"));
    CHECK(outcome.says("1 done now, 4 failed"));
    CHECK(batch.outputs() == Names{"e.item", "e.txt"});
}

TEST_CASE("warnings of mot_track are reported") {
    const StagedBatch batch(
        R"(echo codec noise >&2; echo "mot_track: a.avi is cut off" >&2; echo tracks > "$3")");
    const Outcome outcome = batch.run("a\n");
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.says("list:1: a: done, but: a.avi is cut off\n"));
}

TEST_CASE("a batch continues however much mot_track prints, and keeps only its last message") {
    const fgagt::examples::ChildEnd end =
        fgagt::examples::ChildProcess({"/bin/sh", "-c", "seq 100000 >&2"}, "/").run([] { return false; });
    CHECK(end.succeeded());
    CHECK(end.errors.ends_with("\n99999\n100000\n"));
    CHECK(end.errors.size() < 10000);
    const StagedBatch batch(R"(seq 100000 >&2; echo "mot_track: last words" >&2; exit 1)");
    CHECK(batch.run("a\n").says("list:1: a: last words\n"));
}

TEST_CASE("sequences with the same name have separate outputs") {
    const StagedBatch batch;
    REQUIRE(batch.run("x/a\ny/a\nx/a --frames 1:9\n").exit_code == 0);
    CHECK(batch.text("out/a.txt") == "tracks of x/a\n");
    CHECK(batch.text("out/a-2.txt") == "tracks of y/a\n");
    CHECK(batch.text("out/a-3.item") == "x/a --frames 1:9\n");
}

TEST_CASE("mot_batch reports why it cannot start, with the appropriate exit code") {
    const StagedBatch batch;
    CHECK(batch.run("").exit_code == 1);
    const Outcome quote = batch.run("a\nb 'c\n");
    CHECK(quote.exit_code == 1);
    CHECK(quote.says("list:2: "));
    CHECK(batch.run("a --output b\n").says("list:1: "));
    CHECK_FALSE(batch.has("calls")); // nothing was started
    CHECK(batch.run("a\n", "--jobs 0").exit_code == 2);
    CHECK(batch.run("a\n", "--what").exit_code == 2);
    CHECK(run_command(batch.program() + ' ' + batch.path("list") + " 2>&1").exit_code == 2);
    const Outcome missing =
        run_command(batch.program() + ' ' + batch.path("none") + " --output " + batch.path("out") + " 2>&1");
    CHECK(missing.exit_code == 2);
    CHECK(missing.says("none"));
    batch.write("out", "a file in the way");
    const Outcome unwritable = batch.run("a\n");
    CHECK(unwritable.exit_code == 1);
    CHECK(unwritable.says(batch.path("out")));
    fs::remove(batch.path("bin/mot_track"));
    const Outcome alone = batch.run("a\n");
    CHECK(alone.exit_code == 1);
    CHECK(alone.says(batch.path("bin/mot_track")));
}

TEST_CASE("an interrupted batch stops its sequences, leaves no unfinished files, and can continue later") {
    const StagedBatch batch(std::string(R"([ "$6" = a ] && echo tracks > "$3" && exit 0; )") + kGated);
    batch.write("list", "a\nb\nc\nd\n");
    Background program("exec " + batch.command("--jobs 2") + " > " + batch.path("said") + " 2>&1");
    program.wait_until([&] { return has_lines(batch.text("running"), 2) && batch.has("out/a.item"); });
    CHECK(program.end(SIGINT) == 1);
    const std::string said = batch.text("said");
    CHECK_THAT(said, contains("interrupted; 3 items left; run the same command again to continue\n"));
    CHECK_THAT(said, contains("1 done now, 0 failed, 3 left\n"));
    CHECK(batch.outputs() == Names{"a.item", "a.txt"});
    std::istringstream ids(batch.text("running"));
    for (std::string id; ids >> id;)
        CHECK_FALSE(goes_on(id));
    batch.write("gate", "");
    CHECK(batch.run("a\nb\nc\nd\n").says("1 already done, 3 done now"));
}

TEST_CASE("interrupted tracks do not count as done") {
    const GeneratedSequence scene(120);
    scene.write("list", "scene --detections scene/det/det.txt --checkpoint checkpoint --every 1 --resume\n");
    const std::string arguments = scene.path("list") + " --output " + scene.path("out");
    {
        Background program("mot_batch", arguments);
        program.wait_for(scene.path("checkpoint"));
        CHECK(program.end(SIGTERM) == 1);
    }
    CHECK(fs::is_empty(scene.path("out")));
    CHECK(fs::exists(scene.path("checkpoint"))); // with the tracked frames
    REQUIRE(run_program("mot_batch", arguments).exit_code == 0);
    REQUIRE(mot_track(scene.arguments() + "--output " + scene.path("a.txt")).exit_code == 0);
    CHECK(scene.text("out/scene.txt") == scene.text("a.txt"));
}

TEST_CASE("no mot_track outlives a killed batch, and the next batch starts its items afresh") {
    const StagedBatch batch(std::string(R"(echo half > "$3"; )") + kGated);
    batch.write("list", "a\nb\n");
    Background program("exec " + batch.command("--jobs 2"));
    program.wait_until([&] { return has_lines(batch.text("running"), 2); });
    program.end(SIGKILL);
    std::istringstream ids(batch.text("running"));
    for (std::string id; ids >> id;)
        while (goes_on(id)) // otherwise the test hangs
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(batch.has("out/.unfinished/a.txt"));
    batch.set_script("exit 0"); // without output
    CHECK(batch.run("a\nb\n").says("0 already done, 0 done now, 2 failed"));
    batch.set_script(StagedBatch::kTrack);
    CHECK(batch.run("a\nb\n").says("0 already done, 2 done now"));
    CHECK(batch.outputs() == Names{"a.item", "a.txt", "b.item", "b.txt"});
    CHECK(batch.text("out/a.txt") == "tracks of a\n");
}

TEST_CASE("two batches cannot work in the same folder at once") {
    const StagedBatch batch(kGated);
    batch.write("list", "a\n");
    Background first("exec " + batch.command("--quiet"));
    first.wait_until([&] { return has_lines(batch.text("running"), 1); });
    const Outcome second = batch.run("a\n");
    CHECK(second.exit_code == 1);
    CHECK(second.says("another mot_batch"));
    batch.write("gate", "");
    CHECK(first.wait() == 0);
    CHECK(batch.outputs() == Names{"a.item", "a.txt"});
}
