#include <atomic>
#include <iostream>
#include <map>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/consent.h"
#include "gateway/crypto/personal_number.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/seal.h"
#include "gateway/rpc/status.h"
#include "tests/benchmarks/load/consent.h"
#include "tests/benchmarks/load/ends.h"
#include "tests/benchmarks/load/measure.h"
#include "tests/testing/officers.h"

namespace sluss {
namespace {

// A published test identity; every message is about the same child, which nobody on the way can
// see.
constexpr absl::string_view kTestNumber = "201105249807";

// A care need from child psychiatry to social services (OSL 25:12): waits for both hops.
absl::StatusOr<v1::Envelope> Seal(const Party& sender, const std::string& recipient,
                                  std::string message_id,
                                  const std::vector<ConsentWitness>& consents) {
  Outgoing outgoing;
  outgoing.consents = consents;
  v1::Header& header = outgoing.header;
  header.set_message_id(std::move(message_id));
  header.set_recipient(recipient);
  header.set_purpose("CARE_AND_SUPPORT");
  header.set_legal_basis("OSL-25-12");
  header.set_urgency(v1::NORMAL);
  header.set_created_us(absl::ToUnixMicros(absl::Now()));
  header.mutable_age()->set_from(12);
  header.mutable_age()->set_below(15);
  v1::Attestation& attestation = *header.add_attestation();
  attestation.set_officer(std::string(32, 'o'));
  attestation.set_role("psychologist");
  attestation.set_reason_digest(std::string(32, 'r'));
  outgoing.parts = {{"IDENTITY", std::string(60, 'i')},
                    {"NARRATIVE", std::string(700, 'n')},
                    {"HEALTH", std::string(200, 'h')}};
  ASSIGN_OR_RETURN(outgoing.number, CanonicalNumber::Parse(kTestNumber));
  ASSIGN_OR_RETURN(v1::Envelope envelope,
                   SealEnvelope(outgoing, sender.secrets, *sender.directory));
  testing::SignByOfficers(&envelope);
  return envelope;
}

// For what every message tells, though nothing here asks for it: the paragraph permits it as it is.
absl::StatusOr<ConsentWitness> RegisterConsent(const Party& sender, const std::string& recipient,
                                               v1::Gateway::Stub& stub) {
  v1::ConsentRecord record = ConsentOfADay();
  AddParty(sender.config.agency(), "psychologist", &record);
  AddParty(recipient, "case-worker", &record);
  record.set_purpose("CARE_AND_SUPPORT");
  record.set_form("SSPF");
  for (const char* category : {"IDENTITY", "NARRATIVE", "HEALTH"}) record.add_category(category);
  record.set_received_by(std::string(32, 'o'));
  record.set_received_role("psychologist");
  ASSIGN_OR_RETURN(const CanonicalNumber number, CanonicalNumber::Parse(kTestNumber));
  ASSIGN_OR_RETURN(SealedConsent consent,
                   SealConsent(std::move(record), number, sender.secrets, *sender.directory));
  grpc::ClientContext context;
  v1::RegisterConsentResponse response;
  RETURN_IF_ERROR(FromGrpc(stub.RegisterConsent(&context, consent.request, &response)));
  return std::move(consent.witness);
}

absl::Status EnrolOfficer(const Party& sender, v1::Gateway::Stub& stub) {
  const absl::Time now = absl::Now();
  const v1::EnrolledOfficer officer =
      testing::EnrolledFor(sender.secrets, std::string(32, 'o'), {"psychologist"},
                           now - absl::Hours(1), now + absl::Hours(24));
  grpc::ClientContext context;
  v1::EnrolOfficersResponse response;
  return FromGrpc(stub.EnrolOfficers(
      &context,
      testing::RegisterOf(sender.secrets, static_cast<uint64_t>(absl::ToUnixMicros(now)),
                          {officer}),
      &response));
}

// What the empty relay carries: the same sizes, nothing behind them.
v1::Envelope Dummy(std::string message_id) {
  v1::Header header;
  header.set_message_id(std::move(message_id));
  v1::Manifest manifest;
  manifest.set_header(header.SerializeAsString());
  manifest.add_compartment_digest(std::string(1024, 'x'));
  v1::Envelope envelope;
  envelope.set_manifest(manifest.SerializeAsString());
  return envelope;
}

absl::Status SendOne(const Party& sender, const std::string& recipient, const Stage& stage,
                     const std::vector<ConsentWitness>& consents, v1::Gateway::Stub& stub,
                     const std::string& id, Journey& journey) {
  journey.sent_ns = MonotonicNanoseconds();
  v1::SubmitRequest request;
  if (stage.sealed) {
    ASSIGN_OR_RETURN(*request.mutable_envelope(), Seal(sender, recipient, id, consents));
    journey.sent_ns = MonotonicNanoseconds();  // latency is the exchange's; sealing is in the CPU
  } else {
    *request.mutable_envelope() = Dummy(id);
  }
  request.set_sent_us(absl::ToUnixMicros(absl::Now()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  v1::SubmitResponse response;
  RETURN_IF_ERROR(FromGrpc(stub.Submit(&context, request, &response)));
  journey.answered_ns = MonotonicNanoseconds();
  if (stage.sealed && response.decision().verdict() != v1::VERDICT_PERMIT) {
    return absl::FailedPreconditionError(response.decision().reason_en());
  }
  return absl::OkStatus();
}

}  // namespace

void RunSender(const Party& sender, const Party& receiver, const Stage& stage, Journeys& journeys) {
  std::atomic<size_t> next{0};
  std::vector<ConsentWitness> consents;
  const auto work = [&](v1::Gateway::Stub* stub) {
    for (size_t i = next++; i < journeys.all().size(); i = next++) {
      const absl::Status sent = SendOne(sender, receiver.config.agency(), stage, consents, *stub,
                                        journeys.MessageId(i), journeys.all()[i]);
      if (!sent.ok() && journeys.failed()++ == 0) {
        std::cerr << "sluss-load: submit: " << sent.message() << "\n";
      }
    }
  };
  const auto stub = ConnectParty(sender, stage.address);
  if (!stub.ok()) {
    std::cerr << "sluss-load: " << stub.status().message() << "\n";
    journeys.failed() += journeys.all().size();
    return;
  }
  const absl::Status enrolled = stage.sealed ? EnrolOfficer(sender, **stub) : absl::OkStatus();
  if (!enrolled.ok()) std::cerr << "sluss-load: officers: " << enrolled.message() << "\n";
  if (stage.consent) {
    absl::StatusOr<ConsentWitness> witness =
        RegisterConsent(sender, receiver.config.agency(), **stub);
    if (!witness.ok()) std::cerr << "sluss-load: consent: " << witness.status().message() << "\n";
    if (witness.ok()) consents.push_back(*std::move(witness));
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < stage.in_flight; ++i) threads.emplace_back(work, stub->get());
  for (std::thread& thread : threads) thread.join();
}

}  // namespace sluss
