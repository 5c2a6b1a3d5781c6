// Tracks all sequences of a list, each with its own mot_track process: several in parallel, or spread over
// the processes of an MPI job. A restart processes only the missing items.

#include "support/batch_list.hpp"
#include "support/child_process.hpp"
#include "support/print_error.hpp"
#include "support/progress.hpp"
#include "support/shell_words.hpp"
#include "support/system/folder_lock.hpp"
#include "support/system/interruption.hpp"
#include "support/system/program_path.hpp"
#include "support/work_sharing.hpp"

#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/text_file.hpp>
#include <fgagt/version.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt;
using examples::BatchItem;

namespace {

struct Arguments {
    fs::path list;
    fs::path output;
    std::size_t jobs = 0;
    bool quiet = false;
};

void add_options(CLI::App& app, Arguments& arguments) {
    app.add_option(
           "LIST", arguments.list,
           "text file with a sequence per line: its source, then options of mot_track except --output. "
           "Quotes and backslashes work as in a shell, # starts a comment; relative paths are "
           "relative to the folder of LIST")
        ->required();
    app.add_option("--output", arguments.output,
                   "folder for the results; created if missing. A sequence NAME gets NAME.txt and "
                   "NAME.item, which stores the line of LIST: if the line is unchanged, NAME is done. A "
                   "later sequence of the same name is NAME-2")
        ->required();
    app.add_option("--jobs", arguments.jobs,
                   "sequences in parallel (default: one per core; under MPI one per process)")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    app.add_flag("--quiet", arguments.quiet, "no progress bar and no summary");
}

/// The outcome of an item.
enum class Fate : char {
    kDone = '+',
    kFailed = '-',
    kInterrupted = '.',
};

/// An outcome and a message about it, as text that is sent between processes.
std::string result_text(Fate fate, const std::string& remark = "") {
    constexpr std::size_t kLongest = 1000;
    return static_cast<char>(fate) + remark.substr(0, kLongest);
}

/// The files of the output folder.
class OutputFolder {
public:
    explicit OutputFolder(const fs::path& path) : path_(fs::absolute(path)) {}

    [[nodiscard]] const fs::path& path() const { return path_; }
    [[nodiscard]] fs::path tracks(const std::string& name) const { return path_ / (name + ".txt"); }
    /// Stores the line from which the tracks were made. Written after the tracks and removed before them.
    [[nodiscard]] fs::path record(const std::string& name) const { return path_ / (name + ".item"); }
    /// Holds tracks until they are complete.
    [[nodiscard]] fs::path unfinished() const { return path_ / ".unfinished"; }

    [[nodiscard]] bool has(const BatchItem& item) const {
        return fs::exists(tracks(item.name)) && fs::exists(record(item.name)) &&
               fgagt::read_whole_file(record(item.name)) == record_text(item.words);
    }
    [[nodiscard]] static std::string record_text(const std::vector<std::string>& words) {
        return examples::shell_line(words) + '\n';
    }

private:
    fs::path path_;
};

/// The messages of mot_track, without output of its libraries in between.
std::string messages_of(const std::string& errors) {
    constexpr std::string_view kProgram = "mot_track: ";
    std::string messages;
    std::istringstream lines(errors);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(kProgram))
            messages += (messages.empty() ? "" : "; ") + line.substr(kProgram.size());
    return messages;
}

/// The last line except the advice to look for help.
std::string last_line(const std::string& errors) {
    std::string last;
    std::istringstream lines(errors);
    for (std::string line; std::getline(lines, line);)
        if (!line.empty() && !line.starts_with("Run with --help")) last = line;
    return last;
}

/// Why mot_track failed.
std::string cause_of(const examples::ChildEnd& end) {
    const std::string messages = messages_of(end.errors);
    const std::string said = messages.empty() ? last_line(end.errors) : messages;
    if (end.signal != 0)
        return "mot_track was killed by signal " + std::to_string(end.signal) +
               (said.empty() ? "" : "; its last message was: " + said);
    return said.empty() ? "mot_track exited with code " + std::to_string(end.code) : said;
}

/// Tracks single items; called from several threads.
class ItemTracker {
public:
    /// @throws std::runtime_error  mot_track is missing from this program's folder
    explicit ItemTracker(const Arguments& arguments)
        : output_(arguments.output),
          folder_(fs::absolute(arguments.list).parent_path()),
          program_(examples::program_beside("mot_track")) {
        if (!fs::exists(program_))
            throw std::runtime_error(program_.string() + ": expected mot_track in the folder of mot_batch");
    }

    /// An item as text that is sent between processes.
    [[nodiscard]] static std::string piece(const BatchItem& item) {
        std::vector<std::string> words{item.name};
        words.insert(words.end(), item.words.begin(), item.words.end());
        return examples::shell_line(words);
    }

