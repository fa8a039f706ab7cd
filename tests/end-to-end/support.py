"""What every end-to-end test shares: the build to test, a world of its own, the scan for leaks."""

import base64
import os
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))

from world import World  # noqa: E402  (the path must be set first)

BUILD = pathlib.Path(os.environ.get("SLUSS_BUILD", ROOT / "build" / "release"))


class WorldTest(unittest.TestCase):
    """One world a test class; processes are stopped however the tests end."""

    AGENCIES = None
    POLICIES = None
    OFFICERS = None
    MOVED_CLOCK = None  # a timedelta, where the test moves time

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="sluss-e2e-")
        cls.world = World(pathlib.Path(cls.temporary.name) / "world", BUILD, cls.AGENCIES,
                          cls.POLICIES, cls.OFFICERS, cls.MOVED_CLOCK)
        cls.world.create()

    @classmethod
    def tearDownClass(cls):
        cls.world.stop_all()
        cls.temporary.cleanup()


def spellings(number):
    """Every form in which a personal number could leak."""
    short = number[2:]
    forms = {number, short, f"{number[:8]}-{number[8:]}", f"{short[:6]}-{short[6:]}",
             f"{short[:6]}+{short[6:]}"}
    raw = {form.encode() for form in forms}
    raw |= {base64.b64encode(form).rstrip(b"=") for form in set(raw) if len(form) > 8}
    raw |= {form.hex().encode() for form in set(raw)}
    return raw


def scan(directories, needles):
    """Files below `directories` that hold one of `needles` (bytes): [(path, needle)]."""
    hits = []
    for directory in directories:
        for path in pathlib.Path(directory).rglob("*"):
            if not path.is_file():
                continue
            content = path.read_bytes()
            hits += [(path, needle) for needle in needles if needle in content]
    return hits
