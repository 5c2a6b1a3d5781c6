#include "programs/background.hpp"
#include "programs/program.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/io/weights_file.hpp>
#include <fgagt/learning/checkpoint.hpp>
#include <fgagt/pooling/embedding.hpp>

#include <opencv2/imgcodecs.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt;
using namespace fgagt::test;

// The program mot_train, called as by a user.

namespace {

Outcome mot_train(const std::string& arguments) {
    return run_program("mot_train", arguments);
}

/// Weights for the program's features with a small dimension, which are faster than a discriminant.
NetworkWeights small_weights() {
    constexpr Eigen::Index kInputs = 480, kDimension = 6;
    const Embedding embedding = Embedding::untrained(kInputs, kDimension);
    NetworkWeights weights;
    weights.embedding = embedding.weights();
    weights.bias = embedding.bias();
    weights.graph = GraphWeights::untrained(kDimension);
    weights.graph.options.relu = false;
    return weights;
}

/// Two generated sequences in a temporary folder, and initial weights.
class Ground {
public:
    Ground() {
        for (const std::string seed : {"1", "2"})
            REQUIRE(run_program("make_scene",
                                path("scene" + seed) + " --frames 24 --objects 6 --quiet --seed " + seed)
                        .exit_code == 0);
        write_weights(path("initial"), small_weights());
    }

    /// Absolute path of a file or folder, which need not exist.
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
    [[nodiscard]] std::string text(const std::string& name) const { return contents_of(path(name)); }
    void write(const std::string& name, const std::string& contents) const { folder_.file(name, contents); }
    /// The arguments of a short training run, without the output and the number of steps.
    [[nodiscard]] std::string
    arguments(const std::string& pace = "--patience 0 --learning-rate 0.01 ") const {
        return "--quiet --sequence " + path("scene1") + " --validation " + path("scene2") + " --weights " +
               path("initial") + " --samples 24 --batch 2 --max-gap 12 " + pace;
    }

    /// Checks that existing weights and checkpoints can be read.
    void check_files() const {
        for (const auto& entry : fs::directory_iterator(folder_.path())) {
            if (entry.path().extension() == ".safetensors") CHECK_NOTHROW(read_weights(entry.path()));
            if (entry.path().extension() == ".checkpoint") CHECK_NOTHROW(read_checkpoint(entry.path()));
        }
    }

private:
    TemporaryFolder folder_;
};

/// A row of the log.
struct Row {
    std::int64_t step;
    double loss, validation_loss, accuracy;
};

std::vector<Row> rows_of(const std::string& csv) {
    std::istringstream stream(csv);
    std::string line;
    std::getline(stream, line);
    CHECK(line == "step,loss,validation_loss,accuracy");
    std::vector<Row> rows;
    char comma = 0;
    for (Row row{};
         stream >> row.step >> comma >> row.loss >> comma >> row.validation_loss >> comma >> row.accuracy;)
        rows.push_back(row);
    CHECK(stream.eof());
    return rows;
}

} // namespace

TEST_CASE("training writes weights, a log, and curves") {
    const Ground ground;
    const Outcome run =
        mot_train(ground.arguments() + "--steps 25 --checkpoint-every 10 --log " + ground.path("a.csv") +
                  " --plot " + ground.path("a.png") + " --output " + ground.path("a.safetensors"));
    INFO(run.output);
    REQUIRE(run.exit_code == 0);
    CHECK(run.output.empty());
    const std::vector<Row> rows = rows_of(ground.text("a.csv"));
    REQUIRE(rows.size() == 4);
    for (std::size_t k = 0; k < rows.size(); ++k) {
        CHECK(rows[k].step == std::vector<std::int64_t>{0, 10, 20, 25}[k]);
        CHECK((rows[k].loss > 0 && rows[k].validation_loss > 0));
        CHECK((rows[k].accuracy > 0 && rows[k].accuracy <= 1));
    }
    const cv::Mat plot = cv::imread(ground.path("a.png"));
    CHECK((plot.cols >= 600 && plot.rows >= 400));
    CHECK_FALSE(fs::exists(ground.path("a.safetensors.checkpoint")));

    const NetworkWeights weights = read_weights(ground.path("a.safetensors"));
    CHECK((weights.embedding.rows() == 6 && weights.embedding.cols() == 480));
    CHECK_FALSE(weights.graph.options.relu);
    CHECK((weights.graph.margin >= 0.4F && weights.graph.margin < 0.91F));
    const auto notes = read_safetensors(ground.path("a.safetensors")).metadata;
    CHECK(notes.at("seed") == "1");
    CHECK(notes.at("sequences") == "scene1");
    CHECK(notes.at("validation") == "scene2");
    CHECK(std::stod(notes.at("accuracy_before")) == rows[0].accuracy);
    const Row& best = *std::ranges::min_element(rows, {}, &Row::validation_loss);
    CHECK(std::stoll(notes.at("steps")) == best.step);
    CHECK(std::stod(notes.at("accuracy_after")) == best.accuracy);
    CHECK_FALSE(notes.at("fgagt").empty());
}

