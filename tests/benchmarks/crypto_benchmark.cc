// What one notification costs in cryptography, step by step, and enrolment by person.
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "benchmark/benchmark.h"
#include "gateway/crypto/consent.h"
#include "gateway/crypto/enrol.h"
#include "gateway/crypto/envelope.h"
#include "gateway/crypto/holder.h"
#include "gateway/crypto/hop.h"
#include "gateway/crypto/hpke.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/open.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/pseudonym.h"
#include "gateway/crypto/seal.h"

namespace sluss {
namespace {

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) std::abort();
  return *std::move(result);
}

constexpr char kNumber[] = "201103159800";  // of the series that is given to no one

// One sender, one recipient and both holders, made once.
struct World {
  World() {
    const std::vector<AgencyId> agencies = {sender.agency, recipient.agency};
    HolderSecrets gateway_secrets = Must(HolderSecrets::Generate("gateway/gw1", 1, agencies));
    HolderSecrets keyholder_secrets = Must(HolderSecrets::Generate("keyholder/kh1", 1, agencies));
    v1::KeyDirectory proto;
    proto.set_key_set(1);
    *proto.mutable_gateway() = Must(gateway_secrets.PublicKeys());
    *proto.mutable_keyholder() = Must(keyholder_secrets.PublicKeys());
    *proto.add_agency() = Must(sender.PublicKeys());
    *proto.add_agency() = Must(recipient.PublicKeys());
    directory = Must(KeyDirectory::Activate(proto));
    gateway = Must(Holder::Create(HolderRole::kGateway, std::move(gateway_secrets), directory));
    keyholder =
        Must(Holder::Create(HolderRole::kKeyholder, std::move(keyholder_secrets), directory));
    outgoing.header.set_recipient(recipient.agency.value());
    outgoing.header.set_purpose("PROTECTION");
    outgoing.parts = {{"CONTACT", std::string(200, 'c')}, {"NARRATIVE", std::string(2000, 'n')}};
    outgoing.number = Must(CanonicalNumber::Parse(kNumber));
    envelope = Must(SealEnvelope(outgoing, sender, *directory));
    const CheckedEnvelope checked = Must(CheckEnvelope(envelope, *directory));
    notification.set_manifest(envelope.manifest());
    notification.set_signature(envelope.signature());
    notification.set_nym_proof(envelope.nym_proof());
    *notification.mutable_compartment() = envelope.compartment();
    message_id = checked.header().message_id();
    sent = checked.nym_ciphertext()->Encode();
    *notification.mutable_gateway_hop() = Must(gateway->Hop(recipient.agency, message_id, sent));
    *notification.mutable_keyholder_hop() =
        Must(keyholder->Hop(recipient.agency, message_id, notification.gateway_hop().ciphertext()));
  }

  AgencySecrets sender = Must(AgencySecrets::Generate(AgencyId("school/ekbacken"), 1));
  AgencySecrets recipient = Must(AgencySecrets::Generate(AgencyId("social-services/sundby"), 1));
  std::shared_ptr<const KeyDirectory> directory;
  std::unique_ptr<const Holder> gateway;
  std::unique_ptr<const Holder> keyholder;
  Outgoing outgoing;
  v1::Envelope envelope;
  v1::Notification notification;
  std::string message_id;
  std::string sent;
};

const World& TheWorld() {
  static const World* const world = new World;
  return *world;
}

void BM_HpkeSeal(benchmark::State& state) {
  const World& world = TheWorld();
  const std::string content(static_cast<size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    benchmark::DoNotOptimize(HpkeSeal({}, world.recipient.hpke.public_key(), "info", "", content));
  }
}
BENCHMARK(BM_HpkeSeal)->Arg(256)->Arg(16384);

void BM_HpkeOpen(benchmark::State& state) {
  const World& world = TheWorld();
  const std::string content(static_cast<size_t>(state.range(0)), 'x');
  const HpkeSealed sealed =
      Must(HpkeSeal({}, world.recipient.hpke.public_key(), "info", "", content));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        HpkeOpen({}, sealed.enc, world.recipient.hpke, "info", "", sealed.ciphertext));
  }
}
BENCHMARK(BM_HpkeOpen)->Arg(256)->Arg(16384);

void BM_Sign(benchmark::State& state) {
  const World& world = TheWorld();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        world.sender.signing.Sign(sign_context::kManifest, world.envelope.manifest()));
  }
}
BENCHMARK(BM_Sign);

void BM_VerifySignature(benchmark::State& state) {
  const World& world = TheWorld();
  for (auto _ : state) {
    benchmark::DoNotOptimize(VerifySignature(world.sender.signing.public_key(),
                                             sign_context::kManifest, world.envelope.manifest(),
                                             world.envelope.signature()));
  }
}
BENCHMARK(BM_VerifySignature);

void BM_EncryptNumber(benchmark::State& state) {
  const World& world = TheWorld();
  const Point& joint = world.directory->FindAgency(world.recipient.agency)->joint;
  for (auto _ : state) benchmark::DoNotOptimize(EncryptNumber(*world.outgoing.number, joint));
}
BENCHMARK(BM_EncryptNumber);

