"""Asks helper.mjs; one process, one request at a time."""
import json, os, subprocess, threading

_lock = threading.Lock()
_node = subprocess.Popen(
    [os.environ["ASSAY_TEST_NODE"], os.path.join(os.path.dirname(__file__), "helper.mjs")],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(**request):
    with _lock:
        _node.stdin.write(json.dumps(request) + "\n")
        _node.stdin.flush()
        return json.loads(_node.stdout.readline())