TEST_CASE("two training runs write the same bytes, whatever the number of threads") {
    const Ground ground;
    const auto train = [&](const std::string& name, const std::string& options) {
        REQUIRE(mot_train(ground.arguments() + "--steps 20 --checkpoint-every 10 " + options + " --log " +
                          ground.path(name + ".csv") + " --output " + ground.path(name))
                    .exit_code == 0);
    };
    train("one", "--threads 1");
    train("two", "--threads 2");
    train("other", "--threads 2 --seed 2");
    CHECK(ground.text("one") == ground.text("two"));
    CHECK(ground.text("one.csv") == ground.text("two.csv"));
    CHECK(ground.text("one.csv") != ground.text("other.csv"));
}

TEST_CASE("training that is killed at any time gives the same result after resuming") {
    const Ground ground;
    const std::string arguments = ground.arguments() + "--steps 400 --checkpoint-every 5 --resume";
    const auto files = [&](const std::string& name) {
        return " --log " + ground.path(name + ".csv") + " --output " + ground.path(name + ".safetensors");
    };
    REQUIRE(mot_train(arguments + files("whole")).exit_code == 0);
    const unsigned seed = seed_of("training that is killed");
    CAPTURE(seed);
    std::mt19937 random(seed);
    const fs::path checkpoint = ground.path("killed.safetensors.checkpoint");
    std::size_t rows = 0;
    int kills = 0;
    for (; kills < 5; ++kills) {
        Background program("mot_train", arguments + files("killed"));
        rows += 1 + random() % 10;
        program.wait_until(
            [&] { return fs::exists(checkpoint) && rows_of(ground.text("killed.csv")).size() > rows; });
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));
        program.end(SIGKILL);
        ground.check_files();
        if (fs::exists(ground.path("killed.safetensors"))) break;
    }
    CHECK(kills > 0);
    REQUIRE(mot_train(arguments + files("killed")).exit_code == 0);
    CHECK(ground.text("killed.safetensors") == ground.text("whole.safetensors"));
    CHECK(ground.text("killed.csv") == ground.text("whole.csv"));
    CHECK_FALSE(fs::exists(checkpoint));
}

TEST_CASE("interrupted training keeps its last step") {
    const Ground ground;
    const std::string arguments = ground.arguments() + "--steps 800 --checkpoint-every 50 --resume --log ";
    REQUIRE(mot_train(arguments + ground.path("whole.csv") + " --output " + ground.path("whole")).exit_code ==
            0);
    const std::string interrupted = arguments + ground.path("a.csv") + " --output " + ground.path("a");
    Background program("mot_train", interrupted);
    program.wait_for(ground.path("a.csv")); // training has started
    CHECK(program.end(SIGINT) == 1);
    REQUIRE(fs::exists(ground.path("a.checkpoint")));
    CHECK(read_checkpoint(ground.path("a.checkpoint")).state.adam.steps > 0);
    REQUIRE(mot_train(interrupted).exit_code == 0);
    CHECK(ground.text("a") == ground.text("whole"));
    CHECK(ground.text("a.csv") == ground.text("whole.csv"));
}

