#pragma once

#ifdef _WIN32
#include "windows.hpp"

#include <psapi.h>
#else
#include <sys/resource.h>
#endif

namespace fgagt::examples {

/// The peak memory use of this process so far, in KiB.
[[nodiscard]] inline long peak_rss_kib() {
#ifdef _WIN32
    PROCESS_MEMORY_COUNTERS counters{};
    K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters);
    return static_cast<long>(counters.PeakWorkingSetSize / 1024);
#else
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
    return usage.ru_maxrss / 1024; // bytes on macOS
#else
    return usage.ru_maxrss;
#endif
#endif
}

} // namespace fgagt::examples
