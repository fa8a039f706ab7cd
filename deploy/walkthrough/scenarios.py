"""The scenarios: what is dropped, and how it must end. Test identities only.

Each function takes a Walk and returns lines to print; it raises Mismatch when anything is otherwise.
"""

import json
import re
import time

from walk import BUP, POLICE, SCHOOL, SOCIAL, child, require

DUTY = "school/duty-report.xml"
SIGNAL = "school/sspf-signal.xml"
CARE = "child-psychiatry/care-need.json.template"

PARTIES = [{"agency": SCHOOL, "functions": ["principal", "counsellor"]},
           {"agency": POLICE, "functions": ["police-officer"]}]
CATEGORIES = ["CONTACT", "ATTENDANCE", "NARRATIVE", "FACTORS", "PLAN", "IDENTITY_ESCROW"]


def tell(answer):
    parts = [f"{answer.verdict}: {answer.reason}"]
    if answer.passed:
        parts.append("passed " + ", ".join(sorted(answer.passed)))
    if answer.withheld:
        parts.append("withheld " + ", ".join(sorted(answer.withheld)))
    return "; ".join(parts)


def holds(files, text):
    return any(text.encode() in path.read_bytes() for path in files)


def duty_report(walk):
    number = child(13)
    answer = walk.send(SCHOOL, DUTY, child=number)
    answer.expect("PERMIT", "19 kap. 1 §", passed=["IDENTITY", "NARRATIVE"])
    _, files = walk.received(SOCIAL, answer.message)
    require(holds(files, number), "the identity did not arrive")
    walk.pseudonym(SOCIAL, answer.message)
    walk.outcome(SCHOOL, answer.message, "ACKNOWLEDGED")
    return [tell(answer), f"native result: {files[0]}"]


def duty_report_without_key_holder(walk):
    walk.world.processes["keyholder"].kill()
    number = child(12, 981)
    answer = walk.send(SCHOOL, DUTY, child=number).expect("PERMIT", "19 kap. 1 §")
    event, files = walk.received(SOCIAL, answer.message)
    require(holds(files, number), "the identity did not arrive")
    require(event["pseudonymPending"], "there was no key holder to make a pseudonym")
    walk.world.start("keyholder")
    walk.pseudonym(SOCIAL, answer.message)
    return ["delivered while the key holder was down; its pseudonym followed"]


def care_need(walk):
    answer = walk.send(BUP, CARE, child=child(15, 982))
    answer.expect("PERMIT", "25 kap. 12 §", passed=["HEALTH", "NARRATIVE"])
    _, files = walk.received(SOCIAL, answer.message)
    return [tell(answer), f"native result: {files[0]}"]


def care_need_of_an_adult(walk):
    answer = walk.send(BUP, CARE, child=child(19, 983)).expect("DENY", "25 kap. 12 §")
    return [tell(answer)]


def prevention(walk):
    answer = walk.send(SOCIAL, "social-services/concern-for-police.json.template",
                       child=child(20, 984))
    answer.expect("PARTIAL", "10 kap. 18 a §", passed=["CONTACT", "NARRATIVE"],
                  withheld=["HEALTH", "SOCIAL_DECISIONS"])
    event, files = walk.received(POLICE, answer.message)
    require(event["withheld"] == 2, f"{event['withheld']} compartments withheld instead of 2")
    return [tell(answer), f"native result: {files[0]}"]


def prevention_denied(walk):
    one = walk.send(SOCIAL, "social-services/concern-for-police-one-officer.json.template",
                    child=child(20, 985)).expect("DENY", "10 kap. 18 a §")
    old = walk.send(SOCIAL, "social-services/concern-for-police.json.template",
                    child=child(21, 986)).expect("DENY", "10 kap. 18 a §")
    return ["one officer: " + tell(one), "age 21: " + tell(old)]


