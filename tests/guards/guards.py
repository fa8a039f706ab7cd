"""The guards of the scenarios and of bad input, each with the test that must miss it."""

from typing import NamedTuple


class Guard(NamedTuple):
    name: str
    file: str
    old: str  # once in the file
    new: str
    program: str
    tests: str


def policy(name, file, old, new, tests):
    return Guard(name, f"policy/{file}.txtpb", old, new, "scenarios_test", tests)


def exchange(name, file, old, new, program, tests):
    return Guard(name, f"gateway/exchange/{file}.cc", old, new, program, tests)


def crypto(name, file, old, new, program, tests):
    return Guard(name, f"gateway/crypto/{file}.cc", old, new, program, tests)

GUARDS = [
    # ---- Scenarios
    exchange("(b) a duty report does not wait for the key holder", "pipeline",
             " || row_.details.decision().duty();", ";", "scenarios_test", "*B_Duty*"),
    policy("(d) care need of an adult", "templates/care-need",
           '"psychologist", "physician", "nurse", "school-nurse"]\n'
           "  consent: NOT_REQUIRED  age { below: 18 }",
           '"psychologist", "physician", "nurse", "school-nurse"]\n'
           "  consent: NOT_REQUIRED  age { below: 30 }", "*D_Health*"),
    policy("(e) health is withheld from the police", "templates/social-to-police",
           'category: ["IDENTITY", "CONTACT", "NARRATIVE"]',
           'category: ["IDENTITY", "CONTACT", "NARRATIVE", "HEALTH"]', "*E_Social*"),
    policy("(f) one officer", "templates/social-to-police", "officers: 2", "officers: 1",
           "*F_SocialToPoliceOneOfficer*"),
    policy("(f) age 21", "templates/social-to-police", "  age { below: 21 }", "",
           "*F_SocialToPoliceAt21*"),
    policy("(g) a teacher", "templates/school-to-police",
           'sender_role: "principal"\n  consent: NOT_REQUIRED  age_unknown: true\n'
           '  attestation { officers: 1  reason: TEXT_REQUIRED }\n  obligation { review: true }\n'
           "  legal_comment",
           'sender_role: "ANY"\n  consent: NOT_REQUIRED  age_unknown: true\n'
           '  attestation { officers: 1  reason: TEXT_REQUIRED }\n  obligation { review: true }\n'
           "  legal_comment", "*G_SchoolToPoliceByTeacher*"),
    policy("(h) the wall around health care", "catalogue/walls",
           'recipient: "law-enforcement"\n  purpose: "ANY"  legal_basis: "OSL-25-1"',
           'recipient: "leisure/*"\n  purpose: "ANY"  legal_basis: "OSL-25-1"', "*H_TheHealth*"),
    exchange("(j) expired consent", "consent_state", "now_us >= record.valid_to_us()", "false",
             "consent_scenarios_test", "*J_DeniesWithItsOwnReason*"),
    exchange("(j) withdrawn consent", "consent_state", "if (withdrawn <= now) return", "if (false) return",
             "consent_scenarios_test", "*J_DeniesWithItsOwnReason*"),
    exchange("(j) missing guardian", "consent_state",
             "Granted(record, v1::GUARDIAN) < record.guardians()", "false",
             "consent_scenarios_test", "*J_DeniesWithItsOwnReason*"),
    exchange("(j) consent of another child", "verify",
             "CheckConsentProof(checked, record, directory).ok()", "true",
             "consent_scenarios_test", "*J_DeniesWithItsOwnReason*"),
    exchange("(k) withdrawal stops what is queued", "withdraw",
             "request.consent_id, {v1::QUEUED}", "request.consent_id, {v1::STOPPED}",
             "consent_scenarios_test", "*K_Withdrawal*"),
    policy("(l) a consultation names nobody", "templates/consultation", 'category: "ANONYMOUS"',
           'category: ["ANONYMOUS", "NARRATIVE"]', "*L_Consultation*"),
    policy("(m) feedback is a status and nothing more", "templates/feedback", 'category: "STATUS"',
           'category: ["STATUS", "CONTACT"]', "*M_Feedback*"),
    exchange("(m) feedback goes back the way the report came", "verify",
             "answered->recipient.value() == header.sender()", "true", "refusal_test",
             "*AnAnswerNamesAMessage*"),
    policy("(n) the law of the day", "catalogue/paragraphs-social",
           'citation: "14 kap. 1 § socialtjänstlagen (2001:453)"\n  in_force { to: "2025-07-01" }',
           'citation: "14 kap. 1 § socialtjänstlagen (2001:453)"\n  in_force { to: "2026-07-01" }',
           "*N_TheLawOfTheDay*"),
    exchange("(o) one message for one id", "submit",
             "if (known.has_value()) return Repeat(*known, caller, digest);\n\n",
             "", "scenarios_test", "*O_TheSameMessageTwice*"),
    Guard("(o) one message for one native file", "agency-adapters/client/outbox.cc",
          "if (Find(by_digest_, record.native_digest()) ||", "if (false && (false) ||",
          "client_outbox_test", "*"),
    Guard("(p) the outbox is read again", "agency-adapters/client/outbox.cc",
          "for (const v1::OutboxRecord& record : all) outbox->Index(record);", "",
          "client_outbox_test", "*"),
    # ---- Bad input
    exchange("certificate of another agency", "verify",
             "if (header.sender() == caller.value()) return", "if (true) return", "refusal_test",
             "*AnotherAgencysCertificate*"),
    crypto("signature over other bytes", "manifest",
           "AtField(\"signature\", VerifySignature(checked.sender->signing_public, "
           "sign_context::kManifest,\n                                           manifest, signature))",
           "absl::OkStatus()", "service_test", "*SignatureOverOtherBytes*"),
    crypto("compartment for another recipient", "manifest",
           "if (compartment.recipient() != checked.header.recipient()) {", "if (false) {",
           "envelope_test", "*"),
    crypto("compartment that nobody signed", "manifest",
           "if (!std::binary_search(digests.begin(), digests.end(), CompartmentDigest(compartment))) {",
           "if (false) {", "service_test", "*CompartmentNobodySigned*"),
    crypto("size that no padding gives", "manifest", "|| !IsPaddedSize(size - kHpkeTagSize)", "",
           "envelope_test", "*"),
    crypto("bad padding", "padding", "padded[mark] != kMark ||", "", "padding_test", "*"),
    exchange("unknown purpose", "verify", "if (purpose == purposes.end()) return",
             "if (purpose == purposes.end()) return absl::OkStatus();\n  if (false) return",
             "refusal_test", "*UnknownPurpose*"),
    exchange("unknown category, paragraph, role", "verify",
             "RETURN_IF_ERROR(CheckFacts(policy, dated));", "", "refusal_test",
             "*BadHeaderTest*Unknown*"),
    exchange("a message created ten minutes ahead", "verify",
             "RETURN_IF_ERROR(CheckClock(header, now, limits));", "", "refusal_test",
             "*ClockTenMinutesAhead*"),
    Guard("a clock ten minutes off", "gateway/server/service.cc",
          "if (off <= clock_skew_ && off >= -clock_skew_) return", "if (true) return",
          "service_test", "*AClockTenMinutesOff*"),
    Guard("unknown agency", "gateway/server/service.cc",
          "peer.kind != PeerKind::kAgency || agencies_.count(peer.name) == 0",
          "peer.kind != PeerKind::kAgency", "service_test", "*AnAgencyOutside*"),
    Guard("too many calls", "gateway/server/service.cc",
          "if (!duty) RETURN_IF_ERROR(limiter_.Take(caller));", "", "service_test",
          "*AsksTooOften*"),
    Guard("too many streams", "gateway/server/service.cc", "if (open >= service->max_streams_) {",
          "if (false) {", "service_test", "*OnlySoManyStreams*"),
    Guard("expired certificate", "gateway/rpc/peer_verifier.cc",
          "if (now > certificate.not_after()) return", "if (false) return", "peer_verifier_test",
          "*"),
    Guard("revoked certificate", "gateway/rpc/peer_verifier.cc",
          "if (revocation.Revokes(certificate)) return", "if (false) return", "peer_verifier_test",
          "*"),
    Guard("certificate of another authority", "gateway/rpc/peer_verifier.cc",
          "if (!certificate->IsIssuedBy(authority_)) return", "if (false) return",
          "peer_verifier_test", "*"),
    Guard("TLS 1.2", "gateway/rpc/tls.cc",
          'setenv("GRPC_SSL_CIPHER_SUITES", "PSK-AES256-GCM-SHA384", /*overwrite=*/1)', "0",
          "mutual_tls_test", "*"),
    exchange("message over the limit", "pipeline", "if (envelope.ByteSizeLong() > max_bytes) {",
             "if (false) {", "refusal_test", "*TooLarge*"),
    Guard("native record over 30 MB", "agency-adapters/common/native_format.cc",
          "if (file.bytes.size() > kMaxNativeBytes) {", "if (false) {",
          "open_eplatform_format_test", "*30Megabytes*"),
    Guard("entities in the school's XML", "agency-adapters/school/flow_instance.cc",
          "if (node.type() == pugi::node_doctype) {", "if (false) {",
          "open_eplatform_format_test", "*"),
    Guard("entities in the police's XML", "agency-adapters/common/xml_document.cc",
          "context->sax->internalSubset = RefuseDoctype;", "(void)RefuseDoctype;",
          "sdk_codec_test", "*"),
    Guard("wrong receipt: a proof that does not verify", "agency-adapters/client/receipt.cc",
          "if (!status.ok()) return NoProof(status);", "", "client_send_test", "*"),
    Guard("wrong receipt: of another decision", "agency-adapters/client/receipt.cc",
          "  RETURN_IF_ERROR(CheckParties(leaf, header));\n"
          "  return CheckDecision(leaf, answer.decision());", "  return absl::OkStatus();",
          "client_send_test", "*"),
    Guard("a database of another program", "gateway/store/database_file.cc",
          "if (application != kApplicationId) {", "if (false) {", "database_file_test", "*"),
    Guard("a corrupt database", "gateway/store/database_file.cc",
          'return verdict == "ok" ? absl::OkStatus() : Damaged(path, verdict);',
          "return absl::OkStatus();", "database_file_test", "*"),
    # ---- Officers and re-identification
    exchange("an officer without the role", "officers",
             "if (!HasRole(*officer, attestation.role())) {", "if (false) {", "officers_test",
             "*WithoutTheRole*"),
    exchange("an officer whose enrolment has ended", "officers",
             "{ return InForce(*officer, moment); }", "{ return true; }", "officers_test",
             "*BadOfficerTest*Expired*"),
    exchange("a register that was replaced returns", "officers",
             "if (known.has_value() && row.version <= known->version) {", "if (false) {",
             "officers_test", "*ARegisterThatWasReplaced*"),
    exchange("an officer who has left before delivery", "judge",
             "if (still.size() == officers.size()) return all;", "return all;", "officers_test",
             "*ADisclosureAtDiscretion*"),
    exchange("a duty report outlives its officer", "judge",
             "if (all.decision.duty()) return all;", "", "officers_test",
             "*ADutyReportIsHandedOut*"),
    crypto("two officers are two persons", "attestation",
           "if (!keys.insert(officer->signing_public()).second) {", "if (false) {",
           "attestation_test", "*TwoOfficers*"),
    exchange("an escrow that never came", "reidentify",
             "if (row->details.manifest_digest() != order.manifest_digest) {", "if (false) {",
             "reidentify_test", "*AManifestThatTheSenderNeverSigned*"),
    Guard("a lying sender", "agency-adapters/client/reidentify_desk.cc",
          "if (nym != received.nym()) return std::string(kMismatch);", "", "client_reidentify_test",
          "*ALyingSender*"),
]
