#pragma once

// Gives a single error message for an older language standard. Every header of the library includes this one.
// The missing file stops compilers that continue after an #error.
#if !(__cplusplus >= 202002L || (defined(_MSVC_LANG) && _MSVC_LANG >= 202002L))
#error "fgagt needs C++20: compile with -std=c++20 (MSVC: /std:c++20) or later"
#include <fgagt needs C++20>
#endif
