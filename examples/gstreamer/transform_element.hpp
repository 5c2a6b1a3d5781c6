#pragma once

#include <fgagt/core/errors.hpp>

#include <exception>
#include <filesystem>
#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

namespace fgagt::examples {

/// The GObject part of an in-place GstBaseTransform that works on the metas of video buffers. It forwards
/// GStreamer's calls to an ordinary class. An exception becomes an error message on the bus and ends the
/// stream.
///
/// `Element` is created and destroyed with the GObject and has
///
///     static constexpr const char* kName, kTypeName;
///     static void describe(GstElementClass*);        // metadata, pad templates, properties
///     void set_property(guint, const GValue*);       // both are called from any thread
///     void get_property(guint, GValue*) const;
///     void start();                                  // from READY to PAUSED
///     void stop();                                   // and back
///     void set_video(const GstVideoInfo&);           // before the first buffer, and at every change
///     void transform(GstBuffer*);                    // its metadata is writable
///     void restart();                                // at a new stream and after a flush
///     void finish();                                 // end of stream
template <class Element>
class TransformElement {
public:
    static gboolean add_to(GstPlugin* plugin) {
        const GType type = g_type_register_static_simple(GST_TYPE_BASE_TRANSFORM, Element::kTypeName,
                                                         sizeof(GstBaseTransformClass), init_class,
                                                         sizeof(Instance), init, GTypeFlags{});
        return gst_element_register(plugin, Element::kName, GST_RANK_NONE, type);
    }

private:
    struct Instance {
        GstBaseTransform base;
        Element* element;
    };

    static void init_class(void* type_class, void* /*data*/) {
        auto* const object_class = static_cast<GObjectClass*>(type_class);
        object_class->set_property = set_property;
        object_class->get_property = get_property;
        object_class->finalize = finalize;
        auto* const transform_class = static_cast<GstBaseTransformClass*>(type_class);
        transform_class->start = start;
        transform_class->stop = stop;
        transform_class->set_caps = set_caps;
        transform_class->sink_event = sink_event;
        transform_class->transform_ip = transform_ip;
        Element::describe(static_cast<GstElementClass*>(type_class));
    }

    static void init(GTypeInstance* instance, void* /*type_class*/) {
        auto* const base = reinterpret_cast<GstBaseTransform*>(instance);
        gst_base_transform_set_gap_aware(base, TRUE);
        reinterpret_cast<Instance*>(instance)->element = new Element;
    }

    static void finalize(GObject* object) {
        delete &element_of(object);
        static_cast<GObjectClass*>(parent_class())->finalize(object);
    }

    static void* parent_class() { return g_type_class_peek_static(GST_TYPE_BASE_TRANSFORM); }

    static Element& element_of(void* instance) { return *static_cast<Instance*>(instance)->element; }

    static void set_property(GObject* object, guint id, const GValue* value, GParamSpec* /*spec*/) {
        element_of(object).set_property(id, value);
    }

    static void get_property(GObject* object, guint id, GValue* value, GParamSpec* /*spec*/) {
        element_of(object).get_property(id, value);
    }

    static gboolean start(GstBaseTransform* base) {
        return succeeds(base, [&] { element_of(base).start(); });
    }

    static gboolean stop(GstBaseTransform* base) {
        return succeeds(base, [&] { element_of(base).stop(); });
    }

    static gboolean set_caps(GstBaseTransform* base, GstCaps* sink_caps, GstCaps* /*source_caps*/) {
        GstVideoInfo info;
        if (gst_video_info_from_caps(&info, sink_caps) == FALSE) return FALSE;
        return succeeds(base, [&] { element_of(base).set_video(info); });
    }

    static GstFlowReturn transform_ip(GstBaseTransform* base, GstBuffer* buffer) {
        return succeeds(base, [&] { element_of(base).transform(buffer); }) == TRUE ? GST_FLOW_OK
                                                                                   : GST_FLOW_ERROR;
    }

    static gboolean sink_event(GstBaseTransform* base, GstEvent* event) {
        const GstEventType type = GST_EVENT_TYPE(event);
        if (type == GST_EVENT_STREAM_START || type == GST_EVENT_FLUSH_STOP)
            succeeds(base, [&] { element_of(base).restart(); });
        if (type == GST_EVENT_EOS) succeeds(base, [&] { element_of(base).finish(); });
        return static_cast<GstBaseTransformClass*>(parent_class())->sink_event(base, event);
    }

    /// Runs an action; reports an exception on the bus and returns false.
    template <class Action>
    static gboolean succeeds(GstBaseTransform* base, Action action) {
        try {
            action();
            return TRUE;
        } catch (const std::filesystem::filesystem_error& error) {
            post(base, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE, error.what());
        } catch (const ParseError& error) {
            post(base, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ, error.what());
        } catch (const InvalidArgument& error) {
            post(base, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_SETTINGS, error.what());
        } catch (const std::exception& error) {
            post(base, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_FAILED, error.what());
        }
        return FALSE;
    }

    static void post(GstBaseTransform* base, GQuark domain, int code, const char* text) {
        gst_element_message_full(GST_ELEMENT(base), GST_MESSAGE_ERROR, domain, code, g_strdup(text), nullptr,
                                 __FILE__, Element::kName, __LINE__);
    }
};

} // namespace fgagt::examples
