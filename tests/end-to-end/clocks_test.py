"""Deadlines with real processes: their clock is moved, nobody sleeps."""

import datetime
import json
import pathlib
import sys
import tempfile
import unittest

from support import BUILD, ROOT

sys.path.insert(0, str(ROOT / "deploy" / "walkthrough"))
from scenarios import DUTY, child  # noqa: E402
from walk import SCHOOL, SOCIAL, Walk  # noqa: E402
from world import World  # noqa: E402


def figures(path):
    """name{labels} -> value of a metrics file."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


class ClocksTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="sluss-e2e-")
        self.addCleanup(self.temporary.cleanup)
        self.world = World(pathlib.Path(self.temporary.name) / "world", BUILD,
                           moved_clock=datetime.timedelta())
        self.world.create()
        self.addCleanup(self.world.stop_all)
        for config in (self.world.dir / "gateway" / "gateway.txtpb",
                       *(self.world.agency_dir(agency) / "adapter.txtpb"
                         for agency in self.world.agencies)):
            with config.open("a") as file:
                file.write('metrics_file: "figures.prom"\n')
        self.world.start_all()
        self.walk = Walk(self.world)

    def entries(self, kind):
        """Entries of this kind in the log, by `slussctl log show`."""
        text = self.world.run(self.world.program("slussctl"), "log", "show", "--json", "--limit", "1000",
                              "--database", self.world.dir / "gateway" / "sluss.db")
        return [entry for entry in map(json.loads, text.splitlines()) if entry["kind"] == kind]

    def outcomes(self, message):
        process = self.world.processes[SCHOOL]
        with process.changed:
            return [e for e in process.events
                    if e["event"] == "outcome" and e["message"] == message]

    def told_to_phone(self, message):
        event = self.world.processes[SCHOOL].wait_for(
            lambda e: e["event"] == "outcome" and e["message"] == message and e["phoneNow"],
            timeout=60)
        self.assertTrue(event, "the school was not told to phone")
        return event

    def await_figure(self, path, name, wanted):
        """Figures are written every 15 seconds of the process's clock, or at its start."""
        for _ in range(400):
            if path.exists() and figures(path).get(name) == wanted:
                return
            self.world.processes[SCHOOL].wait_for(lambda e: False, timeout=0.1)
        self.fail(f"{name} is {figures(path).get(name) if path.exists() else None}, not {wanted}")

    def test_a_missed_deadline_is_told_once_through_kill_9_and_stands_in_the_log(self):
        self.walk.close_stream(SOCIAL)
        answer = self.walk.send(SCHOOL, DUTY, child=child(13)).expect("PERMIT")  # must be today
        self.world.move_clock(minutes=50)
        later = self.walk.send(SCHOOL, DUTY, child=child(12)).expect("PERMIT")
        self.assertEqual(self.outcomes(answer.message), [], "an hour has not passed")
        self.world.processes["gateway"].kill()
        self.world.move_clock(minutes=11)
        self.world.start("gateway")
        event = self.told_to_phone(answer.message)
        self.assertEqual(event["state"], "QUEUED")
        self.assertEqual(self.outcomes(later.message), [])
        self.world.processes["gateway"].kill()
        self.world.start("gateway")
        self.walk.send(SCHOOL, DUTY, child=child(11)).expect("PERMIT")  # it works again
        notices = self.entries("PHONE_NOTICE")
        self.assertEqual([n["message_id"] for n in notices], [answer.message])
        self.assertTrue(notices[0]["phone_now"])
        self.assertEqual(len(self.outcomes(answer.message)), 1)
        files = [path.name for path in self.world.out_files(SCHOOL)
                 if path.name.startswith(answer.message) and "phone-now" in path.name]
        self.assertTrue(files, "no native result tells to phone")
        # It still arrives, and the sender hears that too.
        self.world.start(SOCIAL)
        self.walk.received(SOCIAL, answer.message, timeout=60)
        self.assertTrue(self.world.processes[SCHOOL].wait_for(
            lambda e: e["event"] == "outcome" and e["message"] == answer.message and
            e["state"] == "ACKNOWLEDGED", timeout=60))
        self.assertIn("verif", self.world.verify_log())

    def test_clocks_of_the_receiver_become_due_and_overdue(self):
        answer = self.walk.send(SCHOOL, DUTY, child=child(13)).expect("PERMIT")
        self.walk.received(SOCIAL, answer.message)
        out = self.world.agency_dir(SOCIAL) / "out" / "clocks.open.json"
        prom = self.world.agency_dir(SOCIAL) / "figures.prom"

        def await_clocks(wanted):
            """The list is rewritten after a step of its own, not together with the figures."""
            for _ in range(400):
                shown = {c["clock"]: c["overdue"] for c in json.loads(out.read_text())["clocks"]}
                if shown == wanted:
                    return
                social.wait_for(lambda e: False, timeout=0.1)
            self.assertEqual(shown, wanted)

        social = self.world.processes[SOCIAL]
        since = social.mark()
        self.world.move_clock(hours=25)
        self.assertTrue(social.wait_for(
            lambda e: e["event"] == "clock-overdue" and e["clock"] == "assess-protection", since))
        self.await_figure(prom, 'sluss_clocks_overdue{clock="assess-protection"}', 1)
        await_clocks({"assess-protection": True, "decide-investigation": False})
        # Set back: what was overdue stays so, and nothing is told twice.
        self.world.move_clock(hours=-25)
        _, since = self.walk.hand_in(SOCIAL, "opened.clock.json", json.dumps(
            {"message": answer.message, "event": "opened"}))
        self.await_figure(prom, 'sluss_clocks_running{clock="finish-investigation"}', 1)
        await_clocks({"answer-reporter": False, "finish-investigation": False})
        self.world.move_clock(days=125)
        self.assertTrue(social.wait_for(
            lambda e: e["event"] == "clock-overdue" and e["clock"] == "finish-investigation",
            since))
        with social.changed:
            told = [e["clock"] for e in social.events if e["event"] == "clock-overdue"]
        self.assertEqual(told.count("assess-protection"), 1)
        self.assertEqual(prom.stat().st_mode & 0o777, 0o640)

    def test_a_gateway_whose_clock_is_set_back_keeps_its_order(self):
        self.walk.send(SCHOOL, DUTY, child=child(13)).expect("PERMIT")
        self.world.move_clock(hours=-2)
        gateway = self.world.processes["gateway"]
        self.assertTrue(gateway.wait_for(lambda e: e["event"] == "clock-set-back"))
        self.walk.send(SCHOOL, DUTY, child=child(12)).expect("PERMIT")
        self.world.processes["gateway"].kill()
        self.world.start("gateway")
        self.walk.send(SCHOOL, DUTY, child=child(11)).expect("PERMIT")
        self.assertIn("verif", self.world.verify_log())
        times = [entry["time"] for entry in self.entries("DECISION")]
        self.assertEqual(times, sorted(times))
        prom = self.world.dir / "gateway" / "figures.prom"
        self.await_figure(prom, "sluss_log_healthy", 1)
        shown = figures(prom)
        self.assertIn('sluss_submissions_total{verdict="permit"}', shown)
        self.assertIn("sluss_clock_behind_seconds", shown)
        text = prom.read_text()
        for agency in self.world.agencies:
            self.assertNotIn(agency, text, "figures name no agency")

    def test_what_waits_for_a_key_holder_that_is_away_for_a_day(self):
        self.world.processes["keyholder"].kill()
        duty = self.walk.send(SCHOOL, DUTY, child=child(13)).expect("PERMIT")
        event, _ = self.walk.received(SOCIAL, duty.message)
        self.assertTrue(event["pseudonymPending"])
        waits = self.walk.send("child-psychiatry/bup-sundby",
                               "child-psychiatry/care-need.json.template", child=child(15, 982))
        waits.expect("PERMIT")
        self.world.move_clock(hours=24)
        self.world.start("keyholder")
        self.walk.pseudonym(SOCIAL, duty.message)
        event, _ = self.walk.received(SOCIAL, waits.message, timeout=40)
        self.assertFalse(event["pseudonymPending"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
