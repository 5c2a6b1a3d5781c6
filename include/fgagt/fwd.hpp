#pragma once

#include <fgagt/language.hpp>

#include <cstdint>

/// The tracker's inputs, outputs and errors by name only, for headers that mention them without using them.
/// Takes no time to compile. (The tracker itself is a template with constraints, which cannot be named so.)
namespace fgagt {

using TrackId = std::int64_t;

enum class TrackStatus : std::uint8_t;
enum class RejectionReason : std::uint8_t;

struct Affine;
struct Box;
struct BoxFlow;
struct ColourImage;
struct Detection;
struct Events;
struct Evidence;
struct FeatureMap;
struct FrameInfo;
struct FrameResult;
struct Match;
struct Rejection;
struct StageTimes;
struct Track;
struct TrackerOptions;

class InvalidArgument;
class ParseError;

} // namespace fgagt
