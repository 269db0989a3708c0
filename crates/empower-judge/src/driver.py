# What a program meets first: runs the program under judgement and reports on a pipe. This part is the same for both
# ways of starting; `cold.py` and `warm.py` call `judge` with a job.
# It is given inputs and never an expected output; what the program could forge here is only its own answer.
# Frames on the pipe: "R <nonce>\n" when the program is about to run, "V <nonce> <value>\n" for a returned value.

import posix
import sys

PRELUDE = ("string re datetime collections heapq bisect copy math random statistics itertools functools operator"
           " io sys json").split()


def send(job, frame):
    frame = frame if type(frame) is bytes else frame.encode("ascii")
    while frame:
        frame = frame[posix.write(job["fd"], frame):]


def prelude_lines():
    lines = ["from %s import *" % name for name in PRELUDE + ["builtins", "typing"]]
    return lines + ["import " + name for name in PRELUDE]


def missing_names(source):
    # The names that the program reads as globals and binds nowhere at top level.
    import _symtable as s
    top = s.symtable(source, "program.py", "exec")
    bound, read, todo = {"__name__", "__file__", "__doc__", "__builtins__", "__spec__"}, set(), [top]
    bound.update(dir(sys.modules["builtins"]))
    while todo:
        table = todo.pop()
        todo += table.children
        for name, flags in table.symbols.items():
            scope = flags >> s.SCOPE_OFF & s.SCOPE_MASK
            if flags & s.DEF_BOUND and (table is top or scope == s.GLOBAL_EXPLICIT):
                bound.add(name)
            if scope in (s.GLOBAL_IMPLICIT, s.GLOBAL_EXPLICIT):
                read.add(name)
    # These can name anything.
    return (read - bound) | (read & {"eval", "exec", "globals", "locals", "vars", "dir"})


def run_prelude(source, namespace):
    # LiveCodeBench puts star-imports before every program. Loading all of them takes longer than most tests, so
    # they are loaded where the program reads a name that they could give. The star of `typing` comes last in the
    # whole prelude, so where its names are all that is missing it stands for the whole.
    try:
        missing = missing_names(source)
    except Exception:
        missing = {"*"}
    if missing:
        import typing
        if missing <= set(typing.__all__):
            exec("from typing import *", namespace)
        else:
            exec("\n".join(prelude_lines()), namespace)
    sys.setrecursionlimit(50000)
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(50000)


def quote(text):
    from _json import encode_basestring_ascii
    return encode_basestring_ascii(text)


def encode(value, depth=0, quote=quote):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        text = float.__repr__(value)
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(text, text)
    if isinstance(value, str):
        return quote(str(value) if type(value) is str else str.__str__(value))
    if depth < 400 and isinstance(value, list):
        return "[" + ",".join([encode(item, depth + 1) for item in value]) + "]"
    if depth < 400 and isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return "{" + ",".join([quote(key) + ":" + encode(item, depth + 1) for key, item in value.items()]) + "}"
    # Other numbers (Fraction, Decimal, NumPy's) equal the integer or float of exactly their value.
    try:
        if type(value).__name__ in ("bool_", "bool"):
            return "true" if value else "false"
        if isinstance(value, complex) and value.imag == 0:
            return encode(value.real, depth)
        if hasattr(value, "__index__"):
            return int.__repr__(value.__index__())
        numerator, denominator = value.as_integer_ratio()
        if denominator == 1:
            return int.__repr__(numerator)
        if (numerator / denominator).as_integer_ratio() == (numerator, denominator):
            return float.__repr__(numerator / denominator)
    except Exception:
        pass
    return "?" + quote(type(value).__name__)


def read_input():
    # All of standard input, which is then empty for the program.
    chunks = []
    while True:
        chunk = posix.read(0, 1 << 20)
        if not chunk:
            break
        chunks.append(chunk)
    null = posix.open("/dev/null", posix.O_RDONLY)
    posix.dup2(null, 0)
    posix.close(null)
    return b"".join(chunks)


def add_site_builtins(names):
    # What the `site` module adds, without the half of start-up time that it costs.
    import builtins
    import _sitebuiltins
    for name in names:
        if name == "help":
            builtins.help = _sitebuiltins._Helper()
        else:
            setattr(builtins, name, _sitebuiltins.Quitter(name, "Ctrl-D (i.e. EOF)"))


def print_error(error):
    # As the interpreter would print it: without the frames of this file.
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == "<string>":
        trace = trace.tb_next
    sys.excepthook(type(error), error.with_traceback(trace), trace)


def exit_status(ending):
    code = ending.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF if -(1 << 63) <= code < 1 << 63 else 255
    try:
        print(code, file=sys.stderr)
    except Exception:
        pass
    return 1


def flush(status):
    # The two that the interpreter began with too, in case the program has put others in their place.
    for name in ("stdout", "stderr", "__stdout__", "__stderr__"):
        try:
            stream = getattr(sys, name, None)
            if stream is not None and not stream.closed:
                stream.flush()
        except BaseException:
            if name[0] != "_":
                status = 120  # the interpreter's own, for output that it could not write
    return status


def finish(status, run_exit_functions, collect):
    # What the interpreter does at its end, as far as a program can tell: threads are waited for, exit functions run,
    # objects go, files are flushed. Taking a hundred modules apart besides costs more than most tests.
    try:
        threading = sys.modules.get("threading")
        if threading is not None:
            threading._shutdown()
    except BaseException:
        pass
    try:
        run_exit_functions()
    except BaseException:
        pass
    status = flush(status)
    sys.modules.pop("__main__", None)
    collect()
    posix._exit(flush(status))


def run_native(job):
    # Returns the exit status. Every reference to the program's objects ends with this frame.
    kind = job["kind"]
    main = sys.modules["__main__"] = type(sys)("__main__")
    main.__dict__.update(__builtins__=sys.modules["builtins"], __file__="program.py")
    with open("program.py", "rb") as file:
        source = file.read()
    if b"exit" in source or b"quit" in source or b"help" in source:
        add_site_builtins(["exit", "quit", "help"])
    if kind == "functional":
        import json
        import _json
        if hasattr(sys, "set_int_max_str_digits"):
            sys.set_int_max_str_digits(0)
        text = read_input().decode("utf-8", "surrogatepass")
        arguments = [json.loads(line) for line in text.split("\n")] if text else []
        if hasattr(sys, "set_int_max_str_digits"):
            sys.set_int_max_str_digits(4300)
        del text
    send(job, "R %s\n" % job["nonce"])
    if kind == "stdin":
        posix.close(job["fd"])
    try:
        code = compile(source, "program.py", "exec", dont_inherit=True)
        run_prelude(source, main.__dict__)
        exec(code, main.__dict__)
        if kind == "stdin":
            return 0
        owner = main.Solution() if b"class Solution" in source else main
        value = getattr(owner, job["func"])(*arguments)
        if isinstance(value, tuple):
            value = list(value)
        if hasattr(sys, "set_int_max_str_digits"):
            sys.set_int_max_str_digits(0)
        send(job, "V %s %s\n" % (job["nonce"], encode(value)))
        # The answer is out: what the program left running does not matter.
        posix._exit(0)
    except SystemExit as ending:
        return exit_status(ending)
    except BaseException as error:
        print_error(error)
        return 1


def judge(job):
    import atexit
    import gc
    run_exit_functions, collect = atexit._run_exitfuncs, gc.collect
    sys.path[:] = [entry for entry in sys.path if entry] + job["packages"]
    sys.argv[:] = ["program.py"]
    status = run_lcb(job) if job["mode"] == "lcb" else run_native(job)
    finish(status, run_exit_functions, collect)
