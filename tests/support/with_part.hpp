#pragma once

#include <fgagt/tracker/parts.hpp>

namespace fgagt::test {

/// The default parts with one replaced.
template <class Part>
struct WithFlow : DefaultParts<> {
    using Flow = Part;
};
template <class Part>
struct WithMotion : DefaultParts<> {
    using Motion = Part;
};
template <class Part>
struct WithPooler : DefaultParts<> {
    using Pooler = Part;
};
template <class Part>
struct WithGraph : DefaultParts<> {
    using Graph = Part;
};
template <class Part>
struct WithAssociation : DefaultParts<> {
    using Association = Part;
};
template <class Part>
struct WithLifecycle : DefaultParts<> {
    using Lifecycle = Part;
};

} // namespace fgagt::test