def school_to_police(walk):
    principal = walk.send(SCHOOL, "school/police-information-by-principal.xml",
                          child=child(16, 987))
    principal.expect("PERMIT", "7 §")
    _, files = walk.received(POLICE, principal.message)
    teacher = walk.send(SCHOOL, "school/police-information-by-teacher.xml",
                        child=child(16, 988)).expect("DENY", "7 §")
    return ["principal: " + tell(principal), f"native result: {files[0]}",
            "teacher: " + tell(teacher)]


def health_care_wall(walk):
    answer = walk.send(BUP, "child-psychiatry/crime-prevention.json.template",
                       child=child(17, 989)).expect("DENY", code="forbidden")
    require("10 kap. 15 a §" in answer.reason or "25 kap. 1 §" in answer.reason,
            f"the wall is not named: {answer.reason}")
    return [tell(answer)]


def signal_with_consent(walk):
    number = child(15, 990)
    consent = walk.consent(SCHOOL, number, "sspf-1", PARTIES, CATEGORIES)
    answer = walk.send(SCHOOL, SIGNAL, child=number, CONSENT_ID=consent)
    answer.expect("PERMIT", "10 kap. 1 §", passed=["IDENTITY_ESCROW", "NARRATIVE"])
    event, files = walk.received(POLICE, answer.message)
    require(not event["pseudonymPending"], "no pseudonym came")
    require(not holds(files, number), "the police can read whom it is about")
    return [tell(answer), f"native result, without a name: {files[0]}"]


def consent_that_does_not_hold(walk):
    lines = []
    number = child(16, 991)

    def denied(title, code, reference, number=number):
        answer = walk.send(SCHOOL, SIGNAL, child=number, CONSENT_ID=reference)
        answer.expect("DENY", code=code)
        lines.append(f"{title}: {tell(answer)}")

    walk.consent(SCHOOL, number, "sspf-expired", PARTIES, CATEGORIES, days=(-30, -1))
    denied("expired yesterday", "consent-expired", "sspf-expired")
    walk.consent(SCHOOL, number, "sspf-withdrawn", PARTIES, CATEGORIES)
    walk.withdraw(SCHOOL, reference="sspf-withdrawn")
    denied("withdrawn", "consent-withdrawn", "sspf-withdrawn")
    walk.consent(SCHOOL, number, "sspf-one-guardian", PARTIES, CATEGORIES, granted=1)
    denied("one guardian missing", "consent-guardian-missing", "sspf-one-guardian")
    walk.consent(SCHOOL, child(16, 992), "sspf-other-child", PARTIES, CATEGORIES)
    denied("of another child", "consent-other-child", "sspf-other-child")
    return lines


def withdrawal_while_queued(walk):
    number = child(14, 993)
    consent = walk.consent(SCHOOL, number, "sspf-2", PARTIES, CATEGORIES)
    walk.close_stream(POLICE)
    answer = walk.send(SCHOOL, SIGNAL, child=number, CONSENT_ID=consent).expect("PERMIT")
    taken_back = walk.withdraw(SCHOOL, reference="sspf-2")
    require(taken_back["stopped"] == 1, f"the answer says {taken_back['stopped']} stopped")
    walk.outcome(SCHOOL, answer.message, "STOPPED")
    walk.world.start(POLICE)
    # Something later passes the same way first; the stopped one must not have come with it.
    later = walk.send(SCHOOL, "school/police-information-by-principal.xml",
                      child=child(16, 994))
    walk.received(POLICE, later.message)
    walk.never_received(POLICE, answer.message)
    return [f"{taken_back['stopped']} stopped, {taken_back['alreadyGone']} already gone"]


def withdrawal_of_a_category(walk):
    """The plan is taken back, the rest still stands: the queued message leaves without the plan."""
    number = child(16, 981)
    consent = walk.consent(SCHOOL, number, "sspf-3", PARTIES, CATEGORIES)
    walk.close_stream(POLICE)
    answer = walk.send(SCHOOL, SIGNAL, child=number, CONSENT_ID=consent).expect("PERMIT")
    taken_back = walk.withdraw(SCHOOL, reference="sspf-3", categories=["ATTENDANCE"])
    require((taken_back["stopped"], taken_back["trimmed"]) == (0, 1),
            f"the answer says {taken_back}")
    walk.world.start(POLICE)
    event, files = walk.received(POLICE, answer.message)
    require(event["withheld"] == 1, f"{event['withheld']} compartments were cut instead of 1")
    receipt, = (path for path in walk.world.out_files(SCHOOL)
                if path.name.startswith(f"{consent}.withdrawal-") and path.suffix == ".html")
    require("Kvitto på återkallelse" in receipt.read_text(), "the receipt is not one")
    return ["1 trimmed; it arrived without what was withdrawn", f"receipt: {receipt}"]


