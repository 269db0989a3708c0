"""Reads the curves of a run folder with TensorBoard's own reader and holds them against its metrics.jsonl.

    empower train rows.jsonl --out runs/tuned
    python reference/check_tensorboard.py runs/tuned

TensorBoard checks the checksum of every record as it reads, so a file that it reads whole is well formed. Needs the
package `tensorboard` (see requirements.txt).
"""

import json
import pathlib
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

TAGS = {
    "train/bits_per_target": ("step", "bits_per_token"),
    "train/learning_rate": ("step", "learning_rate"),
    "train/gradient_norm": ("step", "gradient_norm"),
    "train/tokens": ("step", "tokens"),
    "held_out/bits_per_target": ("evaluation", "bits_per_token"),
}


def as_f32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def main():
    folder = pathlib.Path(sys.argv[1])
    rows = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    curves = EventAccumulator(str(folder / "tensorboard"), size_guidance={"scalars": 0})
    curves.Reload()
    found = set(curves.Tags()["scalars"])
    n_points = 0
    for tag, (kind, field) in TAGS.items():
        want = [(row["step"], as_f32(row[field])) for row in rows if row["kind"] == kind]
        got = [(event.step, event.value) for event in curves.Scalars(tag)] if tag in found else []
        if want != got:
            sys.exit(f"{tag}: the log has {len(want)} points, TensorBoard reads {len(got)}, or others")
        n_points += len(got)
    unknown = found - set(TAGS) - {"held_out/bits_per_byte"}
    if unknown:
        sys.exit(f"tags that the log does not have: {sorted(unknown)}")
    print(f"{n_points} points in {len(found)} curves are those of {folder / 'metrics.jsonl'}")


main()
