"""Writes down what a server answers, for tests that need it without the server.

Usage: python3 reference/record_exchanges.py SERVER_PORT OWN_PORT OUT.jsonl -- COMMAND...

Listens on OWN_PORT of loopback, passes every request on to SERVER_PORT, runs COMMAND, and writes a line for each different
request: {"path", "request", "status", "answer"}, in the order of path and request. A stream of events is one text. Of
llama.cpp's own answers the echo of all settings is left out, and so are times and random names, which nothing reads. The
committed recordings are made so:

    M="--model http://127.0.0.1:8092/v1 --served-model empower --tokenizer assets/model --concurrency 1"
    python3 reference/record_exchanges.py 8091 8092 crates/empower/tests/llama_cpp/score.jsonl -- \\
        target/release/empower score $M crates/empower/tests/llama_cpp/document.jsonl --json
    python3 reference/record_exchanges.py 8091 8092 crates/empower/tests/llama_cpp/simulate.jsonl -- \\
        target/release/empower simulate $M --assistant stop-nll --eta 1 --limit 1 --max-rounds 4 --no-judge --out DIR
"""

import http.client
import http.server
import json
import subprocess
import sys
import threading

LEFT_OUT = ("generation_settings", "timings", "id", "created", "prompt", "system_fingerprint")


def plain(answer):
    return {key: value for key, value in json.loads(answer).items() if key not in LEFT_OUT}


def events(text):
    """The stream with each event's data left as `plain` leaves an answer."""
    shown = []
    for event in text.split("\n\n"):
        name, _, data = event.partition(": ")
        if name == "data" and data.startswith("{"):
            event = "data: " + json.dumps(plain(data), separators=(",", ":"))
        shown.append(event)
    return "\n\n".join(shown)


def main():
    if len(sys.argv) < 6 or sys.argv[4] != "--":
        raise SystemExit(__doc__)
    server, own, out, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[5:]
    seen = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            connection = http.client.HTTPConnection("127.0.0.1", server)
            connection.request(self.command, self.path, body, {"content-type": "application/json"})
            response = connection.getresponse()
            answer = response.read()
            kind = response.getheader("content-type") or ""
            shown = events(answer.decode()) if kind.startswith("text/event-stream") else plain(answer)
            request = json.loads(body) if body else None
            key = (self.path, json.dumps(request, sort_keys=True))
            seen[key] = {"path": self.path, "request": request, "status": response.status, "answer": shown}
            self.send_response(response.status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            try:
                self.wfile.write(answer)
            except ConnectionError:
                # The client has heard enough.
                self.close_connection = True

        do_POST = do_GET = pass_on

        def log_message(self, *arguments):
            pass

    listener = http.server.ThreadingHTTPServer(("127.0.0.1", own), Handler)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    code = subprocess.run(command).returncode
    listener.shutdown()
    if code:
        raise SystemExit(code)
    with open(out, "w") as file:
        for key in sorted(seen):
            file.write(json.dumps(seen[key], separators=(",", ":")) + "\n")
    print("%d different exchanges" % len(seen), file=sys.stderr)


if __name__ == "__main__":
    main()
