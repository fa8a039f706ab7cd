"""What every end-to-end test shares: the build to test, a world of its own, the scan for leaks."""

import base64
import datetime
import json
import os
import pathlib
import sys
import tempfile
import unittest
import uuid

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


def fiks_record(recipient, purpose, basis, role, number=None, text=None, consent=None,
                officer="Uno Provsson", **categories):
    """A record in the Fiks form, which kinds of agencies without a form of their own use as well."""
    now = datetime.datetime.now()
    sluss = {
        "id": str(uuid.uuid4()), "purpose": purpose, "legalBasis": basis, "recipient": recipient,
        "urgency": "normal",
        "officers": [{"name": officer, "role": role, "reason": "Prövat i dag."}],
    }
    if categories:
        sluss["categories"] = {
            name: [{"text": words, "source": "seen"}] for name, words in categories.items()}
    whole = {"sendingstidspunkt": now.strftime("%Y-%m-%dT%H:%M:%S"), "sluss": sluss}
    if number:
        whole["offentligMelder"] = {"personnavn": "Uno Provsson", "epost": "uno@example.com"}
        whole["offentligBarn"] = [
            {"fnr": number, "ufoedt": False, "personnavn": "Kim Provson", "orientert": True}]
    if text:
        whole["melding"] = {"melding": text}
    if consent:
        sluss["consents"] = [consent]
        sluss["escrowIdentity"] = True
    return json.dumps(whole).encode()
