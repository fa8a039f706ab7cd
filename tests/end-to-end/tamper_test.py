"""Everything that can be done to a real log, by whoever has the machine: who notices, and what it says.

The rows of the guide's tamper matrix, with a gateway's own database, its export and the receipts of
the agencies. What other tests do with real processes (witnesses, timestamps, bundles) is not done
again here.
"""

import shutil
import sqlite3
import subprocess
import unittest

from support import WorldTest

from scenarios import DUTY, child
from walk import SCHOOL, SOCIAL, Walk
from world import AGENCIES, TEMPLATES


def change(data, at=-1):
    data = bytearray(data)
    data[at] ^= 1
    return bytes(data)


def entries_of(bundle):
    entries, at = [], 0
    while at < len(bundle):
        size = int.from_bytes(bundle[at:at + 2], "big")
        entries.append(bundle[at + 2:at + 2 + size])
        at += 2 + size
    return entries


def bundle_of(entries):
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


class TamperTest(WorldTest):
    AGENCIES = {agency: AGENCIES[agency] for agency in (SCHOOL, SOCIAL)}
    POLICIES = [TEMPLATES / f"{name}.txtpb" for name in ("duty-report", "feedback")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.start_all()
        walk = Walk(cls.world)
        messages = [walk.send(SCHOOL, DUTY, child=child(age)).expect("PERMIT").message
                    for age in (4, 7, 9)]
        for message in messages:
            walk.received(SOCIAL, message)
        cls.world.stop_all()
        cls.database = cls.world.dir / "gateway" / "sluss.db"
        with sqlite3.connect(cls.database) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        cls.good = cls.database.read_bytes()
        cls.kept = cls.world.dir / "receipts"
        shutil.copytree(cls.world.dir / "agencies", cls.kept)
        cls.log = cls.world.dir / "log"
        cls.export(cls.log)

    def setUp(self):
        self.put_back(self.good)

    def tearDown(self):
        self.world.stop_all()

    # ---- means ---------------------------------------------------------------------------------

    @classmethod
    def put_back(cls, content):
        for path in cls.database.parent.glob("sluss.db-*"):
            path.unlink()
        cls.database.write_bytes(content)

    @classmethod
    def export(cls, target):
        return cls.world.run(cls.world.program("slussctl"), "log", "export", "--database",
                             cls.database, "--tiles", target)

    def verify(self, log, *more):
        command = [self.world.program("sluss-verify"), log, *more, "--key",
                   self.world.verifier_key()]
        return subprocess.run(list(map(str, command)), capture_output=True, text=True)

    def edited(self, *statements):
        """The database as somebody with SQL on it left it; the gateway is not running."""
        with sqlite3.connect(self.database) as database:
            for sql, values in statements:
                self.assertGreater(database.execute(sql, values).rowcount, 0, sql)
        database.close()

    def one(self, sql):
        database = sqlite3.connect(self.database)
        try:
            return database.execute(sql).fetchone()
        finally:
            database.close()

    def starts(self):
        """What the gateway says when it does not start; empty where it does."""
        try:
            self.world.start("keyholder")
            self.world.start("gateway")
        except RuntimeError as error:
            return str(error)
        self.world.stop_all()
        return ""

    def copy(self):
        target = self.world.dir / "tampered"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.log, target)
        return target

    def bundle(self, log):
        (path,) = [path for path in (log / "tile" / "entries").rglob("*") if path.is_file()]
        return path

    # ---- what is done to the files that others have ------------------------------------------

    def test_export(self):
        good = self.verify(self.log, "--receipts", self.kept)
        self.assertEqual(good.returncode, 0, good.stderr)
        rows = {
            "changed": lambda e: e[:5] + [change(e[5])] + e[6:],
            "removed": lambda e: e[:5] + e[6:],
            "inserted": lambda e: e[:5] + [e[4]] + e[5:],
            "reordered": lambda e: e[:5] + [e[6], e[5]] + e[7:],
            "truncated": lambda e: e[:-1],
        }
        for name, tamper in rows.items():
            with self.subTest(name):
                log = self.copy()
                path = self.bundle(log)
                path.write_bytes(bundle_of(tamper(entries_of(path.read_bytes()))))
                bad = self.verify(log)
                self.assertEqual(bad.returncode, 1)
                self.assertRegex(bad.stderr, r"entry \d+|tile/entries/000")
        for name, pattern in (("tile", "tile/0"), ("checkpoint", "checkpoint")):
            with self.subTest(name):
                log = self.copy()
                path = log / pattern
                path = path if path.is_file() else \
                    next(one for one in path.rglob("*") if one.is_file())
                path.write_bytes(change(path.read_bytes(), 40))
                bad = self.verify(log)
                self.assertEqual(bad.returncode, 1)
                self.assertRegex(bad.stderr, "checkpoint|entry 1 in|tile/0")

    # ---- what is done to the gateway's own database, while it does not run -------------------

    def test_an_entry_is_changed_under_the_gateway(self):
        (leaf,) = self.one("SELECT leaf FROM entry WHERE position = 5")
        self.edited(("UPDATE entry SET leaf = ? WHERE position = 5", (change(leaf),)))
        self.assertIn("entry 5 is not the one that its tree holds", self.starts())
        target = self.world.dir / "exported"
        self.export(target)
        self.assertIn("entry 5 in tile/entries/", self.verify(target).stderr)

    def test_an_entry_is_removed_under_the_gateway(self):
        self.edited(("DELETE FROM entry WHERE position = 5", ()))
        self.assertRegex(self.starts(), "entry 5")

    def test_the_head_is_changed_under_the_gateway(self):
        (checkpoint,) = self.one("SELECT checkpoint FROM head")
        self.edited(("UPDATE head SET checkpoint = ?", (change(checkpoint, 40),)))
        self.assertIn("not whole", self.starts())

    def test_an_old_checkpoint_under_a_longer_log(self):
        size, = self.one("SELECT size FROM head")
        self.edited(("UPDATE head SET size = ?", (size - 1,)))
        self.assertIn("not whole", self.starts())

    # The database of another day goes on as a log of its own: nothing in it is wrong.
    def test_an_old_backup_is_noticed_outside(self):
        self.assertEqual(self.starts(), "")  # two entries more
        self.world.start_all()
        walk = Walk(self.world)
        walk.send(SCHOOL, DUTY, child=child(12)).expect("PERMIT")
        self.world.stop_all()
        self.put_back(self.good)
        self.assertEqual(self.starts(), "", "the gateway alone cannot know")
        log = self.world.dir / "restored"
        shutil.rmtree(log, ignore_errors=True)
        self.export(log)
        self.assertEqual(self.verify(log).returncode, 0, "nor can a reader of it alone")
        bad = self.verify(log, "--receipts", self.world.dir / "agencies")
        self.assertEqual(bad.returncode, 1)
        self.assertRegex(bad.stderr, "fewer than|two different logs|another")
        # And the next message is proved under a number that the agency knows as another's.
        self.world.start_all()
        adapter = self.world.processes[SCHOOL]
        since = adapter.mark()
        walk.send(SCHOOL, DUTY, child=child(13)).expect("PERMIT")
        self.assertIsNotNone(adapter.wait_for(
            lambda event: event.get("event") == "log-contradicts-itself", since))

    def test_a_receipt_whose_entry_is_another(self):
        receipt = next(self.kept.glob("school-ekbacken/state/receipts/*-decision-*"))
        kept = receipt.read_bytes()
        try:
            receipt.write_bytes(kept.replace(b"\nindex ", b"\nindex 1", 1))
            bad = self.verify(self.log, "--receipts", receipt.parent)
            self.assertEqual(bad.returncode, 1)
            self.assertIn(f"receipt `{receipt.name}`", bad.stderr)
        finally:
            receipt.write_bytes(kept)

    def test_another_key(self):
        self.world.run(self.world.program("slussctl"), "log", "new-key", "--origin",
                       "log.sluss.example/gw1", "--dir", self.world.dir / "other-key")
        secrets = self.world.dir / "gateway" / "keys" / "log.key"
        kept = secrets.read_bytes()
        try:
            secrets.write_bytes((self.world.dir / "other-key" / "log.key").read_bytes())
            self.assertIn("must be the one of `log_origin` and of the key directory",
                          self.starts())
        finally:
            secrets.write_bytes(kept)


if __name__ == "__main__":
    unittest.main()
