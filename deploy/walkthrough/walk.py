"""Drops native records into a running world and tells what became of them."""

import datetime
import json
import re
import signal
import time
import uuid

from identities import test_number
from world import ROOT

SAMPLES = ROOT / "deploy" / "samples"

SCHOOL = "school/ekbacken"
SOCIAL = "social-services/sundby"
POLICE = "police/region-mitt"
BUP = "child-psychiatry/bup-sundby"


class Mismatch(Exception):
    """A scenario ended otherwise than it must."""


def require(condition, text):
    if not condition:
        raise Mismatch(text)


class Answer:
    """What the gateway answered to one record, as the adapter wrote it for its agency."""

    def __init__(self, message, json_answer):
        self.message = message
        self.verdict = json_answer["verdict"]
        self.code = json_answer["reasonCode"]
        self.reason = json_answer["reasonSv"]
        self.paragraphs = json_answer["paragraphs"]
        self.passed = set(json_answer["passed"])
        self.withheld = set(json_answer["withheld"])
        self.phone_now = json_answer["phoneNow"]

    def expect(self, verdict, paragraph=None, code=None, passed=None, withheld=None):
        require(self.verdict == verdict, f"{self.verdict} instead of {verdict}: {self.reason}")
        if paragraph:
            named = " ".join(self.paragraphs) + " " + self.reason
            require(paragraph in named, f"`{paragraph}` is not named in: {named}")
        if code:
            require(self.code == code, f"reason `{self.code}` instead of `{code}`")
        if passed is not None:
            require(set(passed) <= self.passed, f"only {sorted(self.passed)} passed")
        if withheld is not None:
            require(set(withheld) <= self.withheld, f"only {sorted(self.withheld)} were withheld")
        return self