void BM_Hop(benchmark::State& state) {
  const World& world = TheWorld();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        world.gateway->Hop(world.recipient.agency, world.message_id, world.sent));
  }
}
BENCHMARK(BM_Hop);

void BM_VerifyHop(benchmark::State& state) {
  const World& world = TheWorld();
  const NymCiphertext before = Must(NymCiphertext::Decode(world.sent));
  const AgencyEntry& recipient = *world.directory->FindAgency(world.recipient.agency);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        VerifyHop({HolderRole::kGateway, *world.directory, recipient, world.message_id}, before,
                  world.notification.gateway_hop()));
  }
}
BENCHMARK(BM_VerifyHop);

// The whole of each party's work for one notification of two compartments.
void BM_SenderSealsEnvelope(benchmark::State& state) {
  const World& world = TheWorld();
  for (auto _ : state) {
    benchmark::DoNotOptimize(SealEnvelope(world.outgoing, world.sender, *world.directory));
  }
}
BENCHMARK(BM_SenderSealsEnvelope);

void BM_GatewayChecksEnvelope(benchmark::State& state) {
  const World& world = TheWorld();
  for (auto _ : state) benchmark::DoNotOptimize(CheckEnvelope(world.envelope, *world.directory));
}
BENCHMARK(BM_GatewayChecksEnvelope);

void BM_RecipientOpensNotification(benchmark::State& state) {
  const World& world = TheWorld();
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        OpenNotification(world.notification, world.recipient, *world.directory));
  }
}
BENCHMARK(BM_RecipientOpensNotification);

struct Citation {
  SealedConsent consent;
  EncryptedNumber message;
  const AgencyEntry& sender;
  const AgencyEntry& recipient;
};

Citation MakeCitation(const World& world) {
  const AgencyEntry& recipient = *world.directory->FindAgency(world.recipient.agency);
  return {Must(SealConsent({}, *world.outgoing.number, world.sender, *world.directory)),
          Must(EncryptNumber(*world.outgoing.number, recipient.joint)),
          *world.directory->FindAgency(world.sender.agency), recipient};
}

void BM_ProveConsent(benchmark::State& state) {
  const World& world = TheWorld();
  const Citation c = MakeCitation(world);
  for (auto _ : state) {
    benchmark::DoNotOptimize(ProveConsent(c.message, c.recipient.joint, c.consent.witness,
                                          c.sender.joint, *world.directory, "binding"));
  }
}
BENCHMARK(BM_ProveConsent);

void BM_VerifyConsent(benchmark::State& state) {
  const World& world = TheWorld();
  const Citation c = MakeCitation(world);
  const std::string proof = Must(ProveConsent(c.message, c.recipient.joint, c.consent.witness,
                                              c.sender.joint, *world.directory, "binding"));
  for (auto _ : state) {
    benchmark::DoNotOptimize(VerifyConsent(c.message.ciphertext, c.recipient.joint,
                                           c.consent.witness.consent_id(),
                                           c.consent.witness.deposit().ciphertext, c.sender.joint,
                                           *world.directory, "binding", proof));
  }
}
BENCHMARK(BM_VerifyConsent);

// Enrolment in batches of 256; items a second are persons a second.
constexpr size_t kBatch = 256;

EnrolmentBatch StartBatch(const World& world) {
  return Must(EnrolmentBatch::Start(std::vector<CanonicalNumber>(kBatch, *world.outgoing.number),
                                    world.recipient, world.directory));
}

void BM_EnrolGateway(benchmark::State& state) {
  const World& world = TheWorld();
  const EnrolmentBatch batch = StartBatch(world);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        EvaluateAtGateway(*world.gateway, world.recipient.agency, batch.request()));
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(BM_EnrolGateway)->Unit(benchmark::kMillisecond);

void BM_EnrolKeyholder(benchmark::State& state) {
  const World& world = TheWorld();
  const v1::EvaluateRequest asked =
      Must(EvaluateAtGateway(*world.gateway, world.recipient.agency, StartBatch(world).request()));
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        EvaluateAtKeyholder(*world.keyholder, Must(CheckEvaluateRequest(*world.directory, asked))));
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(BM_EnrolKeyholder)->Unit(benchmark::kMillisecond);

void BM_EnrolAgency(benchmark::State& state) {
  const World& world = TheWorld();
  const EnrolmentBatch batch = StartBatch(world);
  const v1::EvaluateRequest asked =
      Must(EvaluateAtGateway(*world.gateway, world.recipient.agency, batch.request()));
  const v1::EvaluateResponse answer = Must(
      EvaluateAtKeyholder(*world.keyholder, Must(CheckEvaluateRequest(*world.directory, asked))));
  v1::EnrolResponse response;
  *response.mutable_gateway_element() = asked.gateway_element();
  response.set_gateway_proof(asked.gateway_proof());
  *response.mutable_keyholder_element() = answer.element();
  response.set_keyholder_proof(answer.proof());
  for (auto _ : state) {
    benchmark::DoNotOptimize(StartBatch(world));
    benchmark::DoNotOptimize(batch.Finish(response, world.recipient));
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(BM_EnrolAgency)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sluss

BENCHMARK_MAIN();
