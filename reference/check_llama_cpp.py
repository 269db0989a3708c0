"""Holds the embedded model behind llama.cpp's server against the local engine.

Usage, with a server that `reference/llama_cpp.sh` has started on the model's GGUF:

    python3 reference/check_llama_cpp.py target/release/empower --port 8091 [--documents 12] [--problems 4]

Three comparisons, each of the same command run on the folder and on the endpoint:
- `score`: the largest difference of a token's bits, and of a document's bits per token;
- `select --method empower --states all`: the share of states with the same i*;
- `simulate` under the stop rule: rounds, suggestions and verdicts, episode by episode.

Needs nothing but Python's standard library. Exits with 1 where bits per token differ by more than 1e-3, or fewer than
99% of the states have the same i*.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def documents(n):
    rows = []
    for line in (ROOT / "assets/problems/eval.jsonl").read_text().splitlines()[:n]:
        problem = json.loads(line)
        rows.append({"id": problem["question_id"], "text": problem["reference_programs"][0]})
    return rows


def run(command):
    started = time.perf_counter()
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit("%s\n%s" % (" ".join(map(str, command)), done.stderr))
    return done.stdout, done.stderr, time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("empower")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model", default=ROOT / "assets/model", help="the folder that the GGUF was made of")
    parser.add_argument("--documents", type=int, default=12)
    parser.add_argument("--problems", type=int, default=4)
    parser.add_argument("--eta", default="0.32")
    arguments = parser.parse_args()
    local = ["--model", arguments.model]
    served = ["--model", "http://127.0.0.1:%d/v1" % arguments.port, "--served-model", "empower", "--tokenizer",
              arguments.model, "--concurrency", "4"]
    good = True
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        rows = documents(arguments.documents)
        file = folder / "documents.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))

        answers, seconds = [], []
        for model in (local, served):
            output, _, taken = run([arguments.empower, "score", *model, file, "--json"])
            answers.append([json.loads(line) for line in output.splitlines()])
            seconds.append(taken)
        tokens, largest, by_document = 0, 0.0, 0.0
        for left, right in zip(*answers):
            pairs = [(a, b) for a, b in zip(left["token_logprobs"], right["token_logprobs"]) if a is not None]
            bits = [(a / math.log(2), b / math.log(2)) for a, b in pairs]
            tokens += len(bits)
            largest = max(largest, max(abs(a - b) for a, b in bits))
            by_document = max(by_document, abs(sum(a - b for a, b in bits)) / len(bits))
        print("score: %d documents, %d tokens; largest difference %.2e bits of a token, %.2e bits per token of a document; "
              "%.1f s locally, %.1f s served, by way `%s`"
              % (len(rows), tokens, largest, by_document, *seconds, answers[1][0].get("scored_by")))
        good &= by_document <= 1e-3

        lengths = []
        for model in (local, served):
            output, _, taken = run([arguments.empower, "select", "--method", "empower", "--eta", arguments.eta,
                                    "--states", "all", *model, file])
            lengths.append({(row["document_id"], row["state"]): len(row["token_ids"])
                            for row in map(json.loads, output.splitlines())})
        states = lengths[0].keys() | lengths[1].keys()
        same = sum(lengths[0].get(state) == lengths[1].get(state) for state in states)
        print("select: the same i* on %d of %d states (%.3f%%)" % (same, len(states), 100 * same / len(states)))
        good &= same >= 0.99 * len(states)

        episodes = []
        for name, model in (("local", local), ("served", served)):
            _, errors, taken = run([arguments.empower, "simulate", "--assistant", "stop-nll", "--eta", arguments.eta, *model,
                                    "--limit", arguments.problems, "--out", folder / name])
            episodes.append([json.loads(line) for line in (folder / name / "episodes.jsonl").read_text().splitlines()])
            used = [line for line in errors.splitlines() if "requests" in line]
            print("simulate, %s: %d episodes, %d rounds, %.1f s%s"
                  % (name, len(episodes[-1]), sum(len(row["rounds"]) for row in episodes[-1]), taken,
                     "; " + used[0] if used else ""))
        alike = sum([round_.get("suggestion") for round_ in left["rounds"]] == [round_.get("suggestion") for round_ in right["rounds"]]
                    and left["verdict"] == right["verdict"] for left, right in zip(*episodes))
        print("simulate: %d of %d episodes have the same suggestions and verdict" % (alike, len(episodes[0])))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
