# Grading as LiveCodeBench's grader does it (JUDGE section 2): all tests of a program in one process, the program's
# state kept between them, standard input and output replaced by objects. Written anew from its behaviour, quirk by
# quirk; what it compares in the process is compared outside here, so that no expected output enters.
# Standard input holds the tests' inputs, each as its length in bytes, a line break and the text.
# Frames on the pipe, each header with the nonce, then microseconds of wall and processor time, then a length:
# "O" what was printed, "V" what was returned (with 0 where `str` of it fails), "E" the code and text of an error;
# "D" after the last test. A process that dies without a last frame says what it says.

# What the grader switches off in its process, by setting it to None.
SWITCHED_OFF = {
    "os": "kill system putenv remove removedirs rmdir fchdir setuid fork forkpty killpg rename renames truncate replace"
          " unlink fchmod fchown chmod chown chroot lchflags lchmod lchown getcwd chdir",
    "shutil": "rmtree move chown",
    "subprocess": "Popen",
    "builtins": "quit help",
}
UNIMPORTABLE = "ipdb joblib resource psutil tkinter"


class TimeoutException(Exception):
    pass


class Input:
    # `sys.stdin` during a test.
    def __init__(self, text):
        import io
        self.inputs = text
        self._stringio = io.StringIO(text)
        self.buffer = InputBytes(text)

    def read(self, *ignored):
        return self.inputs

    def readline(self, *arguments):
        return self._stringio.readline(*arguments)

    def readlines(self, *ignored):
        return self.inputs.split("\n")

    def __getattr__(self, name):
        return getattr(self._stringio, name)


class InputBytes:
    def __init__(self, text):
        self.inputs = text.encode("utf-8")

    def read(self, *ignored):
        return self.inputs

    def readline(self, *ignored):
        return self.inputs.split(b"\n")[0] + b"\n"


class Open:
    # `builtins.open` during a test: a mock of the whole input, made when somebody asks.
    def __init__(self, text):
        self.__dict__["text"] = text

    def made(self):
        if "mock" not in self.__dict__:
            from unittest.mock import mock_open
            self.__dict__["mock"] = mock_open(read_data=self.__dict__["text"])
        return self.__dict__["mock"]

    def __call__(self, *arguments, **named):
        return self.made()(*arguments, **named)

    def __getattr__(self, name):
        return getattr(self.made(), name)


class Replaced:
    # Sets an attribute for a while.
    def __init__(self, target, name, value):
        self.target, self.name, self.value = target, name, value

    def __enter__(self):
        self.own = self.name in getattr(self.target, "__dict__", {})
        self.before = getattr(self.target, self.name)
        setattr(self.target, self.name, self.value)

    def __exit__(self, *ignored):
        if self.own:
            setattr(self.target, self.name, self.before)
        else:
            delattr(self.target, self.name)


def switch_off(prepared):
    for module, names in SWITCHED_OFF.items():
        for name in names.split():
            setattr(__import__(module), name, None)
    for name in SWITCHED_OFF["builtins"].split():
        setattr(prepared, name, None)
    for name in UNIMPORTABLE.split():
        sys.modules[name] = None


def prepared_module():
    # The module that a program becomes, with the prelude's names in it. The grader puts the prelude's text before the
    # program's and runs both; a warm interpreter makes the names once, and each child has them by its birth.
    add_site_builtins(["exit"])
    module = type(sys)("tmp_sol", "")
    exec("\n".join(prelude_lines()), module.__dict__)
    return module


# Before a program's text, for what the prelude's would do there: no docstring, no import from the future.
AFTER_PRELUDE = "pass\n"


def as_function(text):
    # A program on standard input, rewritten: imports first, the rest as the body of one function. And whether that
    # comes after the prelude: a program that cannot be rewritten stands alone.
    import ast
    try:
        body = ast.parse(text).body
        guard = body[-1]
        if isinstance(guard, ast.If) and ast.unparse(guard.test).strip() == "__name__ == '__main__'":
            text = ast.unparse(body[:-1]) + "\n" + ast.unparse(guard.body)
    except BaseException:
        pass
    try:
        body = ast.parse(text).body
        imports = [statement for statement in body if isinstance(statement, (ast.Import, ast.ImportFrom))]
        rest = [statement for statement in body if not isinstance(statement, (ast.Import, ast.ImportFrom))]
        nothing = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
        function = ast.FunctionDef(name="wrapped_function", args=nothing, body=rest, decorator_list=[], lineno=-1)
        return AFTER_PRELUDE + ast.unparse(imports) + "\n" + ast.unparse(function), True
    except Exception:
        return text, False