def withdrawal_in_flight(walk):
    """Handed out, not acknowledged: called back, destroyed there, and said so."""
    number = child(16, 982)
    consent = walk.consent(SCHOOL, number, "sspf-4", PARTIES, CATEGORIES)
    try:
        answer = walk.claimed_by_frozen(
            POLICE, lambda: walk.send(SCHOOL, SIGNAL, child=number, CONSENT_ID=consent))
        taken_back = walk.withdraw(SCHOOL, reference="sspf-4")
    finally:
        walk.thaw(POLICE)
    require((taken_back["stopped"], taken_back["recalled"]) == (0, 1),
            f"the answer says {taken_back}")
    recalled = walk.world.processes[POLICE].wait_for(
        lambda e: e["event"] == "recalled" and e["message"] == answer.message)
    require(recalled and recalled["done"] in ("destroyed", "not-received"), f"{recalled}")
    left = [path.name for path in walk.world.out_files(POLICE)
            if path.name.startswith(answer.message)
            and not path.name.endswith((".recall.json", ".tlog-proof"))]
    require(not left, f"{left} were not destroyed")
    deadline = time.monotonic() + 20
    while walk.status(answer.message)["recall"] == "pending":
        require(time.monotonic() < deadline, "the police never said what they did")
        time.sleep(0.05)
    return [f"1 recalled; the police: {walk.status(answer.message)['recall']}"]


def contradicting_consents(walk):
    """A second consent says no to what the first said yes to: the stricter one holds, until an
    officer decides."""
    number = child(16, 983)
    first = walk.consent(SCHOOL, number, "sspf-5", PARTIES, CATEGORIES)
    walk.send(SCHOOL, SIGNAL, child=number, CONSENT_ID=first).expect("PERMIT", passed=["ATTENDANCE"])
    narrow = [category for category in CATEGORIES if category != "ATTENDANCE"]
    second = walk.consent(SCHOOL, number, "sspf-6", PARTIES, narrow, refusedCategories=["ATTENDANCE"])
    held = walk.send(SCHOOL, SIGNAL, child=number, CONSENT_ID=first)
    held.expect("PARTIAL", withheld=["ATTENDANCE"])
    officer = walk.world.official("officer", "kim")
    decided = walk.world.ask(officer, "consent", "decide", "--stands", second, "--falls", first,
                             "--reason", "the family wants the narrower one")
    require(decided.returncode == 0, decided.stderr)
    ended = walk.send(SCHOOL, SIGNAL, child=number, CONSENT_ID=first)
    ended.expect("DENY", code="consent-withdrawn")
    stands = walk.send(SCHOOL, SIGNAL, child=number, CONSENT_ID=second)
    stands.expect("PARTIAL", withheld=["ATTENDANCE"])
    return ["undecided: " + tell(held), "decided: " + tell(ended)]


def consultation(walk):
    answer = walk.send(SCHOOL, "school/consultation.xml")
    answer.expect("PERMIT", passed=["ANONYMOUS"])
    require(answer.passed == {"ANONYMOUS"}, f"{sorted(answer.passed)} passed")
    _, files = walk.received(SOCIAL, answer.message)
    return [tell(answer), f"native result: {files[0]}"]