    /// Tracks an item and returns the outcome.
    [[nodiscard]] std::string operator()(const std::string& piece) const {
        std::vector<std::string> words = *examples::shell_words(piece);
        const std::string name = words.front();
        words.erase(words.begin());
        try {
            return track(name, words);
        } catch (const std::exception& error) {
            return result_text(Fate::kFailed, error.what());
        }
    }

private:
    [[nodiscard]] std::string track(const std::string& name, const std::vector<std::string>& words) const {
        fs::remove(output_.record(name)); // the tracks are from a different line
        fs::remove(output_.tracks(name));
        const fs::path unfinished = output_.unfinished() / (name + ".txt");
        fs::remove(unfinished); // left over from a killed batch
        std::vector<std::string> command{program_.string(), "--quiet", "--output", unfinished.string()};
        if (!examples::has_option(words, "--threads")) command.insert(command.end(), {"--threads", "1"});
        command.insert(command.end(), words.begin(), words.end());
        const examples::ChildEnd end =
            examples::ChildProcess(command, folder_).run(examples::Interruption::requested);
        if (!end.succeeded()) {
            if (examples::Interruption::requested()) return result_text(Fate::kInterrupted);
            return result_text(Fate::kFailed, cause_of(end));
        }
        fs::rename(unfinished, output_.tracks(name));
        write_whole_file(output_.record(name), OutputFolder::record_text(words));
        return result_text(Fate::kDone, messages_of(end.errors));
    }

    OutputFolder output_;
    fs::path folder_;
    fs::path program_;
};

/// The whole list, in the leading process.
class Batch {
public:
    /// @throws CLI::ParseError  the list does not exist
    explicit Batch(const Arguments& arguments) : arguments_(arguments), output_(arguments.output) {
        if (!fs::exists(arguments.list) || fs::is_directory(arguments.list))
            throw CLI::ValidationError("LIST", "File does not exist: " + arguments.list.string());
        items_ = examples::read_batch_list(arguments.list);
    }

    /// @return  whether all items are done
    bool run(examples::WorkSharing& sharing, std::size_t threads, const examples::Work& work) {
        fs::create_directories(output_.path());
        const examples::FolderLock lock(output_.path());
        fs::create_directory(output_.unfinished());
        std::vector<std::string> pieces;
        for (const BatchItem& item : items_)
            if (!output_.has(item)) {
                pieces.push_back(ItemTracker::piece(item));
                to_do_.push_back(&item);
            }
        examples::Progress progress(static_cast<std::int64_t>(pieces.size()), arguments_.quiet, "items");
        sharing.run(
            threads, pieces, work, [&](const examples::Parcel& result) { take(result, progress); },
            examples::Interruption::requested);
        progress.finish();
        fs::remove_all(output_.unfinished());
        print_remarks();
        print_summary();
        return done_ == to_do_.size();
    }

private:
    void take(const examples::Parcel& result, examples::Progress& progress) {
        const auto fate = static_cast<Fate>(result.text.front());
        if (fate == Fate::kInterrupted) return;
        std::size_t& count = fate == Fate::kDone ? done_ : failed_;
        ++count;
        if (result.text.size() > 1)
            remarks_.emplace(to_do_[result.index],
                             (fate == Fate::kDone ? "done, but: " : "") + result.text.substr(1));
        if (failed_ > 0) progress.note(std::to_string(failed_) + " failed");
        progress.advance();
    }

    /// Prints the messages about single items, in the order of the list.
    void print_remarks() const {
        for (const auto& [item, text] : remarks_)
            examples::print_error(arguments_.list.string() + ':' + std::to_string(item->line) + ": " +
                                  item->words.front() + ": " + text);
    }

    void print_summary() const {
        const std::size_t left = to_do_.size() - done_ - failed_;
        if (left > 0)
            examples::print_error("mot_batch: interrupted; " + std::to_string(left) +
                                  " items left; run the same command again to continue");
        if (arguments_.quiet) return;
        std::cout << items_.size() << " items: " << items_.size() - to_do_.size() << " already done, "
                  << done_ << " done now, " << failed_ << " failed, " << left << " left\n";
    }

    const Arguments& arguments_;
    OutputFolder output_;
    std::vector<BatchItem> items_;
    std::vector<const BatchItem*> to_do_;
    std::size_t done_ = 0, failed_ = 0;
    std::map<const BatchItem*, std::string> remarks_;
};

std::size_t threads_of(const Arguments& arguments, const examples::WorkSharing& sharing) {
    if (arguments.jobs > 0) return arguments.jobs;
    return sharing.processes() > 1 ? 1 : std::max(1U, std::thread::hardware_concurrency());
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Tracks the sequences of a list in parallel. Under mpirun the processes share the list. "
                 "A restart processes only the missing items.");
    app.set_version_flag("--version", "mot_batch " + std::string(kVersion));
    Arguments arguments;
    add_options(app, arguments);
    const auto sharing = examples::open_work_sharing();
    examples::Interruption::watch();
    try {
        app.parse(argc, argv);
        const ItemTracker track(arguments);
        const std::size_t threads = threads_of(arguments, *sharing);
        if (sharing->leads()) return Batch(arguments).run(*sharing, threads, track) ? 0 : 1;
        sharing->run(threads, {}, track, {}, {});
    } catch (const CLI::ParseError& error) { // includes --help
        if (sharing->leads()) app.exit(error);
        return error.get_exit_code() == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        examples::print_error(std::string("mot_batch: ") + error.what());
        return 1;
    }
    return 0;
}
