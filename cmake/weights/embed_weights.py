"""Writes weights as a C++ header: embed_weights.py WEIGHTS.safetensors HEADER.hpp

Stores the numbers as half floats in base 64, in the order that `default_weights()` expects. Needs only the Python
standard library. The weights must have an embedding and no reduction.
"""

import base64
import json
import struct
import sys

TENSORS = ["embedding.weight", "embedding.bias", "graph.w1", "graph.w2", "graph.wa", "graph.prior_logit", "graph.margin"]
VARIANT = ["graph.squared_distance", "graph.relu"]
COLUMNS = 100


def main(source, target):
    with open(source, "rb") as file:
        data = file.read()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    if sorted(header) != sorted(TENSORS + VARIANT):
        sys.exit(f"{source}: expected the tensors {TENSORS + VARIANT}; write them with mot_train")

    def halves(name):
        begin, end = header[name]["data_offsets"]
        code, size = {"F16": ("e", 2), "F32": ("f", 4)}[header[name]["dtype"]]
        count = (end - begin) // size
        return struct.pack(f"<{count}e", *struct.unpack_from(f"<{count}{code}", data, 8 + length + begin))

    dimension, inputs = header["embedding.weight"]["shape"]
    text = base64.b64encode(b"".join(halves(name) for name in TENSORS)).decode()
    lines = "\n".join(f'    "{text[k : k + COLUMNS]}",' for k in range(0, len(text), COLUMNS))
    squared, relu = ("true" if halves(name) == b"\x00\x3c" else "false" for name in VARIANT)
    origin = "".join(f"/// - {key}: {value}\n" for key, value in sorted(metadata.items()) if value)
    with open(target, "w") as file:
        file.write(
            f"""#pragma once

#include <fgagt/graph/graph_weights.hpp>

/// @file
/// Made by cmake/weights/embed_weights.py:
{origin}
namespace fgagt::detail {{

inline constexpr int kDefaultInputs = {inputs};
inline constexpr int kDefaultDimension = {dimension};
inline constexpr AdaptiveGraphOptions kDefaultVariant{{.squared_distance = {squared}, .relu = {relu}}};

/// Halves in base 64: embedding, bias, W1, W2, Wa, logit of w, margin.
// clang-format off
inline constexpr const char* kDefaultWeights[] = {{
{lines}
}};
// clang-format on

}} // namespace fgagt::detail
"""
        )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
