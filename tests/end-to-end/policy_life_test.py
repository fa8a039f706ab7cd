"""An administrator changes what may be told to whom, through slussctl against a running gateway.

"The leisure centre may tell social services about attendance, with consent, at 13 to 20": added to
the table, shown as three sentences, held against the September that was, approved by another
person, in force; and the sender that is denied reads which paragraph and condition was missing.
"""

import datetime
import json
import shutil
import sys
import unittest
import zoneinfo

from support import ROOT, WorldTest

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from scenarios import DUTY, child  # noqa: E402
from walk import POLICE, SCHOOL, SOCIAL, Walk  # noqa: E402
from world import AGENCIES, TEMPLATES  # noqa: E402

SWEDISH = zoneinfo.ZoneInfo("Europe/Stockholm")
LEISURE = "leisure/sundby"

# A row of the decision table, as an administrator writes it into a spreadsheet.
ROW = {"id": "leisure-attendance", "effect": "PERMIT", "sender": "leisure/*",
       "recipient": "social-services/*", "purpose": "COLLABORATION", "legal_basis": "OSL-12-2",
       "category": "ATTENDANCE", "sender_role": "leisure-leader", "consent": "REQUIRED",
       "age": "13..21", "attestation": "officers=1, reason"}
TABLE = "collaboration.tsv"

# What the new rule must do, handed in with it.
CASES = """\
base {
  sender: "leisure/sundby"  recipient: "social-services/sundby"  purpose: "COLLABORATION"
  legal_basis: "OSL-12-2"  category: "ATTENDANCE"  officer_role: "leisure-leader"  reason: true
  age_from: 15  age_below: 16  consent: VALID  consent_category: "ATTENDANCE"  day: "2026-02-10"
}
case { name: "with consent"  verdict: VERDICT_PERMIT  permitted: "ATTENDANCE" }
case {
  name: "without consent"
  facts { consent: NONE_CITED }
  verdict: VERDICT_DENY  reason_code: "consent-none-cited"
}
case {
  name: "a narrative"
  facts { category: "NARRATIVE" }
  verdict: VERDICT_DENY
}
"""

WISH = ["preflight", "--recipient", SOCIAL, "--purpose", "COLLABORATION", "--basis", "OSL-12-2",
        "--category", "ATTENDANCE", "--role", "leisure-leader", "--reason",
        "--age-from", "13", "--age-below", "21"]


def middle_of_september():
    """From now, the last one that has passed altogether; today's policies hold there too."""
    now = datetime.datetime.now(datetime.timezone.utc)
    september = datetime.datetime(now.year, 9, 15, 10, tzinfo=datetime.timezone.utc)
    if september + datetime.timedelta(days=16) > now:
        september = september.replace(year=now.year - 1)
    return september - now