def printed_by(function, text):
    # Calls the function with `text` as its standard input; an exit is a return.
    import builtins
    from contextlib import ExitStack
    lines = iter(text.split("\n"))
    real = sys.stdin
    with ExitStack() as replaced:
        # The interpreter's own standard input too, which the prelude's star-import has given to the program.
        replaced.enter_context(Replaced(real, "read", lambda *ignored: text))
        replaced.enter_context(Replaced(real, "readlines", lambda *ignored: text.split("\n")))
        replaced.enter_context(Replaced(real, "readline", lambda *ignored: next(lines)))
        replaced.enter_context(Replaced(sys, "stdin", Input(text)))
        replaced.enter_context(Replaced(builtins, "open", Open(text)))
        try:
            function()
        except SystemExit:
            pass


def run_lcb(job):
    # Does not return: what the program left running does not matter once the last frame is out.
    import faulthandler
    import io
    import json
    import signal
    import time
    StringIO, loads, perf_counter, process_time = io.StringIO, json.loads, time.perf_counter, time.process_time
    limit, nonce, _exit = float(job["timeout"]), job["nonce"], posix._exit
    sys.modules["__main__"] = type(sys)("__main__")
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(50000)
    # Read before anything of the program's runs: it may close the descriptor, and loses nothing by it.
    inputs, rest = [], read_input()
    while rest:
        length, _, rest = rest.partition(b"\n")
        inputs.append(rest[:int(length)])
        rest = rest[int(length):]
    with open("program.py", "rb") as file:
        source = file.read().decode("utf-8")

    def out_of_time(number, frame):
        print("out of time")
        raise TimeoutException

    def alarm(seconds):
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def frame(letter, started, fields, payload):
        wall, cpu = perf_counter() - started[0], process_time() - started[1]
        payload = payload.encode("utf-8", "surrogatepass")
        header = "%s %s %d %d %s%d\n" % (letter, nonce, wall * 1000000, cpu * 1000000, fields, len(payload))
        send(job, header.encode("ascii") + payload)

    def fail(started, error):
        late = "timeoutexception" in repr(error).lower()
        frame("E", started, "-3 " if late else "-4 ", repr(error))
        _exit(0)

    prepared = job.pop("module", None) or prepared_module()

    def compiled(text, after_prelude=True):
        alarm(limit)
        try:
            module = prepared if after_prelude else type(sys)("tmp_sol", "")
            if after_prelude:
                sys.setrecursionlimit(50000)
            exec(text, module.__dict__)
            owner = module.Solution() if "class Solution" in text else module
            assert owner is not None
        finally:
            alarm(0)
        return owner

    def printing():
        function = method(compiled(*as_function(source)), "wrapped_function")
        for data in inputs:
            text = data.decode("utf-8", "surrogatepass")
            alarm(limit)
            faulthandler.enable()
            started = perf_counter(), process_time()
            before = sys.stdout
            sys.stdout = caught = StringIO()
            caught.close = lambda ignored: 1
            try:
                printed_by(function, text)
                alarm(0)
            except Exception as error:
                alarm(0)
                fail(started, error)
            finally:
                alarm(0)
                faulthandler.disable()
                sys.stdout = before
            frame("O", started, "", caught.getvalue())

    def returning():
        function = method(compiled(AFTER_PRELUDE + source), job["func"])
        if job["kind"] == "malformed":
            raise ValueError("a line of a test is no JSON value")
        for data in inputs:
            # A program that changes its arguments changes nobody else's.
            arguments = [loads(line) for line in data.decode("utf-8", "surrogatepass").split("\n")]
            alarm(limit)
            faulthandler.enable()
            started = perf_counter(), process_time()
            try:
                value = function(*arguments)
                alarm(0)
                if isinstance(value, tuple):
                    value = list(value)
            except Exception as error:
                alarm(0)
                fail(started, error)
            finally:
                alarm(0)
                faulthandler.disable()
            try:
                shown = "1 "
                str(value)
            except Exception:
                shown = "0 "
            if hasattr(sys, "set_int_max_str_digits"):
                digits = sys.get_int_max_str_digits()
                sys.set_int_max_str_digits(0)
                text = encode(value)
                sys.set_int_max_str_digits(digits)
            else:
                text = encode(value)
            frame("V", started, shown, text)

    def method(owner, name):
        if not hasattr(owner, name):
            raise AttributeError("the program does not define " + name)
        return getattr(owner, name)

    signal.signal(signal.SIGALRM, out_of_time)
    switch_off(prepared)
    send(job, "R %s\n" % nonce)
    started = perf_counter(), process_time()
    try:
        printing() if job["kind"] == "stdin" else returning()
    except Exception as error:
        frame("E", started, "-4 ", repr(error))
        _exit(0)
    except BaseException as error:
        print_error(error)
        _exit(1)
    send(job, "D %s\n" % nonce)
    _exit(0)
