// Everything that the crypto module parses from strangers: envelopes, notifications, consents,
// points and scalars, HPKE keys, paddings. The first byte chooses; nothing may crash, and what is
// decoded must be encoded the same way again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "gateway/crypto/enrol.h"
#include "gateway/crypto/envelope.h"
#include "gateway/crypto/hpke.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/open.h"
#include "gateway/crypto/padding.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/pseudonym.h"

namespace {

void Require(bool ok) {
  if (!ok) std::abort();
}

// Keys of its own: what a stranger sends is never signed by them, so that the checks behind the
// signature are reached by the headers that need none.
struct World {
  World() {
    sluss::v1::KeyDirectory proto;
    proto.set_key_set(1);
    *proto.mutable_gateway() =
        *sluss::HolderSecrets::Generate("gateway/gw1", 1, {agency.agency})->PublicKeys();
    *proto.mutable_keyholder() =
        *sluss::HolderSecrets::Generate("keyholder/kh1", 1, {agency.agency})->PublicKeys();
    *proto.add_agency() = *agency.PublicKeys();
    directory = *sluss::KeyDirectory::Activate(proto);
  }
  sluss::AgencySecrets agency = *sluss::AgencySecrets::Generate(sluss::AgencyId("school/x"), 1);
  std::shared_ptr<const sluss::KeyDirectory> directory;
};

const World& TheWorld() {
  static const World* const world = new World;
  return *world;
}

template <typename Message>
Message Parse(absl::string_view bytes) {
  Message message;
  (void)message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  return message;
}

// As an agency that is in the directory but follows no rule would send it.
void CheckSignedManifest(absl::string_view manifest) {
  const World& world = TheWorld();
  sluss::v1::Envelope envelope;
  auto parsed = Parse<sluss::v1::Manifest>(manifest);
  auto header = Parse<sluss::v1::Header>(parsed.header());
  header.set_sender(world.agency.agency.value());
  header.set_recipient(world.agency.agency.value());
  parsed.set_header(header.SerializeAsString());
  envelope.set_manifest(parsed.SerializeAsString());
  envelope.set_signature(
      world.agency.signing.Sign(sluss::sign_context::kManifest, envelope.manifest()));
  (void)sluss::CheckEnvelope(std::move(envelope), *world.directory);
}

void DecodeValues(absl::string_view bytes) {
  if (const auto point = sluss::Point::Decode(bytes); point.ok()) {
    Require(point->encoded() == bytes);
  }
  if (const auto scalar = sluss::Scalar::Decode(bytes); scalar.ok()) {
    Require(scalar->EncodePublic() == std::string(bytes));
  }
  if (const auto ciphertext = sluss::NymCiphertext::Decode(bytes); ciphertext.ok()) {
    Require(ciphertext->Encode() == std::string(bytes));
  }
  if (const auto content = sluss::Unpad(bytes); content.ok()) {
    Require(sluss::Pad(*content) == std::string(bytes));
  }
}

void DecodeKeys(absl::string_view bytes) {
  const World& world = TheWorld();
  for (const auto kem : {sluss::HpkeKem::kX25519HkdfSha256, sluss::HpkeKem::kP256HkdfSha256}) {
    if (const auto key = sluss::HpkePublicKey::Decode(kem, bytes); key.ok()) {
      Require(key->bytes() == std::string(bytes));
    }
  }
  const size_t enc = std::min<size_t>(bytes.size(), 32);
  Require(!sluss::HpkeOpen({}, bytes.substr(0, enc), world.agency.hpke, "info", "aad",
                           bytes.substr(enc))
               .ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const World& world = TheWorld();
  const absl::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      (void)sluss::CheckEnvelope(Parse<sluss::v1::Envelope>(input), *world.directory);
      break;
    case 1:
      (void)sluss::OpenNotification(Parse<sluss::v1::Notification>(input), world.agency,
                                    *world.directory);
      break;
    case 2:
      CheckSignedManifest(input);
      break;
    case 3:
      DecodeValues(input);
      break;
    case 4:
      DecodeKeys(input);
      break;
    default:
      (void)sluss::KeyDirectory::Activate(Parse<sluss::v1::KeyDirectory>(input));
      (void)sluss::CheckEvaluateRequest(*world.directory, Parse<sluss::v1::EvaluateRequest>(input));
  }
  return 0;
}