def feedback(walk):
    report = walk.send(SCHOOL, DUTY, child=child(11, 995)).expect("PERMIT")
    walk.received(SOCIAL, report.message)
    answer = walk.send(SOCIAL, "social-services/feedback.json.template",
                       REPLY_TO=report.message).expect("PERMIT", "19 kap. 6 §")
    _, files = walk.received(SCHOOL, answer.message)
    with_text = walk.fill("social-services/feedback.json.template", REPLY_TO=report.message)
    with_text = with_text.replace(b'"status":', b'"comment": "utredning om mamman", "status":')
    error = walk.refused(SOCIAL, "feedback-with-text.json", with_text)
    return [tell(answer), f"native result: {files[0]}", f"with a text: refused, {error}"]


def law_of_the_day(walk):
    """The same duty report, decided by the very policies that are in force, for two days."""
    facts = {"sender": SCHOOL, "recipient": SOCIAL, "purpose": "PROTECTION",
             "category": ["IDENTITY", "NARRATIVE"], "officerRole": ["teacher"], "reason": True,
             "consent": "NONE_CITED", "ageBelow": 18}
    lines = []
    for day, paragraph in (("2025-06-30", "14 kap. 1 §"), ("2025-07-01", "19 kap. 1 §")):
        decision = walk.decide(facts, day)
        require(decision["verdict"] == "VERDICT_PERMIT", f"{day}: {decision['reason_sv']}")
        require(paragraph in decision['reason_sv'], f"{day}: {decision['reason_sv']}")
        lines.append(f"{day}: {decision['reason_sv']}")
    return lines


def same_file_twice(walk):
    content = walk.fill(DUTY, child=child(10, 996))
    process = walk.world.processes[SCHOOL]
    since = process.mark()
    walk.world.drop(SCHOOL, "twice-1.xml", content)
    first = process.wait_for(lambda e: e["event"] == "submitted", since)
    require(first, "the first drop was not sent")
    walk.received(SOCIAL, first["message"])
    since = process.mark()
    walk.world.drop(SCHOOL, "twice-2.xml", content)
    again = process.wait_for(lambda e: e["event"] in ("sent-before", "submitted"), since)
    require(again and again["event"] == "sent-before" and again["message"] == first["message"],
            f"the second drop was not recognised: {again}")
    return ["one message; the second file was recognised"]


def urgent_and_nobody_there(walk):
    """Nobody listens: the deadline cannot be met, and the sender hears so at once."""
    walk.close_stream(SOCIAL)
    record = walk.fill(DUTY, child=child(7, 997)).decode("latin-1")
    record = record.replace("<![CDATA[I dag]]>", "<![CDATA[Omedelbart]]>")
    error = walk.refused(SCHOOL, "acute-unphoned.xml", record.encode("latin-1"))
    require("phone" in error, f"refused, but not for the telephone call: {error}")
    phoned = ("<ringtForst><QueryID>5020</QueryID><Name><![CDATA[Har du ringt?]]></Name>"
              "<Value><![CDATA[Ja]]></Value></ringtForst></Values>")
    record = record.replace("</Values>", phoned)
    answer = walk.submit(SCHOOL, "acute-phoned.xml", record.encode("latin-1")).expect("PERMIT")
    require(answer.phone_now, "the sender was not told to phone")
    told = [path for path in walk.world.out_files(SCHOOL)
            if path.name.startswith(answer.message) and "phone-now" in path.name]
    require(told, "no native result tells to phone")
    walk.world.start(SOCIAL)
    walk.received(SOCIAL, answer.message)
    return [f"unphoned: refused, {error}", f"phoned: told to phone again at once, {told[0]}"]


