#pragma once

#include <sys/resource.h>

namespace fgagt::examples {

/// The most memory that this process has had so far, in KiB.
[[nodiscard]] inline long peak_rss_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

} // namespace fgagt::examples
