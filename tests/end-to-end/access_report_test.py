"""A citizen asks what was told: real processes, two children, several agencies."""

import base64
import json
import re
import shutil
import subprocess
import sys
import unittest

from support import ROOT, WorldTest, scan, spellings

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from scenarios import CARE, DUTY  # noqa: E402
from walk import BUP, POLICE, SCHOOL, SOCIAL, Walk, child  # noqa: E402
from world import ACCESS_DOMAIN  # noqa: E402

ASKING = child(12, 984)
OTHER = child(12, 985)
STRANGER = child(12, 986)  # nobody ever told anything


class AccessReportTest(WorldTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.start_all()
        cls.walk = Walk(cls.world)
        cls.officer = cls.world.official("officer", "kim")
        cls.sent = {ASKING: [], OTHER: []}
        for number in (ASKING, OTHER):
            for agency, sample in ((SCHOOL, DUTY), (BUP, CARE)):
                answer = cls.walk.send(agency, sample, child=number).expect("PERMIT")
                cls.walk.received(SOCIAL, answer.message)
                cls.walk.outcome(agency, answer.message, "ACKNOWLEDGED")
                cls.sent[number].append(answer.message)
        cls.secret_until = str(cls.world.today(30))
        cls.withheld = cls.police(OTHER, cls.secret_until)
        cls.walk.received(SOCIAL, cls.withheld.message)
        cls.count = 0

    @classmethod
    def police_record(cls, number, until=None):
        text = cls.walk.fill("police/concern-report.xml", child=number).decode()
        document = json.loads((ROOT / "deploy/samples/police/sluss-notification.json").read_text())
        document["notification"]["identity"]["number"] = number
        if until:
            document["notification"]["withhold_until"] = until
        encoded = base64.b64encode(json.dumps(document).encode()).decode()
        text = re.sub(r"<m:content>.*?</m:content>", f"<m:content>{encoded}</m:content>", text)
        cls.world.records += 1
        return text.replace("0d6f5f1f2b01", f"{cls.world.records:012x}").encode()

    @classmethod
    def police(cls, number, until=None):
        return cls.walk.submit(POLICE, f"police-{cls.world.records}.xml",
                               cls.police_record(number, until)).expect("PERMIT")

    def report(self, number, *options, officer=None, log=None):
        """Makes a report; returns the finished process and where it lies."""
        type(self).count += 1
        out = self.world.dir / f"report-{self.count}"
        done = self.world.access_report(officer or self.officer, number, out, "--json", *options,
                                        log=log)
        return done, out

    def made(self, number, *options):
        done, out = self.report(number, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout), out

    def verify(self, out, *options):
        command = [self.world.program("sluss-verify"), "--report", out, *options]
        return subprocess.run([str(part) for part in command], capture_output=True, text=True)

    def refused(self, done, out, text, code=1):
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn(text, done.stderr)
        self.assertFalse(out.exists())
        self.assertFalse(out.with_name(out.name + ".part").exists())

    # ---- what is in it -------------------------------------------------------------------------

    def test_exactly_the_rows_of_the_child(self):
        told, out = self.made(ASKING)
        self.assertEqual((told["disclosures"], told["withheld"], told["unread"]), (2, 0, {}))
        self.assertGreaterEqual(told["compared"], 5)
        page = (out / "citizen" / "report.html").read_text()
        for words in ("skolan (school/ekbacken)", "barn- och ungdomspsykiatrin", "socialtjänsten",
                      "19 kap. 1 § socialtjänstlagen", "25 kap. 12 §", "hälsouppgifter",
                      "Mottagaren tog emot det", "Integritetsskyddsmyndigheten", "health data",
                      "dso@sundby.example", "Sådana uppgifter finns inte med i någon rapport"):
            self.assertIn(words, page)
        self.assertNotIn("police/", page)
        self.assertNotIn("Antal utlämnanden som hålls tillbaka", page)
        # No other person's bytes, no message but the child's, and nobody who works there.
        messages = [message.encode() for message in self.sent[OTHER] + [self.withheld.message]]
        needles = messages + [bytes.fromhex(message.decode()) for message in messages]
        needles += [name.encode() for name in ("Love Hage", "Ines Modell", "officer/kim")]
        self.assertEqual(scan([out], needles), [])
        record = json.loads((out / "officer" / "record.json").read_text())
        self.assertEqual(len(record["told"]), 2)

    def test_the_pdf_has_text_pages_title_and_both_languages(self):
        _, out = self.made(ASKING)
        pdf = out / "citizen" / "report.pdf"
        text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True)
        for words in ("Vad myndigheter har berättat om dig för varandra", "sida 1 av",
                      "What agencies have told each other about you", "page 1 of", "hälsouppgifter",
                      "Integritetsskyddsmyndigheten"):
            self.assertIn(words, text.stdout)
        info = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True).stdout
        self.assertIn("Vad myndigheter har berättat om dig", info)

    def test_of_a_stranger_there_is_nothing(self):
        told, out = self.made(STRANGER)
        self.assertEqual((told["disclosures"], told["withheld"]), (0, 0))
        self.assertIn("Inga utlämnanden om dig", (out / "citizen" / "report.html").read_text())
        self.assertEqual(self.verify(out / "citizen").returncode, 0)

    def test_withheld_rows_are_held_back_and_counted_for_the_officer(self):
        told, out = self.made(OTHER)
        self.assertEqual((told["disclosures"], told["withheld"]), (2, 1))
        page = (out / "citizen" / "report.html").read_text()
        self.assertNotIn("polisen", page.lower().replace("från polis och åklagare", ""))
        self.assertNotIn("Antal utlämnanden som hålls tillbaka", page)
        self.assertEqual(scan([out / "citizen"], [b"police/region-mitt"]), [])
        index, = json.loads((out / "officer" / "record.json").read_text())["withheld"]
        self.assertTrue((out / "officer" / "proofs" / "entries" / f"{index}.leaf").exists())
        _, told_of = self.made(OTHER, "--tell-withheld")
        self.assertIn("Antal utlämnanden som hålls tillbaka",
                      (told_of / "citizen" / "report.html").read_text())

    def test_only_law_enforcement_withholds(self):
        text = self.police_record(OTHER, "not a day")
        self.assertIn("withhold_until", self.walk.refused(POLICE, "no-day.xml", text))
        before = self.police_record(OTHER, "2020-01-01")
        self.assertIn("withhold_until_us", self.walk.refused(POLICE, "past.xml", before))

    def test_protected_identity_tells_neither_place_nor_day(self):
        _, out = self.made(ASKING, "--protected")
        page = (out / "citizen" / "report.html").read_text()
        for place in ("ekbacken", "sundby)", "proofs/entries"):
            self.assertNotIn(place, page)
        self.assertIn("skolan", page)
        self.assertIn("Dina personuppgifter är skyddade", page)
        self.assertFalse((out / "citizen" / "proofs").exists())
        self.assertEqual(scan([out / "citizen"], [b"ekbacken", b"bup-sundby"]), [])
        self.assertEqual(self.verify(out / "officer").returncode, 0)

    # ---- the proofs ----------------------------------------------------------------------------

    def test_the_bundle_verifies_offline_and_a_changed_one_does_not(self):
        _, out = self.made(ASKING)
        bundle = out / "citizen"
        good = self.verify(bundle, "--key", self.world.verifier_key())
        self.assertEqual(good.returncode, 0, good.stderr)
        self.assertIn("all 2 rows of the report are in the log", good.stdout)
        self.assertIn("is what the data protection officer answers for", good.stdout)
        self.assertIn("school/ekbacken -> social-services/sundby", good.stdout)
        # A stranger's way: one row, one proof.
        leaf = min((bundle / "proofs" / "entries").glob("*.leaf"))
        self.world.run(self.world.program("sluss-verify"), "--receipt",
                       leaf.with_suffix(".tlog-proof"), "--leaf", leaf,
                       "--key", self.world.verifier_key())
        self.assertIn("the key came with the report", self.verify(bundle).stdout)

        def changed(name, change):
            copy = self.world.dir / f"changed-{name}"
            shutil.copytree(bundle, copy)
            change(copy / "proofs")
            result = self.verify(copy, "--key", self.world.verifier_key())
            self.assertEqual(result.returncode, 1, name)
            return result.stderr

        def flip(path):
            content = bytearray(path.read_bytes())
            content[-1] ^= 1
            path.write_bytes(content)

        name = leaf.name
        number = leaf.stem
        self.assertIn(f"entries/{name}",
                      changed("row", lambda proofs: flip(proofs / "entries" / name)))
        self.assertIn(f"entries/{number}.tlog-proof: is missing",
                      changed("removed-proof",
                              lambda proofs: (proofs / f"entries/{number}.tlog-proof").unlink()))
        self.assertIn(f"entries/{name}: is missing",
                      changed("removed-row", lambda proofs: (proofs / "entries" / name).unlink()))

        def other_value(proofs):
            path = proofs / "report.json"
            report = json.loads(path.read_text())
            opened, = report["rows"][0]["opened"]
            opened["value"] = report["rows"][1]["opened"][0]["value"]
            path.write_text(json.dumps(report))
        self.assertIn("does not commit to this value", changed("opened", other_value))

        def swapped(proofs):
            other = sorted((proofs / "entries").glob("*.leaf"))[-1]
            shutil.copy(other, proofs / "entries" / name)
        self.assertIn(f"entries/{name}", changed("swapped", swapped))
        wrong = self.verify(bundle, "--key", "log.sluss.example/gw1+00000000+AAAA")
        self.assertEqual(wrong.returncode, 2)

    def test_a_row_of_another_log_is_named(self):
        _, out = self.made(ASKING)
        _, later = self.made(ASKING)  # under a later checkpoint: as good as another log's
        number = min((out / "citizen" / "proofs" / "entries").glob("*.tlog-proof")).name
        shutil.copy(later / "citizen" / "proofs" / "entries" / number,
                    out / "citizen" / "proofs" / "entries" / number)
        result = self.verify(out / "citizen")
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"entries/{number}: its checkpoint is not the one of the report",
                      result.stderr)

    # ---- who may ask ---------------------------------------------------------------------------

    def test_another_role_and_an_agency_are_refused(self):
        for role in ("author", "administrator"):
            who = self.world.official(role, "kim")
            self.refused(*self.report(ASKING, officer=who), "is no officer of the exchange")
        done, out = self.report(ASKING, officer=self.world.agency_dir(SCHOOL) / "tls")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertFalse(out.exists())

    def test_the_officer_needs_the_domains_keys(self):
        home = self.world.agency_dir(SCHOOL) / "keys"
        command, numbers = self.world.access_command(self.officer, ASKING,
                                                     self.world.dir / "no-keys")
        at = command.index("--keys-dir") + 1
        command[at] = str(home)
        done = subprocess.run(command, input=numbers, capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("`signature`", done.stderr)

    def test_a_number_that_is_none_is_not_repeated(self):
        done, out = self.report("201203040000")
        self.refused(done, out, "the number file, line 1")
        self.assertNotIn("201203040000", done.stderr + done.stdout)

    # ---- what is left behind -------------------------------------------------------------------

    def test_the_scan_is_in_the_log_and_counted_by_both(self):
        told, _ = self.made(ASKING)
        lines = self.world.run(self.world.program("slussctl"), "log", "show", "--json", "--limit",
                               "100000", "--database", self.world.dir / "gateway" / "sluss.db")
        scans = [json.loads(line) for line in lines.splitlines()
                 if json.loads(line)["kind"] == "ACCESS_SCAN"]
        own = [one for one in scans if one.get("procedure") == told["procedure"]]
        self.assertEqual([one["outcome"] for one in own], ["begun", "done"])
        self.assertEqual(own[1]["count"], told["compared"])
        self.assertNotIn("officer/kim", lines)
        counted = self.world.processes["keyholder"].wait_for(
            lambda e: e["event"] == "scan" and e["status"] == "OK")
        self.assertTrue(counted)

    def test_a_log_that_is_too_short_is_said_so(self):
        self.world.verify_log()
        old = self.world.dir / "old-log"
        shutil.copytree(self.world.dir / "tiles", old, dirs_exist_ok=True)
        self.walk.received(SOCIAL, self.walk.send(SCHOOL, DUTY, child=child(13, 987)).message)
        done, out = self.report(ASKING, "--to", str(self.world.today()), log=old)
        self.refused(done, out, "fetch or export it anew")
        done, _ = self.report(ASKING, log=old)  # of the time that it shows
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_log_may_be_an_officers_bundle_as_it_is(self):
        bundle = self.world.dir / "bundle.zip"
        taken = self.world.ask(self.officer, "log", "bundle", "--out", bundle,
                               "--from", str(self.world.today(-1)))
        self.assertEqual(taken.returncode, 0, taken.stderr)
        done, out = self.report(ASKING, log=bundle)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["disclosures"], 2)
        self.assertEqual(self.verify(out / "citizen").returncode, 0)
        for name, content, words in (("no.zip", b"no zip at all", "zip"),
                                     ("cut.zip", bundle.read_bytes()[:-200], "zip")):
            path = self.world.dir / name
            path.write_bytes(content)
            done, out = self.report(ASKING, log=path)
            self.refused(done, out, words)

    def test_a_lost_key_holder_leaves_no_report(self):
        self.world.verify_log()
        self.world.processes["keyholder"].stop()
        try:
            done, out = self.report(ASKING, log=self.world.dir / "tiles")
            self.refused(done, out, "slussctl: ", code=2)
        finally:
            self.world.start("keyholder")
        # The gateway looks for it again within seconds.
        for _ in range(20):
            done, _ = self.report(ASKING)
            if done.returncode == 0:
                break
            self.world.processes["keyholder"].wait_for(lambda event: False, timeout=1)
        told, _ = self.made(ASKING)
        self.assertEqual(told["disclosures"], 2)

    def test_the_number_is_in_no_file_of_holders_and_reports(self):
        _, out = self.made(ASKING)
        places = [out, self.world.dir / "gateway", self.world.dir / "keyholder",
                  self.world.dir / "logs", self.world.dir / "tiles",
                  self.world.agency_dir(ACCESS_DOMAIN)]
        self.assertEqual(scan(places, spellings(ASKING) | spellings(OTHER)), [])