class PolicyLifeTest(WorldTest):
    MOVED_CLOCK = middle_of_september()
    AGENCIES = {**{agency: AGENCIES[agency] for agency in (SCHOOL, SOCIAL, POLICE)},
                LEISURE: ("OPEN_EPLATFORM", "school-mapping.txtpb")}
    POLICIES = [TEMPLATES / f"{name}.txtpb" for name in ("duty-report", "consultation", "feedback")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What was denied in September is decided again today: it must not be forgotten before.
        cls.world.configure_gateway("retention { undelivered_days: 365 }")
        for name in ("keyholder", "gateway", SCHOOL, SOCIAL):
            cls.world.start(name)
        cls.anna = cls.world.official("author", "anna")
        cls.anna_approves = cls.world.official("approver", "anna")
        cls.bo = cls.world.official("approver", "bo")
        cls.dan = cls.world.official("officer", "dan")

    def ask(self, who, *command, code=0):
        done = self.world.ask(who, *command)
        self.assertEqual(done.returncode, code, f"{command}\n{done.stdout}{done.stderr}")
        return done.stdout if code == 0 else done.stdout + done.stderr

    def policy(self, who, *command, code=0):
        return self.ask(who, "policy", *command, code=code)

    def asked(self, who, *command):
        return json.loads(self.policy(who, *command, "--json"))

    def draft(self, name):
        """The version in force as files, with a policy as a table in which the new rule is a row."""
        draft = self.world.dir / name
        self.policy(self.anna, "active", "--out", draft)
        self.edit(draft, ROW)
        (draft / "leisure-attendance.cases.txtpb").write_text(CASES)
        (draft / "invariants").mkdir()
        shutil.copy(ROOT / "policy" / "invariants.txtpb", draft / "invariants")
        return draft

    def edit(self, draft, row):
        """As a spreadsheet saves it: byte-order mark, CRLF, quotes where it likes."""
        columns = "\t".join(ROW)
        cells = "\t".join(f'"{row[column]}"' for column in ROW)
        (draft / TABLE).write_bytes(
            f"\ufeffpolicy\tlocal-collaboration\r\nversion\t1\r\n\r\n{columns}\r\n{cells}\r\n".encode())

    def digest_in(self, text):
        return text.split("digest to approve")[1].split()[0]

    def test_from_a_wish_to_the_law_of_the_exchange(self):
        walk = Walk(self.world)
        for age in (9, 10, 11):
            walk.send(SCHOOL, DUTY, child=child(age)).expect("PERMIT")
        walk.send(SCHOOL, "school/police-information-by-principal.xml", child=child(16)) \
            .expect("DENY")
        self.world.move_clock(seconds=-self.world.moved.total_seconds())  # it is today
        before = self.asked(self.dan, "active")

        # Before: nothing lets the leisure centre tell anybody this.
        denied = self.ask(LEISURE, *WISH, code=1)
        self.assertIn("DENY", denied)

        draft = self.draft("draft")
        slussctl = self.world.program("slussctl")
        self.edit(draft, {**ROW, "category": "ATTENDENCE"})
        with self.assertRaisesRegex(
                RuntimeError, TABLE + ":5:[0-9]+: unknown category `ATTENDENCE`: "
                              "did you mean `ATTENDANCE`"):
            self.world.run(slussctl, "policy", "check", "--policies", draft)
        self.edit(draft, ROW)
        self.world.run(slussctl, "policy", "check", "--policies", draft)
        self.world.run(slussctl, "policy", "test", "--policies", draft)

        # What must never be is refused with an example, whoever proposes it.
        self.edit(draft, {**ROW, "consent": "NOT_REQUIRED"})
        (draft / "leisure-attendance.cases.txtpb").rename(self.world.dir / "cases")
        refused = self.policy(self.anna, "propose", "--policies", draft, code=1)
        self.assertIn("invariants.txtpb: invariant `collaboration-needs-consent` is broken by "
                      "`leisure-attendance`, which lets pass without consent", refused)
        self.edit(draft, ROW)
        (self.world.dir / "cases").rename(draft / "leisure-attendance.cases.txtpb")

        # Proposed: the difference in sentences, and nothing is changed yet.
        shown = self.policy(self.anna, "propose", "--policies", draft, "--note",
                            "attendance of those who come to the leisure centre")
        self.sentences(shown)
        digest = self.digest_in(shown)
        self.assertEqual(self.asked(self.dan, "active")["digest"], before["digest"])
        self.replay(draft)

        # Approved: by somebody else, and what was shown.
        self.assertIn("somebody else must approve",
                      self.policy(self.anna_approves, "approve", "1", "--digest", digest, code=1))
        self.assertIn("may not approve",
                      self.policy(self.anna, "approve", "1", "--digest", digest, code=1))
        self.assertIn("waits for approval", self.policy(self.anna, "activate", "1", code=1))
        asked_for = self.policy(self.bo, "approve", "1", code=3)
        self.sentences(asked_for)
        self.assertEqual(self.digest_in(asked_for), digest)
        wrong = ("0" if digest[0] != "0" else "1") + digest[1:]
        self.assertIn("`approval_digest`",
                      self.policy(self.bo, "approve", "1", "--digest", wrong, code=1))
        self.assertIn("approved", self.policy(self.bo, "approve", "1", "--digest", digest))
        self.assertIn("approved already",
                      self.policy(self.bo, "approve", "1", "--digest", digest, code=1))

        # In force: decisions name it, and the denied sender reads what is missing.
        gateway = self.world.processes["gateway"]
        since = gateway.mark()
        self.policy(self.anna, "activate", "1")
        self.assertIsNotNone(gateway.wait_for(
            lambda e: e["event"] == "policy" and e["state"] == "POLICY_IN_FORCE", since))
        denied = self.ask(LEISURE, *WISH, code=1)
        self.assertIn("12 kap. 2 §", denied)
        self.assertIn("samtycke", denied)
        self.assertIn("rule `leisure-attendance` needs consent", denied)
        may = self.ask(LEISURE, "preflight")
        self.assertRegex(may, "ritidsverksamheten får lämna närvaro.*socialtjänsten.*samtycke")
        older = self.ask(LEISURE, *WISH[:-1], "25", code=1)
        self.assertIn("rule `leisure-attendance` needs age", older)
        walk.send(SCHOOL, DUTY, child=child(12)).expect("PERMIT")

        # A draft from before is of an older base now.
        self.edit(draft, {**ROW, "age": "13..19"})
        self.assertIn("`base_digest`",
                      self.policy(self.anna, "propose", "--policies", draft, code=1))

        self.roll_back_at_a_time(before)
        self.assertIn("verif", self.world.verify_log())

    def sentences(self, shown):
        """What the edit does, as an administrator reads it: what is new, and that it is all."""
        self.assertIn("1 nytt tillåtet. Inget nekas som var tillåtet. Inga skyldigheter ändras.\n",
                      shown)
        self.assertRegex(shown, r"\+ Nytt tillåtet: fritidsverksamheten får nu lämna närvaro och "
                                r"skolsituation till socialtjänsten för samverkan med samtycke, med "
                                r"stöd av 12 kap\. 2 § OSL, om den som är 13-20 år")
        self.assertEqual(shown.count("Nytt "), 1, shown)

    def replay(self, draft):
        """September under the draft: nothing that happened then would have ended otherwise."""
        recorded = self.world.dir / "september.jsonl"
        year = (datetime.datetime.now(datetime.timezone.utc) + self.MOVED_CLOCK).year
        self.assertIn("4 decisions", self.policy(
            self.dan, "recorded", "--from", f"{year}-09-01", "--to", f"{year}-10-01",
            "--out", recorded))
        lines = [json.loads(line) for line in recorded.read_text().splitlines()]
        self.assertEqual([line["decision"]["verdict"] for line in lines],
                         ["VERDICT_PERMIT"] * 3 + ["VERDICT_DENY"])
        slussctl = self.world.program("slussctl")
        replay = json.loads(self.world.run(slussctl, "policy", "replay", "--policies", draft,
                                           "--recorded", recorded, "--json"))
        self.assertEqual((replay["recorded"], replay["alike"]), ("4", "4"), replay)
        # In force itself: the very same bytes are decided again.
        self.policy(self.anna, "active", "--out", self.world.dir / "in-force")
        replay = json.loads(self.world.run(slussctl, "policy", "replay", "--policies",
                                           self.world.dir / "in-force", "--recorded", recorded,
                                           "--json"))
        self.assertEqual(replay["identical"], "4", replay)

    def roll_back_at_a_time(self, before):
        """Scheduled, through kill -9 and a restart with other files, at its time."""
        self.asked(self.anna, "rollback", "--to", "1")
        shown = self.policy(self.bo, "approve", "2", code=3)
        self.assertIn("newly denied", shown)
        self.policy(self.bo, "approve", "2", "--digest", self.digest_in(shown))
        at = self.world.now().astimezone(SWEDISH) + datetime.timedelta(seconds=5)
        self.assertIn("scheduled", self.policy(self.bo, "activate", "2", "--at",
                                               at.strftime("%Y-%m-%d %H:%M:%S")))
        gateway = self.world.processes["gateway"]
        gateway.kill()
        since = gateway.mark()
        self.world.start("gateway")
        self.assertIsNotNone(gateway.wait_for(lambda e: e["event"] == "policy-files-ignored", since),
                             "the files are not what is in force, and nobody said so")
        self.assertIsNotNone(gateway.wait_for(
            lambda e: e["event"] == "policy" and e["proposal"] == 2, since))
        self.assertEqual(self.asked(self.dan, "active")["digest"], before["digest"])
        history = self.asked(self.dan, "history")
        self.assertEqual([one.get("rollback", False) for one in history["activation"]],
                         [True, False, False])


if __name__ == "__main__":
    unittest.main(verbosity=2)
