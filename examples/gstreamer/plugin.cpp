// The GStreamer plugin fgagt: the elements fgagttrack and fgagtdetections.

#include "detections_element.hpp"
#include "track_element.hpp"
#include "transform_element.hpp"

#include <fgagt/version.hpp>

#include <gst/gst.h>

namespace {

using namespace fgagt::examples;

gboolean add_elements(GstPlugin* plugin) {
    return static_cast<gboolean>(TransformElement<TrackElement>::add_to(plugin) == TRUE &&
                                 TransformElement<DetectionsElement>::add_to(plugin) == TRUE);
}

} // namespace

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, fgagt, "Online multi-object tracking", add_elements,
                  fgagt::kVersion.data(), "MIT/X11", "fgagt", "fgagt")
