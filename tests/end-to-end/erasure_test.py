"""What opens the log's entries, in a real gateway: sealed, erased without a trace, held, replayed."""

import datetime
import hashlib
import json
import random
import shutil
import sqlite3
import subprocess
import threading
import time
import unittest

from sealed_openings import fields, openings
from support import WorldTest, scan

from scenarios import DUTY, child
from walk import SCHOOL, SOCIAL, Walk
from world import AGENCIES, TEMPLATES

OFFICER, MANIFEST, REASON = 1, 5, 3


class Erasure(WorldTest):
    """What both worlds share."""

    AGENCIES = {agency: AGENCIES[agency] for agency in (SCHOOL, SOCIAL)}
    POLICIES = [TEMPLATES / f"{name}.txtpb" for name in ("duty-report", "feedback")]

    def setUp(self):
        self.home = self.world.dir / "gateway"
        self.database = self.home / "sluss.db"
        self.keys = self.home / "openings"
        self.walk = Walk(self.world)

    def tearDown(self):
        self.world.stop_all()

    def report(self, year=9):
        answer = self.walk.send(SCHOOL, DUTY, child=child(year))
        self.walk.received(SOCIAL, answer.message)
        self.walk.outcome(SCHOOL, answer.message, "ACKNOWLEDGED")
        path = self.world.agency_dir(SCHOOL) / "out" / f"{answer.message}.answer.json"
        return json.loads(path.read_text())["logIndex"]

    def order(self, who, *command, code=0):
        done = self.world.ask(who, "log", *command)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def as_json(self, who, *command):
        return json.loads(self.order(who, *command, "--json").stdout)

    def read(self):
        found, shut = openings(self.database, self.keys)
        self.assertEqual(shut, [])
        return found

    def entries(self, kind, since=0):
        lines = self.world.run(self.world.program("slussctl"), "log", "show", "--json", "--limit",
                               "100000", "--database", self.database)
        return [entry for entry in map(json.loads, lines.splitlines())
                if entry["kind"] == kind and entry["index"] >= since]

    def places(self):
        """Everything that is kept or shown: database, -wal, -shm, keys, journal, an export."""
        self.assertIn("verif", self.world.verify_log())
        return [self.home, self.world.dir / "tiles"]

    def found(self, *needles):
        return {path.name for path, _ in scan(self.places(), needles)}

    def wal_is_empty(self):
        deadline = time.monotonic() + 20
        wal = self.home / "sluss.db-wal"
        while wal.exists() and wal.stat().st_size > 0 and time.monotonic() < deadline:
            time.sleep(0.05)


