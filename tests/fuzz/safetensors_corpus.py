#!/usr/bin/env python3
"""Writes small valid and invalid safetensors files with tensors, weights and checkpoints into corpus/: fuzzing starts from
them and the tests replay them.

    python3 safetensors_corpus.py
"""

import pathlib
import struct

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"


def file(header, data=b"", length=None):
    header = header.encode() if isinstance(header, str) else header
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def entry(name="a", dtype="F32", shape="[2]", offsets="[0,8]"):
    return f'"{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}'


def tensors(named, metadata=""):
    """A file of numbers by name: (shape, values), (shape, values, "F16"), ..."""
    entries, data = [], b""
    for name, (shape, values, *dtype) in named.items():
        dtype = dtype[0] if dtype else "F32"
        numbers = struct.pack(f"<{len(values)}{'f' if dtype == 'F32' else 'e'}", *values)
        place = f"[{len(data)},{len(data) + len(numbers)}]"
        entries.append(entry(name, dtype, str(list(shape)).replace(" ", ""), place))
        data += numbers
    return file("{" + ",".join([metadata] * bool(metadata) + entries) + "}", data)


def weights(dtype="F32", **changes):
    """Weights with D = 2; a change replaces a tensor, None removes it."""
    square = [0.5, -1, 0, 2]
    named = {
        "graph_margin": ([], [0.25], dtype),
        "graph_prior_logit": ([], [-0.5], dtype),
        "graph_relu": ([], [1], dtype),
        "graph_squared_distance": ([], [0], dtype),
        "graph_w1": ([2, 2], square, dtype),
        "graph_w2": ([2, 2], square, dtype),
        "graph_wa": ([2, 2], square, dtype),
    } | changes
    return {name.replace("_", ".", 1): tensor for name, tensor in named.items() if tensor is not None}


EMBEDDING = {"embedding_weight": ([2, 1], [1, -2]), "embedding_bias": ([2], [0.5, 0])}


def checkpoint(metadata='"__metadata__":{"steps":"7","note":"\\u00e9"}', **parts):
    """Each part consists of weights; None removes it."""
    some = {"weights": weights(), "anchor": weights(), "best": weights(), "mean": weights()}
    some["square"] = {name: (shape, [abs(x) for x in values]) for name, (shape, values, _) in weights().items()}
    named = {}
    for part, contents in (some | parts).items():
        named |= {part + "." + name: tensor for name, tensor in (contents or {}).items()}
    return tensors(named, metadata)


EIGHT = bytes(range(60, 68))
SAFETENSORS = {
    "good_f32": file("{" + entry() + "}", EIGHT),
    "good_f16": file("{" + entry(dtype="F16", shape="[2,2]") + "}", EIGHT),
    "good_two": file("{" + entry("b", "F16", "[]", "[8,10]") + "," + entry() + "}  ", EIGHT + b"\x01\x7e"),
    "good_nan": file("{" + entry() + "}", b"\x01\x00\x80\x7f\xff\xff\xff\xff"),
    "good_metadata": file('{"__metadata__":{"k":"v","":"\\u00e9\\n"}}'),
    "good_empty": file("{}      "),
    "good_no_numbers": file("{" + entry(shape="[0,3]", offsets="[0,0]") + "}"),
    "bad_length": file("{}", length=2**63),
    "bad_short": b"\x02\x00\x00",
    "bad_cut": file("{" + entry() + "}", EIGHT[:5]),
    "bad_trailing": file("{" + entry() + "}", EIGHT + b"!"),
    "bad_hole": file("{" + entry(offsets="[1,9]") + "}", EIGHT + b"!"),
    "bad_overlap": file("{" + entry() + "," + entry("b", offsets="[4,12]") + "}", EIGHT + EIGHT[:4]),
    "bad_twice": file("{" + entry() + "," + entry() + "}", EIGHT),
    "bad_dtype": file("{" + entry(dtype="I32") + "}", EIGHT),
    "bad_shape": file("{" + entry(shape="[4294967296,4294967296,-1,1.5]") + "}", EIGHT),
    "bad_nesting": file('{"a":' + "[" * 40),
    "bad_utf8": file(b'{"__metadata__":{"\xff":""}}'),
    "bad_metadata": file('{"__metadata__":{"k":1}}'),
    "bad_zero": file(b"{}\0\0"),
}

WEIGHTS = {
    "good_least": tensors(weights()),
    "good_halves": tensors(weights("F16")),
    "good_embedding": tensors(weights(**EMBEDDING)),
    "good_reduction": tensors(weights(graph_reduction=([2, 1], [1, 1]))),
    "good_note": tensors(weights(), '"__metadata__":{"from":"somewhere"}'),
    "bad_no_tensors": tensors({}),
    "bad_missing": tensors(weights(graph_w2=None)),
    "bad_shape": tensors(weights(graph_wa=([4, 1], [1, 2, 3, 4]))),
    "bad_dimension": tensors(weights(graph_w1=([0, 0], []))),
    "bad_switch": tensors(weights(graph_relu=([], [2]))),
    "bad_number": tensors(weights(graph_margin=([], [float("nan")]))),
    "bad_half_embedding": tensors(weights(embedding_bias=([2], [0.5, 0]))),
    "bad_name": tensors(weights(graph_w3=([], [1]))),
}
CHECKPOINT = {
    "good_least": checkpoint(),
    "good_halves": checkpoint(best=weights("F16")),
    "good_embedding": checkpoint(
        **{part: weights(**EMBEDDING) for part in ("weights", "anchor", "best", "mean")},
        square=weights(
            **{name: ([2, 2], [0, 1, 2, 3]) for name in ("graph_w1", "graph_w2", "graph_wa")},
            graph_prior_logit=([], [0]),
            embedding_weight=([2, 1], [1, 2]),
            embedding_bias=([2], [0, 0]),
        ),
    ),
    "bad_steps": checkpoint('"__metadata__":{"steps":"-1"}'),
    "bad_part": checkpoint(mean=None),
    "bad_shapes": checkpoint(best=weights(**EMBEDDING)),
    "bad_square": checkpoint(square=weights()),
    "bad_tensor": checkpoint(more=weights()),
}

for target, cases in {"safetensors": SAFETENSORS, "weights": WEIGHTS, "checkpoint": CHECKPOINT}.items():
    (CORPUS / target).mkdir(parents=True, exist_ok=True)
    for name, data in cases.items():
        (CORPUS / target / name).write_bytes(data)