def correction(walk):
    number = child(12, 998)
    first = walk.fill(DUTY, child=number)
    report = walk.submit(SCHOOL, "report.xml", first).expect("PERMIT")
    walk.received(SOCIAL, report.message)
    own_id = re.search(rb"<FlowInstanceID>(\d+)<", first)[1].decode()
    lines = []
    for sample, status in (("correction", "corrected"), ("retraction", "retracted")):
        answer = walk.send(SCHOOL, f"school/{sample}.xml", child=number, ORIGINAL_ID=own_id)
        answer.expect("PERMIT", "19 kap. 1 §")
        walk.received(SOCIAL, answer.message)
        path = walk.world.agency_dir(SOCIAL) / "out" / f"{report.message}.marking.json"
        marking = json.loads(path.read_text())
        require(marking["known"] and marking["status"] == status, f"marked {marking['status']}")
        require(marking["markings"][-1]["by"] == answer.message, "marked by another message")
        lines.append(f"{status}: {path}")
    walk.close_stream(SOCIAL)
    stopped = walk.send(SCHOOL, DUTY, child=number).expect("PERMIT")
    walk.withdraw(SCHOOL, message=stopped.message)
    walk.outcome(SCHOOL, stopped.message, "STOPPED")
    walk.world.start(SOCIAL)
    text = walk.fill("school/correction.xml", child=number, ORIGINAL_ID=stopped.message)
    error = walk.refused(SCHOOL, "correction-of-stopped.xml", text)
    require("was stopped before it was handed out" in error, f"refused otherwise: {error}")
    return lines + [f"of what never arrived: {error}"]


def kill_everything_once(walk):
    """kill -9 of each process while messages flow; all arrive, each once."""
    sent = []
    for number, victim in enumerate(["gateway", "keyholder", SCHOOL, SOCIAL]):
        process, since = walk.drop(SCHOOL, DUTY, child=child(9, 980 + number))
        time.sleep(0.02 * number)  # hits a different place each time; none of them may matter
        walk.world.processes[victim].kill()
        walk.drop(SCHOOL, DUTY, child=child(8, 980 + number))
        walk.world.start(victim)
        for _ in range(2):
            event = process.wait_for(
                lambda e: e["event"] == "submitted" and e["message"] not in sent, since,
                timeout=60)
            require(event, f"after kill -9 of {victim}: a record was not sent")
            sent.append(event["message"])
    for message in sent:
        walk.received(SOCIAL, message, timeout=60)
    process = walk.world.processes[SOCIAL]
    with process.changed:
        received = [e["message"] for e in process.events if e["event"] == "received"]
    doubled = {message for message in sent if received.count(message) != 1}
    require(not doubled, f"{len(doubled)} messages were written twice")
    return [f"{len(sent)} messages, each arrived once"]


def reidentification(walk):
    number = child(15, 998)
    consent = walk.consent(SCHOOL, number, "sspf-escrow", PARTIES, CATEGORIES)
    answer = walk.send(SCHOOL, SIGNAL, child=number, CONSENT_ID=consent).expect("PERMIT")
    walk.received(POLICE, answer.message)
    patrol, investigator = ("Pim Patrull", "police-officer"), ("Ulla Utredare", "investigator")
    alone = walk.reidentify(POLICE, answer.message, "OSL-10-15A", [patrol])
    require(alone.get("verdict") == "DENY" and alone["reason"] == "officers",
            f"one officer was enough: {alone}")
    both = walk.reidentify(POLICE, answer.message, "OSL-10-15A", [patrol, investigator])
    require(both.get("verdict") == "PERMIT" and both["outcome"] == "match", f"no match: {both}")
    identity = walk.world.agency_dir(POLICE) / "out" / f"{answer.message}.identity.json"
    require(number in identity.read_text(), "the identity was not written")
    told = walk.world.processes[SCHOOL].wait_for(
        lambda e: e["event"] == "reidentified" and e["message"] == answer.message)
    require(told and told["legalBasis"] == "OSL-10-15A", f"the school was not told: {told}")
    again = walk.reidentify(POLICE, answer.message, "OSL-10-15A", [patrol, investigator])
    require(again.get("repeated") is True, f"not answered from the first: {again}")
    return ["one officer: denied, officers", f"two officers: {identity}",
            f"the school was told, entry {told['logIndex']}; asked again: answered from the first"]