TEST_CASE("a checkpoint with other options is an error, and is ignored without --resume") {
    const Ground ground;
    const std::string steps = "--steps 10 --checkpoint-every 5 --output " + ground.path("a");
    {
        Background program("mot_train", ground.arguments() + "--steps 100000 --checkpoint-every 5 --output " +
                                            ground.path("a"));
        program.wait_for(ground.path("a.checkpoint"));
    }
    REQUIRE(fs::exists(ground.path("a.checkpoint")));
    const Outcome other = mot_train(ground.arguments() + steps + " --resume");
    CHECK(other.exit_code == 1);
    CHECK((other.says("a.checkpoint: ") && other.says("--steps '100000'") && other.says("'10'")));
    CHECK_FALSE(fs::exists(ground.path("a")));
    CHECK(mot_train(ground.arguments() + steps).exit_code == 0);
    CHECK(fs::exists(ground.path("a")));

    ground.write("a.checkpoint", "not a checkpoint");
    const Outcome broken = mot_train(ground.arguments() + steps + " --resume");
    CHECK((broken.exit_code == 1 && broken.says("a.checkpoint: ")));
}

TEST_CASE("training stops when it no longer improves, and keeps the best weights") {
    const Ground ground;
    REQUIRE(mot_train(ground.arguments("--patience 2 --learning-rate 1e-12 ") +
                      "--steps 1000 --checkpoint-every 3 --log " + ground.path("a.csv") + " --output " +
                      ground.path("a"))
                .exit_code == 0);
    CHECK(rows_of(ground.text("a.csv")).back().step == 6);
    CHECK(read_safetensors(ground.path("a")).metadata.at("steps") == "0");
    CHECK(read_weights(ground.path("a")).embedding == small_weights().embedding);
}

TEST_CASE("with a frozen graph, only the embedding is trained") {
    const Ground ground;
    NetworkWeights initial = small_weights();
    initial.graph.w2.setConstant(0.1F);
    initial.graph.wa.setConstant(0.2F);
    write_weights(ground.path("initial"), initial);
    {
        Background program("mot_train", ground.arguments() +
                                            "--freeze-graph --steps 100000 --checkpoint-every 20 --output " +
                                            ground.path("a"));
        program.wait_for(ground.path("a.checkpoint"));
    }
    const NetworkWeights weights = read_checkpoint(ground.path("a.checkpoint")).state.weights;
    CHECK(weights.embedding != initial.embedding);
    CHECK(weights.graph.w1 == initial.graph.w1);
    CHECK(weights.graph.wa == initial.graph.wa);
    CHECK(weights.graph.w2.isZero(0));
    CHECK(weights.graph.prior_logit == 0);
}

TEST_CASE("zero steps write the discriminant, also with detections from files") {
    const Ground ground;
    const Outcome run =
        mot_train("--sequence " + ground.path("scene1") + " --validation " + ground.path("scene2") +
                  " --detections det.txt --steps 0 --samples 24 --max-gap 12 --no-augmentation --dimension "
                  "12 --output " +
                  ground.path("a"));
    INFO(run.output);
    REQUIRE(run.exit_code == 0);
    CHECK((run.says("closed form") && run.says(ground.path("a"))));
    const NetworkWeights weights = read_weights(ground.path("a"));
    REQUIRE((weights.embedding.rows() == 12 && weights.embedding.cols() == 480));
    CHECK(weights.graph.w1 == Matrix::Identity(12, 12));
}

TEST_CASE("generated scenes serve for training and validation") {
    const Ground ground;
    const Outcome run = mot_train("--quiet --scenes 1 --steps 2 --samples 10 --batch 2 --weights " +
                                  ground.path("initial") + " --output " + ground.path("a"));
    INFO(run.output);
    CHECK(run.exit_code == 0);
    CHECK(read_safetensors(ground.path("a")).metadata.at("scenes") == "1");
}

