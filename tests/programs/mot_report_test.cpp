#include "programs/generated_sequence.hpp"
#include "programs/program.hpp"
#include "report/images.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"

#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt::test;

// The program mot_report, called as by a user.

namespace {

std::size_t count_of(const std::string& text, const std::string& word) {
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++count;
    return count;
}

/// The data that the page's script reads.
nlohmann::json data_of(const std::string& page) {
    const std::string begin = R"(<script type="application/json" id="data">)";
    const std::size_t from = page.find(begin) + begin.size();
    return nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
}

/// Checks that the page refers to no other file.
void check_self_contained(const std::string& page) {
    CHECK(count_of(page, "http:") + count_of(page, "https:") == 0);
    CHECK(count_of(page, "url(") + count_of(page, "@import") + count_of(page, "<link") ==
          1); // the empty icon, so that browsers do not request one
    CHECK(count_of(page, "<link rel=\"icon\" href=\"data:,\">") == 1);
    CHECK(count_of(page, " src=\"") == count_of(page, " src=\"data:image/jpeg;base64,"));
    CHECK(count_of(page, "default-src 'none'") == 1);
}

/// Two objects in 20 frames; the track of the first one changes from 1 to 3 in frame 11, that of the other
/// has a gap.
class SmallResult {
public:
    SmallResult() {
        std::string result, gt;
        for (int frame = 1; frame <= 20; ++frame) {
            const std::string at = std::to_string(frame) + ',';
            const std::string first = ',' + std::to_string(20 + frame) + ",20,30,60,",
                              second = ",150,30,30,60,";
            result += at + (frame <= 10 ? "1" : "3") + first + "0.5\n";
            if (frame < 5 || frame > 8) result += at + "2" + second + "1\n";
            gt += at + "1" + first + "1\n" + at + "2" + second + "1\n";
        }
        folder_.file("result.txt", result);
        folder_.file("gt.txt", gt);
    }

    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
    [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

    /// Runs the program and returns the page.
    [[nodiscard]] std::string report(const std::string& arguments) const {
        const Outcome run = run_program("mot_report", in_quotes(path("result.txt")) + " --output " +
                                                          in_quotes(path("report.html")) + ' ' + arguments);
        INFO(run.output);
        REQUIRE(run.exit_code == 0);
        CHECK(run.output.empty());
        return contents_of(path("report.html"));
    }

private:
    TemporaryFolder folder_;
};

/// Chromium's output for a page: its elements, then the messages on its console.
std::string in_browser(const std::string& page) {
    const TemporaryFolder profile;
    return run_command("timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir='" +
                       profile.path().string() +
                       "' --virtual-time-budget=5000 --enable-logging=stderr --dump-dom 'file://" + page +
                       "' 2>&1")
        .output;
}

bool has_browser() {
    if (run_command("command -v chromium").exit_code == 0) return true;
    std::cout << "SKIPPED: chromium is not installed\n";
    return false;
}

} // namespace

TEST_CASE("base64 follows RFC 4648") {
    const auto encoded = [](const std::string& text) {
        return fgagt::examples::base64(std::vector<unsigned char>(text.begin(), text.end()));
    };
    CHECK(encoded("").empty());
    CHECK(encoded("f") == "Zg==");
    CHECK(encoded("fo") == "Zm8=");
    CHECK(encoded("foo") == "Zm9v");
    CHECK(encoded("foob") == "Zm9vYg==");
    CHECK(encoded("foobar") == "Zm9vYmFy");
    CHECK(encoded("\xff\xef\xbe") == "/+++");
}

TEST_CASE("stills are spread evenly from the first to the last frame") {
    using fgagt::examples::spread_frames;
    CHECK(spread_frames(0, 5).empty());
    CHECK(spread_frames(3, 5) == std::vector<std::int64_t>{1, 2, 3});
    CHECK(spread_frames(101, 5) == std::vector<std::int64_t>{1, 26, 51, 76, 101});
    CHECK(spread_frames(9, 1) == std::vector<std::int64_t>{1});
    CHECK(spread_frames(INT64_MAX, 2) == std::vector<std::int64_t>{1, INT64_MAX});
}

TEST_CASE("a report of a single result has a bar per track and loads no other files") {
    const SmallResult small;
    const std::string page = small.report("");
    check_self_contained(page);
    CHECK(count_of(page, "class=\"bar\"") == 3);
    CHECK(count_of(page, "class=\"switch\"") == 0);
    CHECK(count_of(page, "track 2: frames 1 to 20, 16 boxes, 1 gaps, mean score 1.00") == 1);
    CHECK(count_of(page, "track 3: frames 11 to 20, 10 boxes, 0 gaps, mean score 0.50") == 1);
    CHECK(count_of(page, "HOTA") == 0);
    const auto data = data_of(page);
    CHECK(data.at("frames") == 20);
    CHECK(data.at("shown").size() == 20);
    CHECK((data.at("width") == 179 && data.at("height") == 89)); // the extent of the boxes
    REQUIRE(data.at("tracks").size() == 3);
    CHECK(data.at("tracks")[0].at("f").size() == 10);
    CHECK(data.at("tracks")[0].at("b")[0] == 20); // 21 in the file, whose first pixel is 1
}

TEST_CASE("a report with ground truth lists every ID switch and the scores") {
    const SmallResult small;
    const std::string page = small.report("--gt " + in_quotes(small.path("gt.txt")));
    check_self_contained(page);
    CHECK(count_of(page, "class=\"switch\"") == 1);
    CHECK(count_of(page, "frame 11: object 1 changes from track 1 to 3") == 1);
    CHECK(count_of(page, "<td>11</td><td>1</td><td>1 (frame 10)</td>") == 1);
    CHECK(count_of(page, "<dt>HOTA</dt>") == 1);
    CHECK(count_of(page, "id=\"hota\"") == 1);
    small.folder().file("result.txt", contents_of(small.path("gt.txt")));
    const std::string same = small.report("--gt " + in_quotes(small.path("gt.txt")));
    CHECK(count_of(same, "None.") == 1);
    CHECK(count_of(same, "<dt>HOTA</dt><dd>100.00</dd>") == 1);
}

TEST_CASE("a report with a video shows stills and pictures of ID switches") {
    const GeneratedSequence scene(20);
    const SmallResult small;
    const std::string page = small.report("--stills 7 --gt " + in_quotes(small.path("gt.txt")) + " --video " +
                                          in_quotes(scene.path("scene")));
    check_self_contained(page);
    const auto data = data_of(page);
    CHECK(data.at("shown") == nlohmann::json({1, 4, 7, 10, 13, 16, 20}));
    CHECK((data.at("width") == 640 && data.at("height") == 480));
    for (const auto& still : data.at("stills"))
        CHECK(still.get<std::string>().starts_with("data:image/jpeg;base64,/9j/"));
    CHECK(count_of(page, "<td><img alt=\"\" src=\"data:image/jpeg;base64,/9j/") == 2);
    // If the video is shorter than the result, the report shows the existing frames.
    const GeneratedSequence brief(5);
    const auto rest = data_of(small.report("--video " + in_quotes(brief.path("scene"))));
    CHECK(rest.at("shown") == nlohmann::json({1, 2, 3, 4, 5}));
}

TEST_CASE("a report with statistics shows the time of each stage") {
    const SmallResult small;
    const auto stats = small.folder().file(
        "stats.json",
        R"({"microseconds": {"<flow>": {"mean": 1500, "p95": 2000}, "total": {"mean": 4000, "p95": 1}}})");
    const std::string page = small.report("--stats " + in_quotes(stats.string()));
    CHECK(count_of(page, "&lt;flow&gt;</text>") == 1);
    CHECK(count_of(page, "1.500 ms (95 %: 2.000 ms)") == 1);
    CHECK(count_of(page, "<dt>frames/s</dt><dd>250.0</dd>") == 1);
}

TEST_CASE("names are escaped in the page") {
    const SmallResult small;
    const std::string page = small.report(R"(--title '</title><script>alert("1")</script>&amp;'"'")");
    CHECK(count_of(page, "alert(") == 2); // in the title and the heading, as text
    CHECK(count_of(page, "&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;&#39;") ==
          2);
    CHECK(count_of(page, "<script") == 2);
    CHECK(count_of(page, "</script>") == 2);
}

TEST_CASE("plots are written as separate SVG and PNG files") {
    const SmallResult small;
    const std::string folder = small.path("plots/here");
    REQUIRE(run_program("mot_report", in_quotes(small.path("result.txt")) + " --gt " +
                                          in_quotes(small.path("gt.txt")) + " --plots " + in_quotes(folder))
                .exit_code == 0);
    for (const std::string name : {"timeline", "count", "hota"}) {
        const std::string svg = contents_of(fs::path(folder) / (name + ".svg"));
        CHECK(svg.starts_with("<svg "));
        CHECK(svg.ends_with("</svg>\n"));
        CHECK(count_of(svg, "xmlns=\"http://www.w3.org/2000/svg\"") == 1);
        const cv::Mat png = cv::imread((fs::path(folder) / (name + ".png")).string());
        CHECK((png.cols == 2000 && png.rows > 100));
        CHECK(cv::norm(png, cv::Mat(png.size(), png.type(), cv::Scalar::all(255)), cv::NORM_INF) > 100);
    }
    CHECK(count_of(contents_of(fs::path(folder) / "timeline.svg"), "class=\"bar\"") == 3);
}

TEST_CASE("empty and extreme results give reports") {
    const SmallResult small;
    for (const std::string text : {"", "9000000000000000,1,1,1,5,5,1\n", "1,-9000000000000000,1,1,5,5,1\n",
                                   "1,1,-3e38,-3e38,3e38,3e38,1\n", "1,1,1,1,0,-5,1\n"}) {
        INFO(text);
        small.folder().file("result.txt", text);
        const std::string page = small.report("--gt " + in_quotes(small.path("gt.txt")));
        CHECK(count_of(page, "class=\"bar\"") == (text.empty() ? 0U : 1U));
        CHECK(data_of(page).at("tracks").size() == (text.empty() ? 0U : 1U));
        CHECK(count_of(page, "nan") + count_of(page, "inf\"") == 0);
    }
}

TEST_CASE("mot_report exits with 1 on invalid files and with 2 on wrong usage") {
    const SmallResult small;
    const std::string result = in_quotes(small.path("result.txt")) + ' ';
    const std::string output = "--output " + in_quotes(small.path("report.html")) + ' ';
    const Outcome broken = run_program(
        "mot_report", in_quotes(small.folder().file("broken.txt", "1,2\n").string()) + ' ' + output);
    CHECK((broken.exit_code == 1 && broken.says("broken.txt:1")));
    for (const char* const stats : {"{", "{}", R"({"microseconds": {"flow": 3}})"}) {
        const auto file = small.folder().file("stats.json", stats);
        const Outcome run =
            run_program("mot_report", result + output + "--stats " + in_quotes(file.string()));
        CHECK((run.exit_code == 1 && run.says("stats.json") && run.says("mot_track --stats")));
    }
    CHECK_FALSE(fs::exists(small.path("report.html")));
    CHECK(run_program("mot_report", result).exit_code == 2);
    CHECK(run_program("mot_report", output).exit_code == 2);
    CHECK(run_program("mot_report", result + output + "--stills 0").exit_code == 2);
    CHECK(run_program("mot_report", result + output + "--gt none.txt").exit_code == 2);
    CHECK(run_program("mot_report", "--help").exit_code == 0);
}

TEST_CASE("a browser shows a report without errors and with a bar per track (needs chromium)") {
    if (!has_browser()) return;
    const GeneratedSequence scene(20);
    const SmallResult small;
    static_cast<void>(small.report("--gt " + in_quotes(small.path("gt.txt")) + " --video " +
                                   in_quotes(scene.path("scene")) + " --title '<b>\"it'"));
    const std::string dump = in_browser(small.path("report.html"));
    INFO(dump.substr(0, 2000));
    CHECK(count_of(dump, "CONSOLE") == 0);
    CHECK(count_of(dump, "class=\"bar\"") == 3);
    CHECK(count_of(dump, "class=\"switch\"") == 1);
    CHECK(count_of(dump, "frame 10 of 20, 2 objects") == 1); // written by the script
    CHECK(count_of(dump, "<figure>") == 12);                 // in the contact sheet
    CHECK(count_of(dump, "<polyline fill=\"none\"") > 12);   // trails
    // Checks that an error would be reported.
    const auto faulty = small.folder().file("faulty.html", "<!DOCTYPE html><script>none();</script>");
    CHECK(count_of(in_browser(faulty.string()), "CONSOLE") == 1);
}

TEST_CASE("a report of 525 frames stays below 15 MB (needs FGAGT_DATA)") {
    const auto sequence = real_data("mot/ADL-Rundle-6");
    if (!sequence) return;
    const TemporaryFolder folder;
    const std::string path = sequence->string(), output = (folder.path() / "report.html").string();
    REQUIRE(run_program("mot_report", in_quotes(path + "/gt/gt.txt") + " --gt " +
                                          in_quotes(path + "/gt/gt.txt") + " --video " + in_quotes(path) +
                                          " --output " + in_quotes(output))
                .exit_code == 0);
    CHECK(fs::file_size(output) < 15'000'000);
    const auto data = data_of(contents_of(output));
    CHECK(data.at("shown").size() == 120);
    CHECK(data.at("shown").back() == 525);
}
