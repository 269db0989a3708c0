# A fresh interpreter for one run: `python -c`, confined before it started. Arguments: the pipe, and the job as JSON
# on as many lines as it has fields.

def start():
    job = {"fd": int(sys.argv[1])}
    for argument in sys.argv[2].split("\n"):
        name, _, value = argument.partition("=")
        job[name] = value
    job["packages"] = sys.argv[3:]
    judge(job)


start()
