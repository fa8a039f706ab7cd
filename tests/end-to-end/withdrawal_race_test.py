"""A thousand withdrawals against a thousand deliveries in flight, and kill -9 of the gateway at random.

After a withdrawal's answer not one delivery under it; each message in exactly one final state; the
log says the same. SLUSS_RACE_COUNT and SLUSS_RACE_SEED change the size and the moments.
"""

import collections
import json
import os
import random
import subprocess
import sys
import threading
import unittest

from support import BUILD, ROOT, WorldTest

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from walk import POLICE, SCHOOL  # noqa: E402

COUNT = int(os.environ.get("SLUSS_RACE_COUNT", "1000"))
SEED = int(os.environ.get("SLUSS_RACE_SEED", "4711"))
KILLS = 8

# The entries by which a message ends, and the state that each leaves it in.
ENDS = {"ACKNOWLEDGEMENT": "ACKNOWLEDGED", "REFUSAL": "REFUSED_BY_RECIPIENT", "STOP": "STOPPED",
        "RECALL": "RECALLED", "DELIVERY_DENIED": "DENIED_AT_DELIVERY",
        "EXPIRY": "EXPIRED_UNDELIVERED"}


class WithdrawalRaceTest(WorldTest):
    AGENCIES = {
        SCHOOL: ("OPEN_EPLATFORM", "school-mapping.txtpb"),
        POLICE: ("SDK_MESSAGE", "police-mapping.txtpb"),
    }

    def test_race(self):
        self.world.start("keyholder")
        self.world.start("gateway")
        race = subprocess.Popen(
            [BUILD / "tests" / "end-to-end" / "race" / "withdrawal-race",
             "--school", self.world.agency_dir(SCHOOL) / "adapter.txtpb",
             "--police", self.world.agency_dir(POLICE) / "adapter.txtpb",
             "--count", str(COUNT), "--seed", str(SEED)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        kills = self.kill_while_it_runs(race)
        output = race.stdout.read()
        self.assertEqual(race.wait(timeout=300), 0, race.stderr.read())
        self.assertGreater(kills, 2, "the race was over before the gateway was killed")
        told = json.loads(output)
        self.assertEqual(len(told), COUNT)
        self.assertIn("verif", self.world.verify_log())
        self.check(told, self.entries())

    def kill_while_it_runs(self, race):
        """kill -9 and a new start at random moments, until the race is over; how often."""
        while line := race.stderr.readline():
            if line.strip() == "ready":
                break
        over = threading.Event()
        threading.Thread(target=lambda: (race.wait(), over.set()), daemon=True).start()
        moments = random.Random(SEED)
        kills = 0
        while kills < KILLS and not over.wait(moments.uniform(0.1, 1.0)):
            self.world.processes["gateway"].kill()
            self.world.start("gateway")
            kills += 1
        return kills

    def entries(self):
        lines = self.world.run(self.world.program("slussctl"), "log", "show", "--json", "--limit",
                               "1000000", "--database", self.world.dir / "gateway" / "sluss.db")
        return [json.loads(line) for line in lines.splitlines()]

    def check(self, told, entries):
        ends, deliveries, withdrawn = collections.defaultdict(list), {}, {}
        for entry in entries:
            leaf = entry.get("leaf", entry)
            kind, message = leaf["kind"], leaf.get("message_id")
            if kind in ENDS:
                ends[message].append(kind)
            elif kind == "DELIVERY":
                deliveries[message] = entry["index"]
            elif kind == "WITHDRAWAL":
                self.assertNotIn(leaf["consent_id"], withdrawn, "a consent was withdrawn twice")
                withdrawn[leaf["consent_id"]] = entry["index"]
        states = collections.Counter()
        for one in told:
            with self.subTest(one):
                self.check_one(one, ends[one["message"]], deliveries.get(one["message"]),
                               withdrawn[one["consent"]])
            states[one["state"]] += 1
        print(dict(states), "received after the withdrawal's answer:",
              sum(one["receivedLate"] for one in told))
        for state in ("STOPPED", "RECALLED", "ACKNOWLEDGED"):
            self.assertGreater(states[state], 0, f"the race never came to {state}: {states}")

    def check_one(self, one, ends, delivered, withdrawn):
        if one["verdict"] == "VERDICT_DENY":  # submitted after its consent was withdrawn
            self.assertEqual((one["state"], ends, delivered), ("DENIED", [], None))
        else:
            self.assertEqual([ENDS[kind] for kind in ends], [one["state"]])
        if delivered is not None:
            self.assertLess(delivered, withdrawn, "handed out after the withdrawal")
        if one["state"] in ("STOPPED", "DENIED"):
            self.assertEqual(one["received"], 0, "it was stopped, and it came")
        if one["state"] == "ACKNOWLEDGED":
            self.assertEqual(one["recalls"], 0)
        if one["state"] == "RECALLED":
            self.assertEqual(one["recall"], "destroyed")
            self.assertGreater(one["recalls"], 0)
        # What comes late on the wire was recalled, and its recipient was told so.
        if one["receivedLate"]:
            self.assertEqual(one["state"], "RECALLED")
        if one["listed"] and not one["answeredAgain"]:
            self.assertEqual({"stopped": "STOPPED", "recalled": "RECALLED",
                              "gone": "ACKNOWLEDGED"}[one["listed"]], one["state"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
