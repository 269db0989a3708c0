"""Runs one program on many inputs in a forked child, with a limit of processor time for each.

Owns: feeding an input, catching what a program prints, and telling wrong, failed, too
slow and too big apart. Refuses nothing: the programs are this suite's own (or small
changes of them), there is no sandbox, only limits. Forking costs a millisecond or two
where a new interpreter costs 30; limits are processor time, so a busy machine does not
change a result. Needs a Unix system.
"""

import ast
import io
import json
import os
import pickle
import resource
import signal
import sys
import time

MEMORY_BYTES = 1 << 30
DESCRIPTORS = (0, 1, 2)


class Result:
    """What a child had to say: `end` is done, time or crash; `runs` holds (output, error text, seconds)."""

    def __init__(self, end, runs):
        self.end = end
        self.runs = runs


def _one(program, func_name, text):
    """The text that a program prints on one input; whatever it raises passes through."""
    if func_name:
        scope = {"__name__": "program"}
        exec(program, scope)
        arguments = [json.loads(line) for line in text.split("\n") if line]
        return json.dumps(getattr(scope["Solution"](), func_name)(*arguments)) + "\n"
    sys.stdin = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    try:
        exec(program, {"__name__": "__main__"})
    except SystemExit as e:
        if e.code not in (None, 0):
            raise
    return sys.stdout.buffer.getvalue().decode()


def run(program, func_name, inputs, limits, wanted=None):
    """Runs `program` (text or syntax tree) on `inputs` in order, input i for at most `limits[i]` seconds.

    With `wanted` (an output for each input) it stops behind the first output that differs, or the first error;
    without, at the first error. A child that ran out of time or died leaves the runs before that one.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reader)
            _child(program, func_name, inputs, limits, wanted, writer)
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    runs = []
    with os.fdopen(reader, "rb") as answers:
        while True:
            try:
                runs.append(pickle.load(answers))
            except (EOFError, pickle.UnpicklingError):
                break
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF:
        return Result("time", runs)
    return Result("done" if status == 0 else "crash", runs)


def _child(program, func_name, inputs, limits, wanted, writer):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # SIGPROF's default is to end the process, which no `except` in a program can stop.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in DESCRIPTORS:
        os.dup2(nowhere, descriptor)
    if isinstance(program, ast.AST):
        program = ast.fix_missing_locations(program)
    program = compile(program, "program", "exec")
    depth = sys.getrecursionlimit()
    # Straight to the pipe: what was told before a child is killed must not be lost in a buffer.
    with os.fdopen(writer, "wb", buffering=0) as answers:
        for i, text in enumerate(inputs):
            sys.setrecursionlimit(depth)
            sys.stderr = io.StringIO()
            output = error = None
            signal.setitimer(signal.ITIMER_PROF, limits[i])
            began = time.process_time()
            try:
                output = _one(program, func_name, text)
            except BaseException as e:
                error = f"{type(e).__name__}: {e}"[:400]
            seconds = time.process_time() - began
            signal.setitimer(signal.ITIMER_PROF, 0)
            if error is None and sys.stderr.getvalue():
                error = f"wrote to standard error: {sys.stderr.getvalue()[:400]}"
            if wanted is not None:
                same = error is None and same_output(output, wanted[i], func_name)
                _tell(answers, (same, error, seconds))
                if not same:
                    return
            else:
                _tell(answers, (output, error, seconds))
                if error is not None:
                    return


def _tell(answers, what):
    data = pickle.dumps(what)
    while data:
        data = data[answers.write(data):]


def same_output(got, wanted, func_name):
    """Equal JSON for functional problems; else equal once both texts and each of their lines are stripped."""
    if func_name:
        try:
            return json.loads(got) == json.loads(wanted)
        except ValueError:
            return False
    return [x.strip() for x in got.strip().split("\n")] == [x.strip() for x in wanted.strip().split("\n")]