class ErasureTest(Erasure):
    def test_an_erased_entry_leaves_no_trace_and_the_log_stays_whole(self):
        self.world.start_all()
        # The markers: an officer whose name stands nowhere but in what opens two entries, and the
        # secret of a disclosure.
        marker = self.world.official("officer", "ximena-planted")
        other = self.world.official("officer", "anna")
        reported = [self.report(9), self.report(10), self.report(11)]
        held = self.as_json(marker, "hold", "--from", "2001-01", "--reason", "a planted reason")
        hold_id = subprocess.run(["base64", "-d"], input=held["hold"]["hold"].encode(),
                                 capture_output=True).stdout.hex()
        self.order(marker, "release", "--hold", hold_id, "--reason", "no more")
        planted = [entry["index"] for kind in ("LEGAL_HOLD", "LEGAL_HOLD_END")
                   for entry in self.entries(kind, since=reported[0])]
        self.assertEqual(len(planted), 2)

        # Before: they open, by whoever has database and keys, and are nowhere in plain.
        before = self.read()
        for index in planted:
            self.assertEqual(before[index].by_tag[OFFICER], b"officer/ximena-planted")
        self.assertEqual(len(before[reported[1]].by_tag[MANIFEST]), 32)
        self.assertEqual(before[reported[0]].wrapped, before[reported[1]].wrapped)
        erased = [*planted, reported[1]]
        secrets = [before[index].secret for index in erased]
        self.assertEqual(self.found(b"ximena-planted", *secrets), set())
        traces = [trace for index in erased
                  for trace in (before[index].sealed, before[index].wrapped)]
        for trace in traces:
            self.assertTrue({"sluss.db", "sluss.db-wal"} & self.found(trace))
        entry_before = self.entries("DECISION", since=reported[1])[0]

        for who in (SCHOOL, self.world.official("author", "bo")):
            for command in (("erase", "--entry", reported[1], "--reason", "x"), ("openings",),
                            ("hold", "--from", "2001-01", "--reason", "x"),
                            ("release", "--hold", hold_id, "--reason", "x")):
                refused = self.order(who, *command, code=1)
                self.assertIn("is no officer of the exchange", refused.stderr)
        done = self.as_json(other, "erase", "--reason", "The citizen's request",
                            *(word for index in erased for word in ("--entry", index)))
        self.assertEqual(int(done["erased"]), 3)
        self.assertTrue(done["traces_gone"])

        # After: no byte of them anywhere; what shared their keys still opens, under other keys.
        self.assertEqual(self.found(b"ximena-planted", *secrets, *traces), set())
        after = self.read()
        for index in erased:
            self.assertNotIn(index, after)
        for index in (reported[0], reported[2]):
            self.assertEqual(after[index].secret, before[index].secret)
            self.assertEqual(after[index].by_tag, before[index].by_tag)
            self.assertNotEqual(after[index].wrapped, before[index].wrapped)
        self.assertEqual(self.entries("DECISION", since=reported[1])[0], entry_before)
        (leaf,) = self.entries("ERASURE", since=reported[0])
        self.assertEqual(after[leaf["index"]].by_tag[OFFICER], b"officer/anna")
        again = self.order(other, "erase", "--entry", reported[1], "--reason", "x", code=1)
        self.assertIn("erased before", again.stderr)

        # And the same with the gateway stopped, over every byte that it leaves.
        self.world.stop_all()
        self.assertEqual(self.found(b"ximena-planted", *secrets, *traces), set())

    def test_a_hold_keeps_what_it_covers(self):
        self.world.start_all()
        anna = self.world.official("officer", "anna")
        index = self.report(12)
        month = self.world.now().strftime("%Y-%m")
        self.order(anna, "hold", "--from", month, "--class", "disclosure", "--reason", "police case")
        refused = self.order(anna, "erase", "--entry", index, "--reason", "x", code=1)
        hold = refused.stderr.split("--hold ")[1].split("`")[0]
        self.assertIn(hold, self.order(anna, "openings").stdout)
        self.order(anna, "release", "--hold", hold, "--reason", "closed")
        self.order(anna, "erase", "--entry", index, "--reason", "x")
        self.order(anna, "release", "--hold", hold, "--reason", "closed", code=1)
        self.world.processes["gateway"].stop()
        self.order(anna, "openings", code=2)

    def test_a_restored_backup_is_erased_again(self):
        self.world.start_all()
        anna = self.world.official("officer", "anna")
        index, kept = self.report(13), self.report(14)
        self.world.stop_all()
        copy = self.world.dir / "copy.db"
        shutil.copy(self.database, copy)
        self.world.start_all()
        before = self.read()[index]
        self.order(anna, "erase", "--entry", index, "--reason", "x")
        self.world.stop_all()
        # Database put back, keys and journal as they are: what a backup brings back is erased again
        # before anybody is served.
        for path in self.home.glob("sluss.db*"):
            path.unlink()
        shutil.copy(copy, self.database)
        self.assertIn(index, self.read(), "the copy has it")
        old = copy.read_bytes()
        copy.unlink()
        self.world.start_all()
        self.wal_is_empty()
        self.assertEqual(self.found(before.secret, before.sealed, before.wrapped), set())
        after = self.read()
        self.assertNotIn(index, after)
        self.assertIn(kept, after)
        self.assertEqual(self.entries("ERASURE")[-1]["outcome"], "replayed")
        self.order(anna, "erase", "--entry", index, "--reason", "x", code=1)

        # Both put back: the journal is written again from an export.
        self.world.verify_log()
        self.world.stop_all()
        for path in self.home.glob("sluss.db*"):
            path.unlink()
        self.database.write_bytes(old)
        lines = len((self.keys / "erasures.journal").read_text().splitlines()) - 1
        (self.keys / "erasures.journal").unlink()
        slussctl = self.world.program("slussctl")
        command = ("log", "erasures", "--from", self.world.dir / "tiles", "--key",
                   self.world.verifier_key(), "--keys-dir", self.keys)
        added = json.loads(self.world.run(slussctl, *command, "--json"))["added"]
        self.assertEqual(added, lines)
        self.assertEqual(json.loads(self.world.run(slussctl, *command, "--json"))["added"], 0)
        self.world.start_all()
        self.assertNotIn(index, self.read())
        self.assertEqual(self.entries("ERASURE")[-1]["outcome"], "replayed")

    def test_killed_while_it_erases_it_ends_what_was_ordered(self):
        self.world.start_all()
        anna = self.world.official("officer", "anna")
        indexes = [self.report(9 + number % 6) for number in range(8)]
        moments = random.Random(4711)
        answered = []
        for index in indexes:
            done = []
            order = threading.Thread(target=lambda: done.append(
                self.world.ask(anna, "log", "erase", "--entry", index, "--reason", "x")))
            order.start()
            time.sleep(moments.uniform(0.0, 0.25))
            self.world.processes["gateway"].kill()
            order.join()
            if done[0].returncode == 0:
                answered.append(index)
            self.world.start("gateway")
            journal = (self.keys / "erasures.journal").read_text()
            there = self.read()
            # Whoever was told so, or whose order is written down, has it erased; the others not.
            self.assertEqual(f" {index}:" in journal, index not in there)
            for told in answered:
                self.assertNotIn(told, there)
        self.assertIn("verif", self.world.verify_log())

        # Between the journal and the transaction, to the byte: what is written down is carried out;
        # a line that was torn is no order.
        left = [index for index in indexes if index in self.read()]
        left.append(self.report(15))
        self.world.processes["gateway"].kill()
        connection = sqlite3.connect(self.database)
        (leaf,) = connection.execute("SELECT leaf FROM entry WHERE position = ?",
                                     (left[-1],)).fetchone()
        connection.close()
        line = f"{time.time_ns() // 1000} {16 * '7f'} entries {left[-1]}:{dict(fields(leaf[1:]))[1].hex()} "
        line += hashlib.sha256(line.encode()).hexdigest()[:16] + "\n"
        for text, erased in ((line[:-9], False), (line, True)):
            with open(self.keys / "erasures.journal", "a") as journal:
                journal.write(text)
            self.world.start("gateway")
            self.assertEqual(left[-1] not in self.read(), erased)
            self.world.processes["gateway"].kill()
        self.world.start("gateway")
        self.assertEqual(self.entries("ERASURE")[-1]["outcome"], "replayed")
        for index in set(indexes) - set(answered):
            self.world.ask(anna, "log", "erase", "--entry", index, "--reason", "x")
        self.assertEqual(set(self.read()) & set(indexes), set())

    def test_a_lost_key_stops_the_start_until_it_is_given_up(self):
        self.world.start_all()
        index = self.report(16)
        self.world.stop_all()
        for key in self.keys.glob("disclosure-*.key"):
            key.unlink()
        started = subprocess.run(
            [self.world.program("sluss-gateway"), self.home / "gateway.txtpb"],
            capture_output=True, text=True)
        self.assertEqual(started.returncode, 1)
        self.assertIn(f"cannot open `{self.keys}/disclosure-", started.stderr)
        told = started.stderr.split("`slussctl ")[1].split("`")[0].split()
        self.world.run(self.world.program("slussctl"), *told, "--keys-dir", self.keys)
        self.world.start_all()
        self.assertNotIn(index, self.read())
        later = self.report(17)
        self.world.stop_all()
        self.world.start_all()
        self.assertIn(later, self.read())

    def test_a_database_of_an_earlier_program_is_sealed_at_the_first_start(self):
        self.world.start_all()
        index = self.report(15)
        self.world.stop_all()
        opened = self.read()
        events = {}
        # As version 5 had it: every opening in plain, by the event of its entry.
        connection = sqlite3.connect(self.database)
        connection.execute("PRAGMA secure_delete = ON")
        for position, leaf in connection.execute("SELECT position, leaf FROM entry"):
            events[position] = dict(fields(leaf[1:]))[1]
        connection.executescript(
            "PRAGMA foreign_keys = OFF; DROP TABLE opening; DROP TABLE opening_group;"
            "DROP TABLE legal_hold; DROP TABLE review; ALTER TABLE opening_plain RENAME TO opening;"
            "PRAGMA user_version = 5")
        for position, opening in opened.items():
            plain = b"\x0a\x20" + opening.secret + b"".join(
                b"\x12" + bytes([len(value) + 4]) + b"\x08" + bytes([tag]) + b"\x12" +
                bytes([len(value)]) + value for tag, value in opening.by_tag.items())
            connection.execute("INSERT INTO opening VALUES (?, ?)", (events[position], plain))
        connection.commit()
        connection.close()
        for key in self.keys.glob("*.key"):
            key.unlink()
        self.assertIn("sluss.db", {path.name for path, _ in
                                   scan([self.home], [opened[index].secret])})
        self.world.start_all()
        gateway = self.world.processes["gateway"]
        told = gateway.wait_for(lambda event: event["event"] == "openings-sealed")
        self.assertEqual(told["count"], len(opened))
        self.wal_is_empty()
        self.assertEqual(self.found(opened[index].secret), set())
        after = self.read()
        self.assertEqual({i: o.by_tag for i, o in after.items() if i in opened},
                         {i: o.by_tag for i, o in opened.items()})


