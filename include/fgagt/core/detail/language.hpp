#pragma once

// The one message that a compiler gives for an older language. No header of the library is read without this
// one; the missing file stops compilers that go on after an #error.
#if !(__cplusplus >= 202002L || (defined(_MSVC_LANG) && _MSVC_LANG >= 202002L))
#error "fgagt needs C++20: compile with -std=c++20 (MSVC: /std:c++20) or later"
#include <fgagt needs C++20>
#endif