class Walk:
    def __init__(self, world):
        self.world = world
        self.children = set()  # every number that was ever handed in

    # ---- records -------------------------------------------------------------------------------

    def fill(self, template, child=None, **tokens):
        """A native record from a sample: its own id, now, and the child, unlike every other's."""
        self.world.records += 1
        self.children |= {child} - {None}
        path = SAMPLES / template
        encoding = "latin-1" if path.suffix == ".xml" and b"ISO-8859-1" in path.read_bytes()[:120] \
            else "utf-8"
        text = path.read_text(encoding=encoding)
        now = self.world.now()
        values = {
            "NOW": now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "NOW_LOCAL": now.astimezone().strftime("%Y-%m-%dT%H:%M:%S"),
            "TODAY": now.strftime("%Y-%m-%d"),
            "MESSAGE_ID": str(uuid.uuid4()),
            "AGE": child or "",
            "NATIVE_ID": str(300000 + self.world.records),
            **tokens,
        }
        if path.suffix == ".xml":  # a whole record: its id, child and consent are exchanged
            for element, value in (("FlowInstanceID", values["NATIVE_ID"]),
                                   ("CitizenIdentifier", f"<![CDATA[{child}]]>")):
                text = re.sub(f"<{element}>.*?</{element}>", f"<{element}>{value}</{element}>", text)
            text = text.replace("CONSENT-ID", values.get("CONSENT_ID", "CONSENT-ID"))
            text = text.replace("ORIGINAL-ID", values.get("ORIGINAL_ID", "ORIGINAL-ID"))
        else:
            text = re.sub(r"@([A-Z_0-9]+)@", lambda match: values[match[1]], text)
        return text.encode(encoding)

    def drop(self, agency, template, name=None, **tokens):
        """Drops a filled sample; returns (process, mark before it)."""
        suffix = "".join(part for part in (SAMPLES / template).suffixes if part != ".template")
        return self.hand_in(agency, name or f"record-{self.world.records + 1}{suffix}",
                            self.fill(template, **tokens))

    def hand_in(self, agency, name, content):
        process = self.world.processes[agency]
        since = process.mark()
        self.world.drop(agency, name, content)
        return process, since

    def send(self, agency, template, **tokens):
        """Drops a filled sample and waits for the gateway's answer to it."""
        return self._answered(agency, *self.drop(agency, template, **tokens))

    def submit(self, agency, name, content):
        """Drops a record that the caller wrote and waits for the gateway's answer to it."""
        return self._answered(agency, *self.hand_in(agency, name, content))

    def _answered(self, agency, process, since):
        event = process.wait_for(
            lambda e: e["event"] in ("submitted", "rejected"), since)
        require(event, f"{agency} got no answer; see {process.log_path}")
        require(event["event"] == "submitted", f"the adapter refused the record: {event}")
        return self.answer(agency, event["message"])

    def refused(self, agency, name, content):
        """Drops a record that the adapter must refuse; returns its words."""
        process, since = self.hand_in(agency, name, content)
        event = process.wait_for(
            lambda e: e["event"] in ("submitted", "rejected"), since)
        require(event, f"{agency} said nothing; see {process.log_path}")
        require(event["event"] != "submitted", "the record was sent")
        return event["error"]

    def answer(self, agency, message):
        path = self.world.agency_dir(agency) / "out" / f"{message}.answer.json"
        deadline = time.monotonic() + 10
        while not path.exists():  # written after the event, renamed into place
            require(time.monotonic() < deadline, f"{path} was not written")
            time.sleep(0.01)
        return Answer(message, json.loads(path.read_text()))

    # ---- what became of them -------------------------------------------------------------------

    def received(self, agency, message, timeout=20.0):
        """Waits until the recipient's adapter has it; returns the native files it wrote."""
        process = self.world.processes[agency]
        event = process.wait_for(
            lambda e: e["event"] == "received" and e["message"] == message, timeout=timeout)
        require(event, f"{agency} did not receive {message}; see {process.log_path}")
        files = [path for path in self.world.out_files(agency) if path.name.startswith(message)]
        require(files, f"{agency} wrote no native record for {message}")
        return event, files

    def never_received(self, agency, message):
        """After something later has passed the same way, the message has still not come."""
        process = self.world.processes[agency]
        with process.changed:
            came = [e for e in process.events
                    if e["event"] == "received" and e["message"] == message]
        require(not came, f"{agency} received what it must not")

    def pseudonym(self, agency, message, timeout=40.0):
        """Waits until the recipient knows the child's pseudonym: it came along, or it followed."""
        process = self.world.processes[agency]
        require(process.wait_for(
            lambda e: e.get("message") == message and
            (e["event"] == "pseudonym" or e["event"] == "received" and not e["pseudonymPending"]),
            timeout=timeout), f"{agency} never got the pseudonym of {message}")

    def outcome(self, agency, message, state, timeout=20.0):
        process = self.world.processes[agency]
        event = process.wait_for(
            lambda e: e["event"] == "outcome" and e["message"] == message, timeout=timeout)
        require(event, f"{agency} was not told how {message} ended")
        require(event["state"] == state, f"{event['state']} instead of {state}")
        return event

    def decide(self, facts, day):
        """What the policies say about these facts on that day, without sending anything."""
        path = self.world.dir / "facts.json"
        path.write_text(json.dumps(facts))
        return json.loads(self.world.run(
            self.world.program("slussctl"), "policy", "decide", "--json", "--on", day,
            "--facts", path, "--catalogue", ROOT / "policy" / "catalogue",
            "--policies", ROOT / "policy" / "templates"))

    def close_stream(self, agency):
        """Stops an agency's adapter and waits until the gateway knows that it is gone."""
        gateway = self.world.processes["gateway"]
        self.world.processes[agency].stop()

        def held():  # by the gateway that runs now; also by an adapter that was there before
            with gateway.changed:
                events = gateway.events[:]
            begun = max(i for i, event in enumerate(events) if event["event"] == "ready")
            names = [e["event"] for e in events[begun:] if e.get("agency") == agency]
            return names.count("stream-opened") - names.count("stream-closed")

        deadline = time.monotonic() + 20
        while held() > 0:
            require(time.monotonic() < deadline, f"the gateway still holds a stream of {agency}")
            time.sleep(0.02)

    def claimed_by_frozen(self, agency, send):
        """Freezes an agency's adapter, sends it something and waits until the gateway has handed it
        out; returns what send() returned. The caller thaws the adapter."""
        self.freeze(agency)
        answer = send()
        deadline = time.monotonic() + 20
        while self.status(answer.message)["state"] != "CLAIMED":
            require(time.monotonic() < deadline, f"{answer.message} was never handed out")
            time.sleep(0.05)
        return answer

    def freeze(self, agency):
        self.world.processes[agency].child.send_signal(signal.SIGSTOP)

    def thaw(self, agency):
        self.world.processes[agency].child.send_signal(signal.SIGCONT)

    def status(self, message, agency=SCHOOL):
        """What the gateway says of a message, to its sender."""
        result = self.world.ask(agency, "status", "--message", message)
        require(result.returncode == 0, f"no status: {result.stderr}")
        return json.loads(result.stdout)

    # ---- consents ------------------------------------------------------------------------------

    def consent(self, agency, child, reference, parties, categories, guardians=2, granted=2,
                days=(-1, 90), child_grants=True, form="SSPF", purpose="COLLABORATION", **more):
        """Registers a consent; returns its id. days: from and to, counted from today; `more` is put
        into the file as it is."""
        self.children.add(child)
        today = self.world.now().astimezone().date()
        grants = [{"who": "guardian", "name": f"Guardian {number}", "granted": True,
                   "channel": "paper", "evidenceDigest": f"{number:064x}"}
                  for number in range(1, granted + 1)]
        if child_grants:
            grants.append({"who": "child", "name": "The child", "granted": True,
                           "channel": "paper", "evidenceDigest": "c" * 64})
        functions = next(party["functions"] for party in parties if party["agency"] == agency)
        record = {
            "reference": reference, "form": form, "purpose": purpose,
            "parties": parties, "categories": categories,
            "validFrom": str(today + datetime.timedelta(days=days[0])),
            "validTo": str(today + datetime.timedelta(days=days[1])),
            "child": child, "guardians": guardians, "grants": grants,
            "information": {"voluntary": True, "revocable": True, "consequence": True},
            "interpreter": False, "gdpr": {"article6": "6.1.e", "article9": "9.2.g"},
            "officer": "Kim Testsson", "officerRole": functions[0], **more,
        }
        if 12 <= age_of(child) < 15:
            record["maturity"] = {"mature": child_grants, "note": "Samtal den 3 mars."}
        process = self.world.processes[agency]
        since = process.mark()
        self.world.drop(agency, f"{reference}.consent.json", json.dumps(record))
        event = process.wait_for(
            lambda e: e["event"] in ("consent-registered", "rejected"), since)
        require(event and event["event"] == "consent-registered", f"no consent registered: {event}")
        return event["consent"]

    def withdraw(self, agency, reference=None, message=None, **parts):
        """Withdraws a consent, or `parties` or `categories` of it, or an own message; returns the
        gateway's answer."""
        self.world.records += 1
        what = {"consent": reference} if reference else {"message": message}
        process = self.world.processes[agency]
        since = process.mark()
        self.world.drop(agency, f"withdraw-{self.world.records}.withdraw.json",
                        json.dumps({**what, **parts, "officer": "Kim Testsson",
                                    "onBehalfOf": "guardian"}))
        event = process.wait_for(
            lambda e: e["event"] in ("withdrawn", "rejected"), since)
        require(event and event["event"] == "withdrawn", f"nothing was withdrawn: {event}")
        return event

    # ---- escrowed identities -------------------------------------------------------------------

    def order(self, message, basis, officers, weighing=True):
        """The file by which officers ask who the child of a message is."""
        acts = [{"name": name, "role": role, "reason": "Behövs för att förebygga brott."}
                for name, role in officers]
        if weighing:
            acts[0]["weighing"] = "Risken är konkret och väger tyngre."
        return json.dumps({"message": message, "legalBasis": basis, "officers": acts})

    def reidentify(self, agency, message, basis, officers, **options):
        """Asks, and waits for what came of it: the adapter's event."""
        self.world.records += 1
        process = self.world.processes[agency]
        since = process.mark()
        self.world.drop(agency, f"ask-{self.world.records}.reidentify.json",
                        self.order(message, basis, officers, **options))
        event = process.wait_for(
            lambda e: e["event"] in ("reidentification", "rejected"), since, timeout=40)
        require(event, f"{agency} got no answer; see {process.log_path}")
        return event


def age_of(number):
    """Whole years today, from the first eight digits; a co-ordination number has day + 60."""
    today = datetime.date.today()
    year, month, day = int(number[:4]), int(number[4:6]), int(number[6:8]) % 60
    return today.year - year - ((today.month, today.day) < (month, day))


def child(age, serial=980):
    return test_number(age, serial)