class RetentionTest(Erasure):
    MOVED_CLOCK = datetime.timedelta()

    def test_what_is_kept_no_longer_is_erased_by_itself(self):
        self.world.configure_gateway("retention { delivered_days: 20 undelivered_days: 20 }")
        self.world.start_all()
        index = self.report(9)
        first = self.world.now()
        before = self.read()[index]
        manifest = before.by_tag[MANIFEST]
        key_file = self.keys / first.strftime("disclosure-%Y-%m.key")
        key = key_file.read_bytes()
        # The gateway remembers the message for a while, to know it again.
        self.assertTrue(self.found(manifest))
        for agency in (SCHOOL, SOCIAL):
            self.world.processes[agency].stop()
        self.world.move_clock(days=30)
        self.forgotten(manifest)
        self.assertEqual(self.read()[index].by_tag[MANIFEST], manifest)

        month = (first.year * 12 + first.month - 1) + 1 + 60
        due = datetime.datetime(month // 12, month % 12 + 1, 1, tzinfo=datetime.timezone.utc)
        self.world.move_clock(seconds=int((due - self.world.now()).total_seconds()) - 86400)
        time.sleep(5)
        self.assertIn(index, self.read(), "the day before")
        gateway = self.world.processes["gateway"]
        since = gateway.mark()
        self.world.move_clock(days=2)
        told = gateway.wait_for(lambda event: event["event"] == "openings-erased", since, 30)
        self.assertIsNotNone(told, gateway.tail())
        self.assertEqual(told["month"], first.strftime("disclosure/%Y-%m"))
        self.assertFalse(key_file.exists())
        self.wal_is_empty()
        self.assertEqual(self.found(manifest, before.secret, before.sealed, before.wrapped), set())
        self.assertNotIn(index, self.read())
        (leaf,) = self.entries("ERASURE")
        self.assertEqual(leaf["outcome"], "retention")

        # As if it had been killed between its transaction and the key file.
        gateway.kill()
        key_file.write_bytes(key)
        key_file.chmod(0o600)
        self.world.start("gateway")
        self.assertFalse(key_file.exists())
        self.assertEqual(len(self.entries("ERASURE")), 1)

    def forgotten(self, needle):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            self.wal_is_empty()
            if not self.found(needle):
                return
            time.sleep(0.5)
        self.fail("the message is still remembered")


del Erasure

if __name__ == "__main__":
    unittest.main(verbosity=2)
