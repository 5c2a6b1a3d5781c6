#pragma once

#include "report/facts.hpp"
#include "report/images.hpp"
#include "report/page_parts.hpp"
#include "report/plots.hpp"

#include <fgagt/core/geometry.hpp>
#include <fgagt/drawing/track_colour.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// A plot, its file name and its heading on the page.
struct NamedPlot {
    std::string name;
    std::string heading;
    std::string note; ///< below the heading; none if empty
    Picture picture;
};

/// The plots that the facts allow.
inline std::vector<NamedPlot> plots_of(const ReportFacts& facts) {
    std::vector<NamedPlot> plots;
    plots.push_back(
        {"timeline", "Timeline of IDs",
         "One bar per track, thin where it was lost; red marks are ID switches. Hover over a bar for "
         "details; click it to show only that track.",
         timeline_plot(facts)});
    plots.push_back({"count", "Objects over time", "", count_plot(facts)});
    if (!facts.stages.empty())
        plots.push_back(
            {"stages", "Time per stage", "Mean per frame and 95th percentile.", stage_plot(facts.stages)});
    if (facts.comparison)
        plots.push_back({"hota", "HOTA over alpha", "", hota_plot(facts.comparison->metrics.hota)});
    return plots;
}

namespace page {

/// Rounds to tenths of a pixel, which is finer than the eye can see.
inline double tenths(double value) {
    return std::round(10 * value) / 10;
}

/// The script's data as JSON: numbers, colours and base64, none of which can close the script element.
inline std::string script_data(const ReportFacts& facts, const ReportImages& images) {
    nlohmann::json json{{"width", std::round(images.frame_size.width)},
                        {"height", std::round(images.frame_size.height)},
                        {"frames", facts.frames},
                        {"shown", images.shown},
                        {"stills", nlohmann::json::array()},
                        {"tracks", nlohmann::json::array()}};
    for (const std::int64_t frame : images.shown) {
        const auto still = images.still.find(frame);
        json["stills"].push_back(still == images.still.end() ? "" : still->second);
    }
    std::map<TrackId, std::size_t> index;
    for (const TrackLife& life : facts.lives) {
        index[life.id] = index.size();
        const cv::Scalar colour = track_colour(life.id);
        json["tracks"].push_back({{"id", life.id},
                                  {"c", css_colour(colour)},
                                  {"i", css_colour(text_colour_on(colour))},
                                  {"f", nlohmann::json::array()},
                                  {"b", nlohmann::json::array()}});
    }
    for (const ResultRow& row : facts.result.rows()) {
        if (!is_usable(row.box)) continue;
        auto& track = json["tracks"][index.at(row.id)];
        track["f"].push_back(row.frame);
        for (const double value : {row.box.left, row.box.top, row.box.width, row.box.height})
            track["b"].push_back(tenths(value));
    }
    return json.dump();
}

inline std::string figure(const std::string& name, const std::string& value) {
    return "<div><dt>" + escaped(name) + "</dt><dd>" + escaped(value) + "</dd></div>\n";
}

inline std::string figures(const ReportFacts& facts) {
    std::string text = "<dl>\n" + figure("frames", std::to_string(facts.frames)) +
                       figure("tracks", std::to_string(facts.lives.size())) +
                       figure("boxes", std::to_string(facts.result.size()));
    for (const StageCost& stage : facts.stages)
        if (stage.name == "total" && stage.mean > 0)
            text += figure("frames/s", plot::rounded(1e6 / stage.mean, 1));
    if (facts.comparison) {
        const Metrics& metrics = facts.comparison->metrics;
        const std::pair<const char*, double> scores[] = {{"HOTA", metrics.hota.hota()},
                                                         {"DetA", metrics.hota.det_a()},
                                                         {"AssA", metrics.hota.ass_a()},
                                                         {"MOTA", metrics.clear.mota()},
                                                         {"IDF1", metrics.identity.idf1()}};
        for (const auto& [name, score] : scores)
            text += figure(name, plot::rounded(100 * score, 2));
        text += figure("ID switches", std::to_string(metrics.clear.id_switches));
    }
    return text + "</dl>\n";
}

inline std::string image_cell(const std::string& address) {
    return address.empty() ? "<td></td>" : R"(<td><img alt="" src=")" + address + "\"></td>";
}

inline std::string switch_table(const ReportFacts& facts, const ReportImages& images) {
    const std::vector<IdSwitch>& switches = facts.comparison->switches;
    std::string text = "<section><h2>ID switches</h2>\n";
    if (switches.empty()) return text + "<p class=\"note\">None.</p></section>\n";
    text += "<table id=\"switches\"><thead><tr><th>frame</th><th>object</th><th>track before</th><th></th>"
            "<th>track after</th><th></th></tr></thead><tbody>\n";
    for (std::size_t i = 0; i < switches.size(); ++i) {
        const IdSwitch& event = switches[i];
        const SwitchCrops crops = i < images.crops.size() ? images.crops[i] : SwitchCrops{};
        text += "<tr><td>" + std::to_string(event.frame) + "</td><td>" + std::to_string(event.object) +
                "</td><td>" + std::to_string(event.before) + " (frame " + std::to_string(event.last_frame) +
                ")</td>" + image_cell(crops.before) + "<td>" + std::to_string(event.after) + "</td>" +
                image_cell(crops.after) + "</tr>\n";
    }
    return text + "</tbody></table></section>\n";
}

inline constexpr const char* kPlayer =
    "<section><h2>Frames</h2>\n<div class=\"player\"><div id=\"stage\"></div><div class=\"controls\">"
    "<button id=\"play\">Play</button><input id=\"slider\" type=\"range\" min=\"0\" value=\"0\" "
    "aria-label=\"frame\"><label><input id=\"trails\" type=\"checkbox\" checked> trails</label>"
    "<span id=\"caption\"></span></div></div>\n<div class=\"sheet\" id=\"sheet\"></div></section>\n";

} // namespace page

/// The whole report as one self-contained HTML file; its policy forbids the browser to load anything else.
inline std::string report_page(const ReportFacts& facts, const ReportImages& images,
                               const std::vector<NamedPlot>& plots) {
    std::string text =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width\">\n<link rel=\"icon\" "
        "href=\"data:,\">\n<title>" +
        escaped(facts.title) + "</title>\n<style>" + kReportStyle + "</style></head><body>\n<h1>" +
        escaped(facts.title) + "</h1>\n" + page::figures(facts);
    if (!images.shown.empty()) text += page::kPlayer;
    for (const NamedPlot& plot : plots) {
        const bool tall = plot.name == "timeline";
        text += std::string(tall ? "<section>" : "<section class=\"whole\">") + "<h2>" +
                escaped(plot.heading) + "</h2>\n";
        if (!plot.note.empty()) text += "<p class=\"note\">" + escaped(plot.note) + "</p>\n";
        text += "<div id=\"" + plot.name + (tall ? R"(" class="scroll">)" : "\">") + plot.picture.svg(false) +
                "</div></section>\n";
    }
    if (facts.comparison) text += page::switch_table(facts, images);
    return text + R"(<script type="application/json" id="data">)" + page::script_data(facts, images) +
           "</script>\n<script>" + kReportScript + "</script>\n</body></html>\n";
}

} // namespace fgagt::examples
