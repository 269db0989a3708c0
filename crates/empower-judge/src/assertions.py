def _empower_check(program, tests, marker):
    import builtins
    import sys
    # Taken before the program runs, which may put others in their places.
    execute, failure = builtins.exec, builtins.AssertionError
    namespace = _empower_check.__globals__
    namespace.pop("_empower_check")
    tests = builtins.compile(tests, "tests.py", "exec", dont_inherit=True)
    program = builtins.compile(program, "solution.py", "exec", dont_inherit=True)
    execute(program, namespace)
    try:
        execute(tests, namespace)
    except failure as error:
        trace, line = error.__traceback__, 0
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == "tests.py":
                line = trace.tb_lineno
            trace = trace.tb_next
        return ["assertion", line, builtins.str(error)[:200]]
    return marker
