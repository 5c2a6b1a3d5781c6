#!/usr/bin/env python3
"""Shows a file of weights (or any safetensors file), or converts it to another precision.

    weights.py show FILE
    weights.py convert IN OUT --dtype F16|F32

`show` prints each tensor's name, type, shape and the range of its numbers, then the metadata. `convert` stores every
tensor as F16 (half the size, 3 significant digits) or F32, and keeps the metadata. The program needs the
packages safetensors and numpy.
"""

import argparse
import os
import sys

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

TYPES = {"F16": np.float16, "F32": np.float32}


def read(path):
    """The tensors of a file by name, and its metadata."""
    with safe_open(path, framework="numpy") as file:
        return {name: file.get_tensor(name) for name in sorted(file.keys())}, file.metadata() or {}


def summary(values):
    """A summary of a tensor's numbers."""
    finite = values[np.isfinite(values)].astype(np.float64)
    text = "no numbers" if values.size == 0 else ""
    if finite.size:
        text = f"min {finite.min():.6g}, max {finite.max():.6g}, mean {finite.mean():.6g}, std {finite.std():.6g}"
    bad = values.size - finite.size
    return text + (", " if text and bad else "") + (f"{bad} NaN or infinite" if bad else "")


def show(path):
    tensors, metadata = read(path)
    for name, values in tensors.items():
        print(f"{name}  {values.dtype}  {list(values.shape)}  {summary(values)}")
    for name, text in sorted(metadata.items()):
        print(f"{name}: {text}")


def converted(name, values, dtype):
    if not np.issubdtype(values.dtype, np.floating):
        raise ValueError(f"tensor {name!r}: expected floating-point numbers, found {values.dtype}; leave it out")
    with np.errstate(over="ignore"):
        result = values.astype(TYPES[dtype])
    if (np.isfinite(values) & ~np.isfinite(result)).any():
        raise ValueError(f"tensor {name!r}: a number is beyond the range of {dtype}; keep the file as it is")
    return result


def convert(source, target, dtype):
    tensors, metadata = read(source)
    data = save({name: converted(name, values, dtype) for name, values in tensors.items()}, metadata or None)
    temporary = f"{target}.tmp-{os.getpid()}"
    try:
        with open(temporary, "wb") as file:
            file.write(data)
        os.replace(temporary, target)
    finally:
        if os.path.exists(temporary):
            os.remove(temporary)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("show", help="print what a file holds")
    command.add_argument("file")
    command = commands.add_parser("convert", help="store a file in another precision")
    command.add_argument("source", metavar="IN")
    command.add_argument("target", metavar="OUT")
    command.add_argument("--dtype", choices=sorted(TYPES), required=True)
    arguments = parser.parse_args()
    path = arguments.file if arguments.command == "show" else arguments.source
    if not os.path.isfile(path):
        sys.exit(f"weights.py: {path}: expected a file, found {'a folder' if os.path.isdir(path) else 'none'}")
    try:
        if arguments.command == "show":
            show(path)
        else:
            convert(path, arguments.target, arguments.dtype)
    except OSError as error:
        sys.exit(f"weights.py: {error}")
    except (SafetensorError, TypeError, ValueError) as error:
        sys.exit(f"weights.py: {path}: {error}")


if __name__ == "__main__":
    main()
