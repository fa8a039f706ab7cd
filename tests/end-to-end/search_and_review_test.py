"""An officer of the exchange searches the log of a real gateway and reviews a sample of it."""

import base64
import hashlib
import json
import pathlib
import sys
import time
import unittest

from support import ROOT, WorldTest

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from scenarios import DUTY, child  # noqa: E402
from walk import SCHOOL, SOCIAL, Walk  # noqa: E402
from world import AGENCIES, TEMPLATES  # noqa: E402

DENIED = "school/police-information-by-principal.xml"


class OversightTest(WorldTest):
    AGENCIES = {agency: AGENCIES[agency] for agency in (SCHOOL, SOCIAL)}
    POLICIES = [TEMPLATES / f"{name}.txtpb" for name in ("duty-report", "feedback")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.start_all()
        cls.walk = Walk(cls.world)
        cls.dan = cls.world.official("officer", "dan")
        cls.eva = cls.world.official("officer", "eva")
        cls.messages = []
        for age in range(8, 14):
            answer = cls.walk.send(SCHOOL, DUTY, child=child(age)).expect("PERMIT")
            cls.messages.append(answer.message)
            cls.walk.received(SOCIAL, answer.message)
            cls.walk.outcome(SCHOOL, answer.message, "ACKNOWLEDGED")

    def setUp(self):
        self.world.start_all()
        self.caught_up()

    @property
    def index(self):
        return self.world.dir / "gateway" / "sluss.db.index"

    def run_as(self, who, *command, code=0):
        done = self.world.ask(who, *command)
        self.assertEqual(done.returncode, code, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout if code == 0 else done.stderr

    def search(self, *options, who=None):
        """The entries and the last line of `log search --json`."""
        lines = self.run_as(who or self.dan, "log", "search", "--json", *options).splitlines()
        return [json.loads(line) for line in lines[:-1]], json.loads(lines[-1])

    def refused(self, *options, who=None, code=1):
        return self.run_as(who or self.dan, "log", "search", *options, code=code)

    def log_size(self):
        database = self.world.dir / "gateway" / "sluss.db"
        last = self.world.run(self.world.program("slussctl"), "log", "show", "--json",
                              "--limit", 1, "--database", database)
        return json.loads(last)["index"] + 1

    def caught_up(self, at_least=0):
        """Until everything before the question itself is indexed."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            done = self.world.ask(self.dan, "log", "search", "--json", "--page", "1")
            if done.returncode == 0:
                told = json.loads(done.stdout.splitlines()[-1])
                if told["behind"] == 0 and told["log_size"] >= at_least:
                    return
            time.sleep(0.3)
        self.fail(f"the index does not catch up\n{self.world.processes['gateway'].tail()}")


class SearchTest(OversightTest):
    def test_finds_by_every_filter_what_the_log_holds(self):
        entries, told = self.search("--all", "--page", "500")
        by_index = {entry["index"]: entry for entry in entries}
        self.assertEqual(sorted(by_index), list(range(told["complete_to"])))
        self.assertEqual([entry["index"] for entry in entries], sorted(by_index, reverse=True))
        message = self.messages[2].replace("-", "")
        decision = next(entry for entry in entries
                        if entry["kind"] == "DECISION" and entry["message_id"] == message)
        for options, holds in (
                (["--kind", "DECISION"], lambda e: e["kind"] == "DECISION"),
                (["--agency", SOCIAL], lambda e: SOCIAL in (e.get("sender"), e.get("recipient"))),
                (["--sender", SCHOOL], lambda e: e.get("sender") == SCHOOL),
                (["--recipient", SCHOOL], lambda e: e.get("recipient") == SCHOOL),
                (["--verdict", "PERMIT"], lambda e: e.get("verdict") == "PERMIT"),
                (["--verdict", "DENY"], lambda e: e.get("verdict") == "DENY"),
                (["--purpose", decision["purpose"]],
                 lambda e: e.get("purpose") == decision["purpose"]),
                (["--rule", decision["rule"][0]],
                 lambda e: decision["rule"][0] in e.get("rule", [])),
                (["--paragraph", decision["legal_basis"][0]],
                 lambda e: decision["legal_basis"][0] in e.get("legal_basis", [])),
                (["--category", "NARRATIVE"],
                 lambda e: "NARRATIVE" in e.get("passed", []) + e.get("withheld", [])),
                (["--message", message], lambda e: e.get("message_id") == message),
                (["--parent", decision["event_id"]],
                 lambda e: e.get("parent_event") == decision["event_id"]),
                (["--kind", "DELIVERY", "--kind", "ACKNOWLEDGEMENT", "--sender", SCHOOL],
                 lambda e: e["kind"] in ("DELIVERY", "ACKNOWLEDGEMENT")
                 and e.get("sender") == SCHOOL),
                (["--outcome", "no-such-code"], lambda e: False)):
            found, _ = self.search("--all", "--page", "500", "--to", "2100-01-01", *options)
            old = {entry["index"] for entry in found if entry["index"] < told["complete_to"]}
            self.assertEqual(old, {i for i, e in by_index.items() if holds(e)}, options)
        self.assertEqual(self.search("--to", "2020-01-01")[0], [])
        self.assertEqual(self.search("--from", "2100-01-01")[0], [])

    def test_what_is_shown_is_held_against_what_is_published(self):
        self.world.verify_log()
        tiles = self.world.dir / "tiles"
        found, told = self.search("--kind", "DECISION", "--against", tiles)
        self.assertEqual(told["held"], len(found))
        bundles = [path for path in (tiles / "tile/entries").rglob("*") if path.is_file()]
        raw = b"".join(path.read_bytes() for path in bundles)
        for entry in found:
            self.assertIn(base64.b64decode(entry["entry"]), raw)
        # Another history in the log's place.
        shown = base64.b64decode(found[0]["entry"])
        for path in bundles:
            path.write_bytes(path.read_bytes().replace(shown, shown[:-1] + b"\x00"))
        self.assertIn(f"entry {found[0]['index']} is not the one",
                      self.refused("--kind", "DECISION", "--against", tiles))
        (tiles / "checkpoint").write_text("nothing")
        self.assertIn("is no checkpoint", self.refused("--against", tiles, code=2))

    def test_every_page_is_an_entry_of_the_log_that_names_nobody(self):
        _, told = self.search("--all", "--page", "4", "--kind", "DECISION")
        self.assertGreater(len(told["search_entries"]), 1)
        self.caught_up(told["log_size"])
        pages, _ = self.search("--procedure", told["procedure"], "--kind", "SEARCH")
        self.assertEqual(sorted(page["index"] for page in pages), sorted(told["search_entries"]))
        self.assertEqual(sum(page.get("count", 0) for page in pages), told["shown"])
        for page in pages:
            self.assertEqual({one["tag"] for one in page["commitments"]}, {1, 8})
            self.assertNotIn(b"dan", base64.b64decode(page["entry"]))
        # Who searched can be looked up, as long as it is not erased.
        mine, _ = self.search("--all", "--officer", "officer/dan", "--kind", "SEARCH",
                              "--from", str(self.world.today(-1)), "--to",
                              str(self.world.today(2)))
        self.assertLessEqual(set(told["search_entries"]), {entry["index"] for entry in mine})
        others, _ = self.search("--officer", "officer/eva", "--from", str(self.world.today(-1)),
                                "--to", str(self.world.today(2)))
        self.assertEqual(others, [])

    def test_a_cursor_goes_on_and_belongs_to_its_search(self):
        first, told = self.search("--page", "2", "--kind", "DECISION")
        second, _ = self.search("--page", "2", "--kind", "DECISION", "--cursor", told["cursor"])
        self.assertLess(second[0]["index"], first[-1]["index"])
        self.assertIn("`cursor` belongs to a search with another filter",
                      self.refused("--kind", "DELIVERY", "--cursor", told["cursor"]))
        self.assertIn("`cursor` is none", self.refused("--cursor", "00ff"))
        self.refused("--cursor", "not-hex", code=2)

    def test_the_table_says_how_complete_it_is(self):
        text = self.run_as(self.dan, "log", "search", "--kind", "DECISION")
        self.assertRegex(text, r"shown; complete to entry [0-9]+ of [0-9]+ \([0-9]+ behind\)")
        self.assertIn(f"{SCHOOL} -> {SOCIAL}", text)

    def test_nobody_but_an_officer_searches(self):
        _, before = self.search("--page", "1")
        for who in (SCHOOL, self.world.official("administrator", "ada"),
                    self.world.official("author", "anna"), self.world.official("approver", "bo")):
            self.assertIn("is no officer of the exchange", self.refused(who=who))
        _, after = self.search("--page", "1")
        self.caught_up(after["log_size"])
        (first,), (last,) = before["search_entries"], after["search_entries"]
        searches, _ = self.search("--all", "--page", "500", "--kind", "SEARCH")
        self.assertEqual([entry["index"] for entry in searches
                          if first < entry["index"] < last], [])

    def test_bad_filters_name_their_field(self):
        for options, words, code in (
                (["--sender", "ekbacken"], "`filter.sender`", 1),
                (["--recipient", "X/Y"], "`filter.recipient`", 1),
                (["--agency", "x"], "`filter.agency`", 1),
                (["--verdict", "yes"], "`filter.verdict`", 1),
                (["--from", "2026-03-02", "--to", "2026-03-01"], "`filter.to_us`", 1),
                (["--officer", "officer/dan"], "`filter.officer`", 1),
                (["--officer", "dan", "--from", "2026-03-01", "--to", "2026-03-02"],
                 "`filter.officer`", 1),
                (["--rule", "x" * 300], "`filter.rule`", 1),
                (["--kind", "DECIDED"], "--kind", 2),
                (["--from", "yesterday"], "--from", 2),
                (["--to", "2026-13-01"], "--to", 2),
                (["--message", "12"], "--message", 2),
                (["--consent", "zz"], "--consent", 2),
                (["--parent", "1"], "--parent", 2),
                (["--procedure", "1"], "--procedure", 2)):
            self.assertIn(words, self.refused(*options, code=code))

    def test_a_gateway_that_is_away_cannot_be_asked(self):
        self.world.processes["gateway"].stop()
        self.refused(code=2)

    # ---- the index -----------------------------------------------------------------------------

    def everything(self):
        return {entry["index"] for entry in self.search("--all", "--page", "500",
                                                        "--sender", SCHOOL)[0]}

    def test_the_index_can_be_deleted_while_the_gateway_runs(self):
        for victims in (["", "-wal", "-shm"], [""]):
            before = self.everything()
            for suffix in victims:
                pathlib.Path(f"{self.index}{suffix}").unlink(missing_ok=True)
            self.walk.send(SCHOOL, DUTY, child=child(9)).expect("PERMIT")
            self.until(self.index.exists)
            self.until(lambda: self.everything() > before)

    def test_the_index_can_be_deleted_or_spoilt_while_it_is_stopped(self):
        before = self.everything()
        for spoil in (lambda path: path.unlink(),
                      lambda path: path.write_bytes(b"this is not a database" * 500),
                      lambda path: path.write_bytes(path.read_bytes()[:5000]),
                      lambda path: path.write_bytes(
                          (self.world.dir / "gateway" / "sluss.db").read_bytes())):
            self.world.processes["gateway"].stop()
            spoil(self.index)
            self.world.start("gateway")
            self.caught_up()
            self.assertLessEqual(before, self.everything())

    def test_a_place_where_no_index_can_be_made_stops_nothing(self):
        self.world.processes["gateway"].stop()
        self.index.unlink()
        self.index.mkdir()
        try:
            since = self.world.processes["gateway"].mark()
            self.world.start("gateway")
            event = self.world.processes["gateway"].wait_for(
                lambda e: e["event"] == "search-index-stopped", since)
            self.assertIn("search.index", event["cause"])
            self.assertIn("the search index is being made", self.refused(code=2))
            self.walk.send(SCHOOL, DUTY, child=child(9)).expect("PERMIT")
        finally:
            self.index.rmdir()
        self.until(lambda: self.world.ask(self.dan, "log", "search").returncode == 0)

    def test_kill_9_while_it_indexes_loses_nothing(self):
        for _ in range(5):
            self.index.unlink(missing_ok=True)  # so that there is something to do
            self.walk.send(SCHOOL, DUTY, child=child(10)).expect("PERMIT")
            self.world.processes["gateway"].kill()
            self.world.start("gateway")
        self.caught_up()
        entries, told = self.search("--all", "--page", "500")
        self.assertEqual(sorted(entry["index"] for entry in entries),
                         list(range(told["complete_to"])))
        self.assertIn("verif", self.world.verify_log())

    def test_search_can_be_off(self):
        self.world.processes["gateway"].stop()
        self.world.configure_gateway("search { off: true }")
        try:
            self.world.start("gateway")
            self.assertIn("`search.off`", self.refused())
        finally:
            self.world.processes["gateway"].stop()
            self.world.configure_gateway("")

    def until(self, holds, seconds=30):
        deadline = time.monotonic() + seconds
        while not holds():
            self.assertLess(time.monotonic(), deadline, self.world.processes["gateway"].tail())
            time.sleep(0.3)


def root_of(leaves):
    """RFC 6962, by its own recursion."""
    if len(leaves) == 1:
        return leaves[0]
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(leaves[:left]) + root_of(leaves[left:])).digest()


def drawn_again(entries, population, criteria, size):
    """The sample as PROTOCOL.md has it: procedure id, and the indexes of a random draw of `size`."""
    count = len(entries)
    root = root_of([hashlib.sha256(b"\x00" + entry).digest() for entry in entries])
    procedure = hashlib.sha256(b"sluss-review-procedure/v1\n" + root + criteria).digest()[:16]
    seed = hashlib.sha256(b"sluss-review-seed/v1\n" + count.to_bytes(8, "big") + root + procedure
                          + criteria).digest()
    return procedure.hex(), root.hex(), sorted(sorted(population, key=lambda index: hashlib.sha256(
        b"sluss-review-rank/v1\n" + seed + index.to_bytes(8, "big")).digest())[:size])


class ReviewTest(OversightTest):
    def review(self, *options, who=None):
        return json.loads(self.run_as(who or self.dan, "review", *options, "--json"))

    def refused_review(self, *options, who=None, code=1):
        return self.run_as(who or self.dan, "review", *options, code=code)

    def draw(self, *options):
        return self.review("draw", "--to", "2100-01-01", *options)

    def note(self, words):
        path = self.world.dir / "note.txt"
        path.write_text(words)
        return path

    def find(self, number, index, outcome, note="", who=None):
        more = ["--note-file", self.note(note)] if note else []
        return self.review("finding", "--number", number, "--index", index, "--outcome", outcome,
                           *more, who=who)

    def stored_entries(self):
        """The entries of an export, as bytes."""
        self.world.verify_log()
        entries = []
        bundles = sorted((path for path in (self.world.dir / "tiles/tile/entries").rglob("*")
                          if path.is_file()), key=str)
        for path in bundles:
            raw = path.read_bytes()
            while raw:
                size = int.from_bytes(raw[:2], "big")
                entries.append(raw[2:2 + size])
                raw = raw[2 + size:]
        return entries

    def test_a_stranger_draws_the_same_sample(self):
        drawn = self.draw("--random", 3, "--kind", "DECISION")
        shown = self.review("show", "--number", drawn["number"])
        decisions, _ = self.search("--all", "--page", "500", "--kind", "DECISION")
        population = [one["index"] for one in decisions if one["index"] < drawn["log_size"]]
        procedure, root, sample = drawn_again(
            self.stored_entries()[:drawn["log_size"]], population,
            base64.b64decode(shown["criteria"]), 3)
        self.assertEqual(drawn["procedure"], procedure)
        self.assertEqual(drawn["log_root"], root)
        self.assertEqual([item["index"] for item in drawn["items"]], sample)
        self.assertEqual(drawn["population"], len(population))
        (leaf,), _ = self.search_again("--procedure", procedure, "--kind", "REVIEW_DRAWN")
        self.assertEqual(leaf["index"], drawn["drawn_index"])

    def search_again(self, *options):
        self.caught_up(self.log_size())
        return self.search(*options)

    def test_a_review_from_its_draw_to_its_end(self):
        number = self.draw("--random", 2, "--kind", "DECISION", "--sender", SCHOOL)["number"]
        shown = self.review("show", "--number", number)
        first, second = (item["index"] for item in shown["items"])
        self.assertEqual(shown["items"][0]["leaf"]["sender"], SCHOOL)
        self.assertIn(f"entry {first} has no finding",
                      self.refused_review("close", "--number", number))
        self.find(number, first, "justified")
        self.find(number, second, "unjustified", "No reason is given that the paragraph knows.")
        self.assertIn("a second one must look",
                      self.refused_review("close", "--number", number))
        self.find(number, second, "unjustified", "The same, seen on my own.", who=self.eva)
        self.world.processes["gateway"].stop()
        self.world.start("gateway")
        self.caught_up()
        findings = self.review("show", "--number", number)["items"][1]["findings"]
        self.assertEqual([(one["reviewer"], one["outcome"], one["note"]) for one in findings], [
            ("officer/dan", "unjustified", "No reason is given that the paragraph knows."),
            ("officer/eva", "unjustified", "The same, seen on my own.")])
        closed = self.review("close", "--number", number)
        self.assertEqual(closed["closed_by"], "officer/dan")
        self.assertIn("is closed", self.refused_review("close", "--number", number))
        # All of it stands in the log, and in words nowhere.
        steps, _ = self.search_again("--procedure", closed["procedure"], "--oldest-first")
        self.assertEqual([step["kind"] for step in steps if step["kind"] != "SEARCH"],
                         ["REVIEW_DRAWN"] + 3 * ["REVIEW_FINDING"] + ["REVIEW_CLOSED"])
        self.assertEqual(steps[-1]["outcome"],
                         "justified=1,unclear=0,unjustified=1,corrected=0")
        for path in (self.world.dir / "gateway").glob("sluss.db*"):
            self.assertNotIn(b"No reason is given", path.read_bytes(), path)
        text = self.run_as(self.dan, "review", "show", "--number", number)
        self.assertIn("unjustified  officer/eva", text)
        listed = self.run_as(self.dan, "review", "list")
        self.assertRegex(listed, rf"(?m)^{number}  .*2 of 2 entries settled.*closed by officer/dan")
        self.assertIn("verif", self.world.verify_log())

    def test_nobody_reviews_their_own_search(self):
        self.search()
        number = self.draw("--every", 1, "--kind", "SEARCH",
                           "--from", str(self.world.today()))["number"]
        items = self.review("show", "--number", number)["items"]
        self.assertIn("is your own act", self.refused_review(
            "finding", "--number", number, "--index", items[0]["index"], "--outcome", "justified"))
        self.find(number, items[0]["index"], "justified", who=self.eva)

    def test_the_year_in_numbers(self):
        number = self.draw("--random", 5, "--criterion", "any", "--kind", "DECISION",
                           "--by", "sender")["number"]
        for item in self.review("show", "--number", number)["items"]:
            self.find(number, item["index"], "justified")
        year = self.world.today().year
        self.caught_up(self.log_size())
        statement = self.review("statement", "--year", year)
        self.assertGreaterEqual(int(statement["draws"]), 1)
        self.assertGreaterEqual(int(statement["reviewed"]), 5)
        coverage = {one["agency"]: one for one in statement["coverage"]}
        self.assertEqual(set(coverage), {SCHOOL, SOCIAL})
        self.assertGreaterEqual(int(coverage[SCHOOL]["entries"]), 6)
        swedish = self.run_as(self.dan, "review", "statement", "--year", year)
        self.assertIn(f"Logguppföljning {year}", swedish)
        self.assertIn("utanför kontorstid: ", swedish)
        english = self.run_as(self.dan, "review", "statement", "--year", year, "--english")
        self.assertIn("Coverage by agency", english)

    def test_every_criterion_and_stratum_draws(self):
        for criterion in ("any", "out-of-hours", "reidentification", "retried-denial", "no-case"):
            self.draw("--random", 2, "--criterion", criterion)
        for stratum in ("sender", "recipient", "rule", "hour", "officer"):
            drawn = self.draw("--random", 1, "--kind", "DECISION", "--from",
                              str(self.world.today(-1)), "--by", stratum) \
                if stratum != "officer" else self.review(
                    "draw", "--random", 1, "--kind", "DECISION", "--by", stratum,
                    "--from", str(self.world.today(-1)), "--to", str(self.world.today(2)))
            self.assertTrue(all(item["stratum"] for item in drawn["items"]), stratum)

    def test_nobody_but_an_officer_reviews(self):
        for who in (SCHOOL, self.world.official("administrator", "ada")):
            for command in (["draw", "--random", 1, "--to", "2100-01-01"], ["list"],
                            ["show", "--number", 1], ["close", "--number", 1],
                            ["finding", "--number", 1, "--index", 1, "--outcome", "justified"],
                            ["statement", "--year", 2026]):
                self.assertIn("is no officer of the exchange",
                              self.refused_review(*command, who=who))

    def test_bad_input_names_its_field(self):
        number = self.draw("--random", 1, "--kind", "DECISION")["number"]
        index = self.review("show", "--number", number)["items"][0]["index"]
        finding = ["finding", "--number", number, "--index", index]
        for command, words, code in (
                (["draw", "--random", 1], "`criteria.filter.to_us`", 1),
                (["draw", "--to", "2100-01-01"], "`criteria.every`", 1),
                (["draw", "--to", "2100-01-01", "--random", 1, "--by", "officer"],
                 "`criteria.stratum`", 1),
                (["draw", "--to", "2100-01-01", "--random", 1, "--sender", "x"],
                 "`filter.sender`", 1),
                (["draw", "--to", "2100-01-01", "--random", 1, "--criterion", "retried-denial",
                  "--retry-minutes", 100000], "`criteria.retry_minutes`", 1),
                (["show", "--number", 9999], "`number`", 1),
                (["close", "--number", 9999], "`number`", 1),
                (["finding", "--number", number, "--index", 999999, "--outcome", "justified"],
                 "`index`", 1),
                (finding + ["--outcome", "unclear"], "`note` is empty", 1),
                (finding + ["--outcome", "unclear", "--note-file",
                            self.note("barnet 20121212-1212")], "`note` holds what looks like", 1),
                (["statement", "--year", 26], "`year`", 1)):
            self.assertIn(words, self.refused_review(*command, code=code))


if __name__ == "__main__":
    unittest.main()
