"""An officer takes a bundle away from a running gateway; strangers check it, and find what is changed.

The zip is read by Python's zipfile too, and its log by Sigstore's verifier: neither is ours.
"""

import csv
import datetime
import json
import shutil
import subprocess
import unittest
import xml.etree.ElementTree
import zipfile

from support import ROOT, WorldTest

from scenarios import DUTY, child
from walk import POLICE, SCHOOL, SOCIAL, Walk
from world import AGENCIES, TEMPLATES

NPM = ROOT / "tests" / "npm"


class BundleTest(WorldTest):
    AGENCIES = {agency: AGENCIES[agency] for agency in (SCHOOL, SOCIAL, POLICE)}
    POLICIES = [TEMPLATES / f"{name}.txtpb" for name in ("duty-report", "consultation", "feedback")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.start_all()
        cls.dan = cls.world.official("officer", "dan")
        walk = Walk(cls.world)
        for age in (9, 10, 11):
            sent = walk.send(SCHOOL, DUTY, child=child(age)).expect("PERMIT")
            walk.received(SOCIAL, sent.message)
        walk.send(SCHOOL, "school/police-information-by-principal.xml", child=child(16)) \
            .expect("DENY")

    def bundle(self, name, *options, who=None, code=0):
        done = self.world.ask(who or self.dan, "log", "bundle", "--out", self.world.dir / name,
                              "--from", self.today(-1), *options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout if code == 0 else done.stderr

    def today(self, days=0):
        return (datetime.date.today() + datetime.timedelta(days=days)).isoformat()

    def verify(self, path, *options):
        command = [self.world.program("sluss-verify"), path, "--key", self.world.verifier_key(),
                   *options]
        return subprocess.run([str(part) for part in command], capture_output=True, text=True)

    def unpack(self, name):
        folder = self.world.dir / name.replace(".zip", "")
        shutil.rmtree(folder, ignore_errors=True)
        with zipfile.ZipFile(self.world.dir / name) as archive:
            self.assertIsNone(archive.testzip())
            archive.extractall(folder)
        return folder

    def test_a_bundle_is_taken_away_and_verifies_wherever_it_lies(self):
        said = json.loads(self.bundle("whole.zip", "--json"))
        self.assertGreaterEqual(said["opened"], 7)
        self.assertEqual(said["erased"], 0)
        self.assertEqual((self.world.dir / "whole.zip").stat().st_mode & 0o777, 0o600)
        folder = self.unpack("whole.zip")
        for path in (self.world.dir / "whole.zip", folder):
            done = self.verify(path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("none is left out", done.stdout)
            self.assertIn(f"entry {said['export_entry']} says that it was taken out", done.stdout)

        # Who asked, and that it is a person's act, stands in the log as a commitment only.
        shown = self.world.run(self.world.program("slussctl"), "log", "show", "--database",
                               self.world.dir / "gateway" / "sluss.db", "--limit", "1000", "--json")
        exports = [json.loads(line) for line in shown.splitlines() if '"EXPORT"' in line]
        self.assertEqual(exports[-1]["outcome"], "bundle")
        self.assertEqual(exports[-1]["count"], said["opened"])
        self.assertNotIn("dan", shown)

        # The next bundle opens the entry of this one: the officer is named to officers.
        self.bundle("next.zip")
        openings = (self.unpack("next.zip") / "openings.ndjson").read_text().splitlines()
        mine = next(line for line in map(json.loads, openings)
                    if line["entry"] == said["export_entry"])
        self.assertEqual(mine["fields"]["officer"]["text"], "officer/dan")
        for line in map(json.loads, openings):
            self.assertNotIn("number", line["fields"])

        # The report says it in both languages, and loads nothing from outside.
        report = (folder / "report.html").read_text()
        for words in ("Ombudets paket", "The officer's bundle", "school/ekbacken"):
            self.assertIn(words, report)
        self.assertNotIn("<script", report)
        self.assertNotIn("http", report)

        # Policies: each file's name is its digest, by a tool that nobody here wrote.
        versions = list((folder / "policies").glob("*.binpb"))
        self.assertEqual(len(versions), 1)
        digest = subprocess.run(["sha256sum", versions[0]], capture_output=True, text=True).stdout
        self.assertEqual(digest.split()[0], versions[0].stem)

    def test_sigstore_accepts_its_log(self):
        self.bundle("stranger.zip")
        done = subprocess.run(
            ["node", NPM / "verify-log.mjs", self.unpack("stranger.zip"), self.world.verifier_key()],
            capture_output=True, text=True)
        if done.returncode == 77:
            self.skipTest(done.stdout.strip())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(", 0 failed", done.stdout)

    def test_what_is_changed_is_found_and_named(self):
        self.bundle("changed.zip")
        folder = self.unpack("changed.zip")
        openings = folder / "openings.ndjson"
        whole = openings.read_text()
        lines = whole.splitlines()
        first = json.loads(lines[0])
        field = next(iter(first["fields"]))
        value = first["fields"][field]
        kind = "text" if "text" in value else "hex"
        value[kind] = ("0" if value[kind][0] != "0" else "1") + value[kind][1:]
        for name, text, error in (
                ("changed", "\n".join([json.dumps(first), *lines[1:]]) + "\n",
                 f'opening of entry {first["entry"]}, field "{field}": the value is not'),
                ("removed", "\n".join(lines[1:]) + "\n",
                 f"opening of entry {first['entry']}: it is missing"),
                ("said to be erased", whole.replace(
                    lines[0], json.dumps({"entry": first["entry"], "event": first["event"],
                                          "erased": True})),
                 "which no entry of the log says")):
            openings.write_text(text)
            done = self.verify(folder)
            self.assertEqual(done.returncode, 1, name)
            self.assertIn(error, done.stderr)
            # The same in a zip that Python wrote.
            with zipfile.ZipFile(self.world.dir / "again.zip", "w") as archive:
                for path in folder.rglob("*"):
                    if path.is_file():
                        archive.write(path, path.relative_to(folder))
            zipped = self.verify(self.world.dir / "again.zip")
            self.assertEqual((zipped.returncode, zipped.stderr), (1, done.stderr))
        openings.write_text(whole)
        self.assertEqual(self.verify(folder).returncode, 0)

        # One changed byte anywhere in the zip is found, or is of no file.
        content = bytearray((self.world.dir / "changed.zip").read_bytes())
        at = content.find(b"tile/entries/")
        content[at + 60] ^= 1
        (self.world.dir / "broken.zip").write_bytes(content)
        self.assertEqual(self.verify(self.world.dir / "broken.zip").returncode, 1)
        (self.world.dir / "no.zip").write_text("no zip at all")
        refused = self.verify(self.world.dir / "no.zip")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("it is no sound zip", refused.stderr)

    def test_an_agency_asks_about_itself_and_a_period_is_a_period(self):
        police = json.loads(self.bundle("police.zip", "--agency", POLICE, "--json"))
        whole = json.loads(self.bundle("all.zip", "--json"))
        self.assertGreaterEqual(police["opened"], 1)  # the denial, and its officers' register
        self.assertLess(police["opened"], whole["opened"])
        age = json.loads(self.bundle("age.zip", "--agency", POLICE, "--field", "age", "--json"))
        self.assertEqual(age["opened"], 1)
        line = json.loads((self.unpack("age.zip") / "openings.ndjson").read_text())
        self.assertEqual(list(line["fields"]), ["age"])
        done = self.world.ask(self.dan, "log", "bundle", "--out", self.world.dir / "old.zip",
                              "--from", "2001-01-01", "--to", "2001-02-01", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["entries"], 0)

    def slussctl(self, *command, code=0):
        done = subprocess.run([str(part) for part in (self.world.program("slussctl"), *command)],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, code, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout if code == 0 else done.stderr

    def test_entries_in_the_forms_of_others(self):
        self.bundle("entries.zip")
        bundle = ["--log", self.world.dir / "entries.zip", "--log-key", self.world.verifier_key()]
        database = ["--database", self.world.dir / "gateway" / "sluss.db"]
        lines = self.slussctl("log", "entries", *bundle, "--format", "jsonl").splitlines()
        kinds = [json.loads(line)["kind"] for line in lines]
        self.assertEqual(kinds.count("DELIVERY"), 3)
        self.assertGreaterEqual(
            len(self.slussctl("log", "entries", *database, "--format", "jsonl").splitlines()),
            len(lines))

        table = self.world.dir / "entries.csv"
        said = json.loads(self.slussctl("log", "entries", *bundle, "--format", "csv", "--out", table,
                                        "--agency", POLICE, "--json"))
        with table.open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), said["entries"])
        self.assertIn("DENY", {row["verdict"] for row in rows})
        self.assertTrue(all(POLICE in (row["sender"], row["recipient"]) for row in rows))

        events = [json.loads(line) for line in
                  self.slussctl("log", "entries", *bundle, "--format", "fhir").splitlines()]
        self.assertEqual(len(events), len(lines))
        self.assertEqual({event["resourceType"] for event in events}, {"AuditEvent"})
        log = xml.etree.ElementTree.fromstring(
            self.slussctl("log", "entries", *bundle, "--format", "riv-ta", "--particulars",
                          ROOT / "deploy" / "config" / "particulars.txtpb"))
        self.assertEqual(len(log), len(lines))

        # Nothing of a log that does not verify.
        with zipfile.ZipFile(self.world.dir / "entries.zip") as whole, \
                zipfile.ZipFile(self.world.dir / "forged.zip", "w") as forged:
            for name in whole.namelist():
                content = whole.read(name)
                if name.startswith("tile/entries/"):
                    content = content.replace(b"PERMIT", b"FORBID")
                forged.writestr(name, content)
        out = self.world.dir / "forged.jsonl"
        said = self.slussctl("log", "entries", "--log", self.world.dir / "forged.zip", "--log-key",
                             self.world.verifier_key(), "--out", out, code=1)
        self.assertIn("does not hash to row", said)
        self.assertFalse(out.exists())
        self.slussctl("log", "entries", "--format", "jsonl", code=2)
        self.slussctl("log", "entries", *bundle, "--format", "xlsx", code=2)

    def test_statistics_and_the_record_of_processing(self):
        self.bundle("numbers.zip")
        for source in (["--log", self.world.dir / "numbers.zip"],
                       ["--database", self.world.dir / "gateway" / "sluss.db"]):
            tables = {table["id"]: table for table in json.loads(
                self.slussctl("report", "statistics", *source, "--json"))["tables"]}
            # Three disclosures: too few for anything but that there were some.
            self.assertIsNone(tables["disclosures"]["rows"][0]["count"])
            self.assertTrue(tables["by-pair"]["withheld"])
            text = self.slussctl("report", "statistics", *source, "--language", "en")
            self.assertIn("not shown: too few", text)
            self.assertNotIn("ekbacken", text)
        record = json.loads(self.slussctl(
            "report", "art30", "--database", self.world.dir / "gateway" / "sluss.db", "--json",
            "--particulars", ROOT / "deploy" / "config" / "particulars.txtpb"))
        self.assertEqual({activity["id"] for activity in record["activities"]},
                         {"duty-report", "consultation", "feedback"})
        page = self.world.dir / "art30.html"
        self.slussctl("report", "art30", "--out", page, "--catalogue", ROOT / "policy" / "catalogue",
                      "--policies", ROOT / "policy" / "templates")
        self.assertIn("Orosanmälan", page.read_text())
        self.slussctl("report", "art30", code=2)
        self.slussctl("report", "statistics", "--from", "2026-11-31", code=2)

    def test_what_was_erased_is_not_in_a_bundle_and_may_not_be(self):
        self.bundle("kept.zip")
        before = (self.unpack("kept.zip") / "openings.ndjson").read_text().splitlines()
        line = next(one for one in before if '"manifest"' in one)
        index = json.loads(line)["entry"]
        erased = self.world.ask(self.dan, "log", "erase", "--entry", index, "--reason", "på begäran")
        self.assertEqual(erased.returncode, 0, erased.stdout + erased.stderr)
        said = json.loads(self.bundle("erased.zip", "--json"))
        self.assertEqual(said["erased"], 1)
        folder = self.unpack("erased.zip")
        openings = folder / "openings.ndjson"
        mine = next(one for one in openings.read_text().splitlines()
                    if json.loads(one)["entry"] == index)
        self.assertTrue(json.loads(mine)["erased"])
        self.assertIn("were erased, as the log itself says", self.verify(folder).stdout)

        # Somebody kept the line of an earlier bundle and puts it back.
        openings.write_text(openings.read_text().replace(mine, line))
        done = self.verify(folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"opening of entry {index}: it is there, though entry ", done.stderr)

    def test_nobody_else_may_and_nothing_is_left_behind(self):
        for who in (SCHOOL, self.world.official("author", "anna"),
                    self.world.official("administrator", "eva")):
            said = self.bundle("refused.zip", who=who, code=1)
            self.assertIn("sluss://role/officer/NAME", said)
        self.bundle("refused.zip", "--to", "2001-01-01", code=2)
        self.bundle("refused.zip", "--field", "name", code=2)
        self.assertEqual([path.name for path in self.world.dir.glob("refused*")], [])
        (self.world.dir / "there.zip").write_text("mine")
        self.assertIn("choose another name", self.bundle("there.zip", code=2))
        self.assertEqual((self.world.dir / "there.zip").read_text(), "mine")
        gateway = self.world.processes["gateway"]
        self.assertIsNotNone(gateway.wait_for(lambda e: e["event"] == "log-export-refused"))


if __name__ == "__main__":
    unittest.main()