class EarlierKeysTest(WorldTest):
    """Keys change twice; a report reaches back to the first of them."""

    def test_a_report_reaches_back_past_two_changes_of_keys(self):
        world = self.world
        world.start_all()
        walk = Walk(world)
        officer = world.official("officer", "kim")
        self.count = 0

        def report(*options):
            self.count += 1
            out = world.dir / f"report-{self.count}"
            done = world.access_report(officer, ASKING, out, "--json", *options)
            self.assertEqual(done.returncode, 0, done.stderr)
            told = json.loads(done.stdout)
            return (told["disclosures"], told["unread"], done.stderr,
                    (out / "citizen" / "report.html").read_text())

        def tell():
            answer = walk.send(SCHOOL, DUTY, child=ASKING).expect("PERMIT")
            walk.received(SOCIAL, answer.message)
            walk.outcome(SCHOOL, answer.message, "ACKNOWLEDGED")

        first = world.keys["gateway"][0]
        generations = [first]
        tell()
        parties = ("keyholder", "gateway", *world.agencies)
        for number in (2, 3):
            last = generations[-1]
            generations.append(world.rotate(number, last))
            for holder in ("keyholder", "gateway"):
                world.use_keys(holder, generations[-1], last)
            for agency in world.agencies:
                world.use_keys(agency, last, generations[-1])
            for agency in world.agencies:
                world.use_keys(agency, generations[-1], last)
            tell()
            for party in parties:
                world.use_keys(party, generations[-1])
        own = [option for keys in generations[:2]
               for option in ("--archive", str(world.agency_dir(ACCESS_DOMAIN) / keys.folder),
                              str(keys.directory))]

        # Nobody has kept anything: the report says so, and from when to when.
        disclosures, unread, error, page = report(*own)
        self.assertEqual((disclosures, unread), (1, {"keys-gone": 2}))
        today = world.today()
        self.assertIn("2 entries from", error)
        self.assertIn("nycklarna från då inte finns kvar", page)
        self.assertIn(f"{today} till {today} (2)", page)

        # One holder alone reaches nothing, and the scan goes on.
        world.keep_for_scans("gateway", *generations[:2])
        self.assertEqual(report(*own)[:2], (1, {"keys-gone": 2}))
        world.keep_for_scans("keyholder", *generations[:2])
        kept = next(e for e in reversed(world.processes["keyholder"].events)
                    if e["event"] == "keys")
        self.assertEqual(kept["archive"], [keys.name for keys in generations[:2]])
        # The secrets of before are not needed for it.
        for holder in ("gateway", "keyholder"):
            for keys in generations[:2]:
                shutil.rmtree(world.home(holder) / keys.folder)
        disclosures, unread, error, page = report(*own)
        self.assertEqual((disclosures, unread), (3, {}))
        self.assertNotIn("nycklarna från då", page)
        self.assertNotIn("were not searched", error)

        # The officer without the domain's own of the time before the last is told what to name.
        disclosures, unread, error, _ = report(*own[:3])
        self.assertEqual((disclosures, unread), (2, {"own-keys-gone": 1}))
        self.assertIn("name the secrets of that time with --archive", error)

        # Nothing is relayed by what is kept.
        school = world.processes[SCHOOL]
        since = school.mark()
        world.use_keys(SCHOOL, first)
        world.drop(SCHOOL, "old.xml", walk.fill(DUTY, child=ASKING))
        self.assertTrue(school.wait_for(
            lambda e: e["event"] == "send-failed" and "`signature`" in e["error"], since))
        with school.changed:
            self.assertFalse([e for e in school.events[since:] if e["event"] == "submitted"])
        world.verify_log()


if __name__ == "__main__":
    unittest.main()
