"""A throwaway PostgreSQL server for tests that have gateways on one."""

import os
import pathlib
import signal
import subprocess

from support import ROOT


class PostgresServer:
    """`directory` is None where PostgreSQL is not installed."""

    SCRIPT = ROOT / "tests" / "gateway" / "store" / "postgres_server"

    def __init__(self, folder):
        self.file = pathlib.Path(folder) / "server"
        self.script("start")
        self.directory = self.file.read_text().strip() if self.file.exists() else None

    def script(self, what):
        """start, crash, again or stop."""
        # Its output is not waited for: the server keeps it open.
        subprocess.run([self.SCRIPT, what, self.file], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def uri(self, database="postgres", role="postgres"):
        return f"postgresql://{role}@/{database}?host={self.directory}"

    def sql(self, *statements, database="postgres"):
        """What they print, each in a transaction of its own."""
        command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        for statement in statements:
            command += ["-c", statement]
        done = subprocess.run([*command, self.uri(database)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    def kill(self):
        """kill -9 of the one that the others are children of."""
        pid = pathlib.Path(self.directory, "data", "postmaster.pid").read_text().split()[0]
        os.kill(int(pid), signal.SIGKILL)

    def restart(self):
        """As after a crash of the machine: nothing is written before it stops."""
        self.script("crash")
        self.script("again")
