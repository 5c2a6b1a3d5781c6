#!/usr/bin/env python3
"""Writes corpus/safetensors/: small files, good and bad, that fuzzing starts from and that the tests replay.

    python3 safetensors_corpus.py
"""

import pathlib
import struct

FOLDER = pathlib.Path(__file__).resolve().parent / "corpus" / "safetensors"


def file(header, data=b"", length=None):
    header = header.encode() if isinstance(header, str) else header
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def entry(name="a", dtype="F32", shape="[2]", offsets="[0,8]"):
    return f'"{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}'


EIGHT = bytes(range(60, 68))
CASES = {
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

FOLDER.mkdir(parents=True, exist_ok=True)
for name, data in CASES.items():
    (FOLDER / name).write_bytes(data)