TEST_CASE("crops appear in generated scenes, and other crops give other weights") {
    const Ground ground;
    for (const char* name : {"car_1_cam1.png", "car_1_cam2.png", "car_2_cam1.png"}) {
        fs::create_directories(ground.path("crops"));
        cv::imwrite(ground.path("crops/") + name, cv::Mat(40, 60, CV_8UC3, cv::Scalar(0, 0, 255)));
    }
    const auto train = [&](const std::string& name, const std::string& crops) {
        const Outcome run = mot_train("--quiet --scenes 2 --steps 2 --samples 10 --batch 2 --weights " +
                                      ground.path("initial") + crops + " --output " + ground.path(name));
        INFO(run.output);
        REQUIRE(run.exit_code == 0);
    };
    const std::string crops = " --crops " + ground.path("crops");
    train("without", "");
    train("none", crops + " --crop-share 0");
    train("all", crops + " --crop-share 1");
    train("again", crops + " --crop-share 1 --threads 1");
    CHECK(read_safetensors(ground.path("all")).metadata.at("crops") == "crops");
    CHECK(read_safetensors(ground.path("without")).metadata.at("crops").empty());
    CHECK(read_weights(ground.path("all")).embedding != read_weights(ground.path("without")).embedding);
    CHECK(ground.text("all") == ground.text("again"));
    const Outcome empty =
        mot_train("--scenes 2 --crops " + ground.path("scene1/img1") + " --output " + ground.path("a"));
    CHECK((empty.exit_code == 1 && empty.says("000001.jpg: expected a name")));
}

TEST_CASE("a tracker's own tracks serve as ground truth for training") {
    const Ground ground;
    const std::string scene = ground.path("scene1");
    REQUIRE(run_program("mot_track", scene + " --quiet --detections " + scene + "/det/det.txt --output " +
                                         ground.path("result.txt"))
                .exit_code == 0);
    const auto tracks = [&](const std::string& result, const std::string& options) {
        return mot_train("--quiet --tracks " + scene + ' ' + ground.path(result) + " --validation " +
                         ground.path("scene2") + " --weights " + ground.path("initial") +
                         " --samples 24 --batch 2 --steps 4 --output " + ground.path("a") + options);
    };
    const Outcome run = tracks("result.txt", " --track-length 10");
    INFO(run.output);
    REQUIRE(run.exit_code == 0);
    CHECK(read_safetensors(ground.path("a")).metadata.at("tracks") == "scene1 result.txt");
    CHECK(read_weights(ground.path("a")).embedding != small_weights().embedding);

    const Outcome unsure = tracks("result.txt", " --track-length 1000");
    CHECK((unsure.exit_code == 1 && unsure.says("result.txt: no track")));
    const Outcome missing = tracks("none.txt", "");
    CHECK((missing.exit_code == 1 && missing.says("none.txt")));
}

TEST_CASE("ignored ground truth and other classes are not used for training") {
    const Ground ground;
    for (const std::string row : {"0,1,1", "1,3,1"}) {
        std::string truth;
        for (int frame = 1; frame <= 24; ++frame)
            truth += std::to_string(frame) + ",1,200,150,60,150," + row + '\n';
        ground.write("scene2/gt/gt.txt", truth);
        const Outcome run = mot_train(ground.arguments() + "--steps 1 --output " + ground.path("a"));
        CHECK(run.exit_code == 1);
        CHECK((run.says("no object appears twice") && run.says("scene2")));
    }
}

TEST_CASE("weights are tested on separate sequences") {
    const Ground ground;
    const std::string arguments = ground.arguments() + "--steps 2 --output ";
    REQUIRE(mot_train(arguments + ground.path("a")).exit_code == 0);
    const Outcome tested = mot_train(arguments + ground.path("b") + " --test " + ground.path("scene2"));
    REQUIRE(tested.exit_code == 0);
    CHECK(tested.says("untrained  closed form   trained"));
    CHECK(tested.says("scene2"));
    CHECK(ground.text("a") == ground.text("b"));
    const Outcome missing = mot_train(arguments + ground.path("c") + " --test " + ground.path("none"));
    CHECK(missing.exit_code == 1);
    CHECK(missing.says(ground.path("none")));
}

