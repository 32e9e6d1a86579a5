"""Runs MiniStack, which is AWS on loopback, as a process of its own."""

import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time


class Service:
    """The service, for as long as the block runs. `program` is a script beside this one that starts it."""

    def __init__(self, program, log, **settings):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.program = pathlib.Path(__file__).with_name(program)
        self.log = open(log, "w")
        self.settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(self.port), "SFN_WAIT_SCALE": "0", **settings}

    def __enter__(self):
        # The code of every function that was deployed, which it leaves behind.
        self.scratch = tempfile.TemporaryDirectory(prefix="ministack-", ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            [sys.executable, "-B", self.program],
            env={**os.environ, "TMPDIR": self.scratch.name, **self.settings},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
        )
        for _ in range(600):
            if self.process.poll() is not None:
                self.scratch.cleanup()
                raise SystemExit(f"MiniStack did not start; see {self.log.name}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                time.sleep(0.1)
        self.__exit__()
        raise SystemExit("MiniStack did not answer within a minute")

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.scratch.cleanup()
        self.log.close()
