#pragma once

#include <gst/gst.h>
#include <string>

namespace fgagt::examples {

/// A property that takes effect when the element starts.
inline constexpr auto kSetting =
    static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
/// A read-only property that the element updates.
inline constexpr auto kCounter = static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

/// Adds an element's two pads.
///
/// @param caps  of both pads, as text
inline void add_pads(GstElementClass* element_class, const char* caps) {
    const auto add = [&](const char* name, GstPadDirection direction) {
        GstCaps* formats = gst_caps_from_string(caps);
        gst_element_class_add_pad_template(element_class,
                                           gst_pad_template_new(name, direction, GST_PAD_ALWAYS, formats));
        gst_caps_unref(formats);
    };
    add("sink", GST_PAD_SINK);
    add("src", GST_PAD_SRC);
}

/// The text of a string property; empty where it is NULL.
[[nodiscard]] inline std::string string_of(const GValue* value) {
    const char* text = g_value_get_string(value);
    return text == nullptr ? "" : text;
}

} // namespace fgagt::examples
