// Makes tests/testdata/crypto/sample anew: a notification with all that it takes to open it. To be
// run only when a layout, proof or seal changes on purpose, since what is on its way then breaks
// too.
//
//     make-crypto-sample DIRECTORY
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>

#include "gateway/base/hex.h"
#include "gateway/crypto/envelope.h"
#include "gateway/crypto/holder.h"
#include "gateway/crypto/key_assembly.h"
#include "gateway/crypto/key_files.h"
#include "gateway/crypto/open.h"
#include "gateway/crypto/seal.h"
#include "gateway/crypto/sha256.h"
#include "nlohmann/json.hpp"
#include "tests/testing/officers.h"
#include "tests/testing/parties.h"

namespace sluss::testing {
namespace {

constexpr char kRole[] = "counsellor";
constexpr absl::Time kFrom = absl::FromUnixSeconds(1767225600);  // 2026-01-01

Outgoing Report(const std::string& officer) {
  Outgoing outgoing;
  outgoing.header.set_recipient(kSocialServices.value());
  outgoing.header.set_purpose("PROTECTION");
  outgoing.header.set_legal_basis("SOL-2025-19-1");
  outgoing.header.set_urgency(v1::NORMAL);
  outgoing.header.mutable_age()->set_from(12);
  outgoing.header.mutable_age()->set_below(15);
  v1::Attestation& attestation = *outgoing.header.add_attestation();
  attestation.set_officer(officer);
  attestation.set_role(kRole);
  attestation.set_reason_digest(officer);
  outgoing.parts = {{"CONTACT", "a contact"}, {"NARRATIVE", "a narrative"}, {"HEALTH", "withheld"}};
  outgoing.number = Number(kChild);
  return outgoing;
}

void Write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::trunc) << text << "\n";
}

void Make(const std::string& directory_path) {
  HolderSecrets gateway =
      Must(HolderSecrets::Generate("gateway/gw1", 1, {kSchool, kSocialServices}));
  HolderSecrets keyholder =
      Must(HolderSecrets::Generate("keyholder/kh1", 1, {kSchool, kSocialServices}));
  const AgencySecrets school = Must(AgencySecrets::Generate(kSchool, 1));
  const AgencySecrets social = Must(
      AgencySecrets::Generate(kSocialServices, 1, HpkeKem::kP256HkdfSha256, HpkeAead::kAes128Gcm));
  v1::KeyDirectory proto;
  proto.set_key_set(1);
  *proto.add_agency() = Must(school.PublicKeys());
  *proto.add_agency() = Must(social.PublicKeys());
  *proto.mutable_gateway() = Must(gateway.PublicKeys());
  *proto.mutable_keyholder() = Must(keyholder.PublicKeys());
  *proto.mutable_log() = Must(LogSecrets::Generate("log.sluss.example/gw1")).PublicKey();
  const auto directory = Must(KeyDirectory::Activate(proto));

  const std::string officer(AsStringView(Sha256({"an officer"})));
  v1::Envelope envelope = Must(SealEnvelope(Report(officer), school, *directory));
  SignByOfficers(&envelope);
  const CheckedEnvelope checked = Must(CheckEnvelope(envelope, *directory));
  DropCompartments({"CONTACT", "NARRATIVE"}, envelope.mutable_compartment());
  const auto first = Must(Holder::Create(HolderRole::kGateway, std::move(gateway), directory));
  const auto second = Must(Holder::Create(HolderRole::kKeyholder, std::move(keyholder), directory));
  const std::string& id = checked.header().message_id();
  v1::Notification notification;
  notification.set_manifest(envelope.manifest());
  notification.set_signature(envelope.signature());
  notification.set_nym_proof(envelope.nym_proof());
  *notification.mutable_compartment() = envelope.compartment();
  *notification.mutable_gateway_hop() =
      Must(first->Hop(kSocialServices, id, checked.nym_ciphertext()->Encode()));
  *notification.mutable_keyholder_hop() =
      Must(second->Hop(kSocialServices, id, notification.gateway_hop().ciphertext()));
  v1::AttestedBy& by = *notification.add_attested_by();
  *by.mutable_certificate() = CertifyOfficer(
      EnrolledFor(school, officer, {kRole}, kFrom, kFrom + absl::Hours(24 * 365)), school.signing);
  by.set_signature(envelope.officer_signature(0));

  const Opened opened = Must(OpenNotification(notification, social, *directory));
  const Point element = Must(DecryptElement(
      social, Must(NymCiphertext::Decode(notification.keyholder_hop().ciphertext()))));
  const nlohmann::ordered_json expected = {
      {"directory_digest", ToHex(directory->digest())},
      {"directory", ToHex(directory->short_name())},
      {"manifest_digest", ToHex(checked.manifest_digest())},
      {"number", kChild},
      {"M", ToHex(Must(NumberElement(Number(kChild))).encoded())},
      {"N", ToHex(element.encoded())},
      {"nym", ToHex(opened.nym->value())},
      {"CONTACT", "a contact"},
      {"NARRATIVE", "a narrative"},
      {"withheld", opened.withheld}};
  EXPECT_TRUE(SaveSecrets(social, directory_path).ok());
  EXPECT_TRUE(SavePublicKeys(proto, directory_path + "/key-directory.txtpb").ok());
  Write(directory_path + "/expected.json", expected.dump(/*indent=*/1));
  Write(directory_path + "/notification.hex", ToHex(notification.SerializeAsString()));
}

}  // namespace
}  // namespace sluss::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "make-crypto-sample DIRECTORY\n");
    return 2;
  }
  sluss::testing::Make(argv[1]);
  return 0;
}