TEST_CASE("mot_train exits with 2 on wrong usage and 0 on help") {
    const Ground ground;
    const std::string sequence = "--sequence " + ground.path("scene1");
    const std::string output = " --output " + ground.path("a");
    const std::string sound = sequence + " --validation " + ground.path("scene2") + output;
    for (const std::string& arguments : {std::string(),
                                         sound + " --nonsense",
                                         sequence + output,
                                         "--validation " + ground.path("scene2") + output,
                                         sequence + " --validation " + ground.path("scene2"),
                                         sound + " --steps -1",
                                         sound + " --steps many",
                                         sound + " --batch 0",
                                         sound + " --dimension 481",
                                         sound + " --dimension 0",
                                         sound + " --shrinkage 0",
                                         sound + " --short-gaps 2",
                                         sound + " --absences -0.1",
                                         sound + " --max-gap 0",
                                         sound + " --checkpoint-every 0",
                                         sound + " --learning-rate 0",
                                         sound + " --weight-decay -1",
                                         sound + " --patience -1",
                                         sound + " --scenes -1",
                                         sound + " --crops somewhere", // without scenes
                                         sound + " --scenes 1 --crops somewhere --crop-share 2",
                                         sound + " --tracks video",
                                         sound + " --tracks video result --track-length 1",
                                         sound + " --tracks video result --track-score 2",
                                         sound + " --track-score 0.5", // without tracks
                                         sound + " --scenes 1 --crop-share 0.5",
                                         sound + " --threads -1",
                                         sound + " --seed -1"}) {
        CAPTURE(arguments);
        const Outcome run = mot_train(arguments);
        CHECK(run.exit_code == 2);
        CHECK_FALSE(run.output.empty());
    }
    const Outcome help = mot_train("--help");
    CHECK((help.exit_code == 0 && help.says("--validation") && help.says("--resume") &&
           help.says("--crops") && help.says("--tracks")));
}

TEST_CASE("mot_train exits with 1 and names missing or invalid files") {
    const Ground ground;
    const auto check = [&](const std::string& arguments, const std::string& name) {
        CAPTURE(arguments);
        const Outcome run = mot_train(ground.arguments() + "--steps 1 " + arguments);
        CHECK(run.exit_code == 1);
        INFO(run.output);
        CHECK(run.says(name));
        CHECK_FALSE(fs::exists(ground.path("a")));
    };
    const std::string output = "--output " + ground.path("a");
    check(output + " --sequence " + ground.path("none"), ground.path("none/seqinfo.ini"));
    check(output + " --validation " + ground.path("none"), ground.path("none/seqinfo.ini"));
    check(output + " --detections none.txt", ground.path("scene1/det/none.txt"));
    check("--output " + ground.path("no/such/a"), ground.path("no/such"));
    check(output + " --log " + ground.path("no/such/a.csv"), ground.path("no/such"));

    ground.write("scene1/det/bad.txt", "1,-1,ten,1,1,1,1\n");
    check(output + " --detections bad.txt", "bad.txt:1: column 3");
    NetworkWeights weights;
    weights.graph = GraphWeights::untrained(7);
    write_weights(ground.path("initial"), weights);
    check(output, "480 inputs, found 7");
    fs::remove(ground.path("initial"));
    check(output, ground.path("initial"));
    write_weights(ground.path("initial"), small_weights());
    fs::remove(ground.path("scene1/img1/000003.jpg"));
    check(output, "000003.jpg");
    fs::remove(ground.path("scene2/gt/gt.txt"));
    check(output, ground.path("scene2/gt/gt.txt"));
}

TEST_CASE("the loss falls and the accuracy rises on real people") {
    const auto sequence = real_data("mot/TUD-Campus");
    if (!sequence) return;
    const Ground ground;
    const std::string folder = sequence->string();
    const Outcome run = mot_train(
        "--quiet --sequence " + folder + " --validation " + folder +
        " --detections yolox_nano.txt --samples 100 --no-augmentation --steps 120 --checkpoint-every 40 "
        "--learning-rate 0.003 --weights " +
        ground.path("initial") + " --log " + ground.path("a.csv") + " --output " + ground.path("a"));
    INFO(run.output);
    REQUIRE(run.exit_code == 0);
    const std::vector<Row> rows = rows_of(ground.text("a.csv"));
    REQUIRE(rows.size() == 4);
    CHECK(rows[3].loss < 0.9 * rows[1].loss);
    CHECK(rows[3].validation_loss < 0.9 * rows[0].validation_loss);
    CHECK(std::max(rows[2].accuracy, rows[3].accuracy) > rows[0].accuracy + 0.01);
}