def citizen_asks(walk):
    """Two reports about one child and one about another: the officer finds exactly the child's own."""
    world, number = walk.world, child(9, 990)
    for sample, who in ((DUTY, SCHOOL), (CARE, BUP)):
        answer = walk.send(who, sample, child=number).expect("PERMIT")
        walk.received(SOCIAL, answer.message)
    walk.send(SCHOOL, DUTY, child=child(9, 991)).expect("PERMIT")
    out = world.dir / "access-report"
    done = world.access_report(world.official("officer", "kim"), number, out, "--json")
    require(done.returncode == 0, f"no report: {done.stderr}")
    told = json.loads(done.stdout)
    require(told["disclosures"] == 2, f"{told['disclosures']} disclosures instead of 2")
    checked = world.run(world.program("sluss-verify"), "--report", out / "citizen",
                        "--key", world.verifier_key()).splitlines()
    return [f"{told['compared']} entries compared, 2 are about the child: {out}/citizen",
            checked[-1]]


def shares_refreshed_while_queued(walk):
    """Everybody's keys are new afterwards, the shares too; what waited arrives, and the register that
    was enrolled before finds the child."""
    world, number = walk.world, child(16, 984)
    old = world.keys["gateway"][0]
    process = world.processes[POLICE]
    since = process.mark()
    world.add_to_register(POLICE, number, "POL-2026-9")
    require(process.wait_for(lambda e: e["event"] == "enrolled" and e["new"], since, timeout=40),
            "the police's register was not enrolled")
    consent = walk.consent(SCHOOL, number, "sspf-keys", PARTIES, CATEGORIES)
    walk.close_stream(POLICE)
    sent = [walk.send(SCHOOL, SIGNAL, child=number, CONSENT_ID=consent).expect("PERMIT").message]
    new = world.rotate(2, old)
    for holder in ("keyholder", "gateway"):
        world.use_keys(holder, new, old)
    for agency in world.agencies:  # learn
        world.use_keys(agency, old, new)
    for agency in world.agencies:  # change over
        world.use_keys(agency, new, old)
    sent.append(walk.send(SCHOOL, SIGNAL, child=number, CONSENT_ID=consent).expect("PERMIT").message)
    world.start(POLICE)
    for message in sent:
        _, files = walk.received(POLICE, message)
        require(holds(files, "POL-2026-9"), "the register did not find the child")
        walk.outcome(SCHOOL, message, "ACKNOWLEDGED")
    for party in ("gateway", "keyholder", *world.agencies):  # drop
        world.use_keys(party, new)
    return [f"keys {old.name} -> {new.name}: one queued before, one sent after, both arrived",
            f"the register enrolled before found the child: {files[0]}"]


SCENARIOS = [
    ("a", "school -> social services: duty report, no consent", duty_report),
    ("b", "the same with the key holder down", duty_report_without_key_holder),
    ("c", "child psychiatry -> social services: care need, child of 15", care_need),
    ("d", "the same, aged 19", care_need_of_an_adult),
    ("e", "social services -> police: prevention, aged 20, two officers", prevention),
    ("f", "the same with one officer, and at 21", prevention_denied),
    ("g", "school -> police: by the principal, and by a teacher", school_to_police),
    ("h", "child psychiatry -> police: the health-care wall", health_care_wall),
    ("i", "school -> police: SSPF signal with written consent", signal_with_consent),
    ("j", "the same with a consent that does not hold", consent_that_does_not_hold),
    ("k", "consent withdrawn while the message is queued", withdrawal_while_queued),
    ("k2", "a category withdrawn while the message is queued", withdrawal_of_a_category),
    ("k3", "consent withdrawn while the message is out and not acknowledged", withdrawal_in_flight),
    ("k4", "a second consent contradicts the first", contradicting_consents),
    ("l", "school -> social services: consultation without a name", consultation),
    ("m", "social services -> school: feedback", feedback),
    ("n", "the law of the day: 30 June and 1 July 2025", law_of_the_day),
    ("o", "the same file dropped twice", same_file_twice),
    ("p", "kill -9 of every process in mid-flow", kill_everything_once),
    ("q", "the police re-identify an escrowed identity; the school is told", reidentification),
    ("r", "acute, and nobody listens: a missed deadline", urgent_and_nobody_there),
    ("s", "school -> social services: correction and retraction of a report", correction),
    ("u", "a citizen asks what was told: the access report and its proofs", citizen_asks),
    ("t", "shares refreshed while messages are queued", shares_refreshed_while_queued),
]
