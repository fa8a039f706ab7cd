// Project Wycheproof's files of X25519 and Ed25519: "valid" must give the result, "invalid" must be
// refused, "acceptable" may be refused but must not give another result.
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/hpke_keys.h"
#include "gateway/crypto/sign.h"
#include "gateway/crypto/vectors/fields.h"
#include "gateway/crypto/vectors/vectors.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

absl::Status Judge(const std::string& result, const absl::Status& outcome) {
  if (absl::IsDataLoss(outcome)) return outcome;  // a result, and another one than expected
  if (result == "valid") return outcome;
  if (result == "acceptable" || !outcome.ok()) return absl::OkStatus();
  return absl::DataLossError("an invalid case is accepted");
}

absl::Status Agree(const nlohmann::json& test) {
  constexpr HpkeKem kKem = HpkeKem::kX25519HkdfSha256;
  ASSIGN_OR_RETURN(const HpkePublicKey peer, HpkePublicKey::Decode(kKem, HexField(test, "public")));
  ASSIGN_OR_RETURN(const HpkePrivateKey own,
                   HpkePrivateKey::Decode(kKem, SecretField(test, "private")));
  ASSIGN_OR_RETURN(const SecretBytes shared, DiffieHellman(own, peer));
  return Expect(test, "shared", shared);
}

absl::Status CheckAgreement(const nlohmann::json& group, const nlohmann::json& test) {
  const std::string curve = group.value("curve", "");
  if (curve != "curve25519" && curve != "x25519") return absl::UnimplementedError(curve);
  return Judge(test.at("result").get<std::string>(), Agree(test));
}

absl::Status CheckSignature(const nlohmann::json& group, const nlohmann::json& test) {
  const nlohmann::json& key = AnyField(group, {"publicKey", "key"});
  if (key.value("curve", "edwards25519") != "edwards25519") {
    return absl::UnimplementedError(key.value("curve", ""));
  }
  return Judge(
      test.at("result").get<std::string>(),
      VerifyRawSignature(HexField(key, "pk"), HexField(test, "msg"), HexField(test, "sig")));
}

absl::Status Check(const std::string& type, const nlohmann::json& group,
                   const nlohmann::json& test) {
  if (type == "XdhComp") return CheckAgreement(group, test);
  if (type == "EddsaVerify") return CheckSignature(group, test);
  return absl::UnimplementedError(type);
}

}  // namespace

void RunWycheproofGroup(const nlohmann::json& group, VectorReport* report) {
  const auto type = group.at("type").get<std::string>();
  for (const nlohmann::json& test : group.at("tests")) {
    report->Add(absl::StrCat(type, " ", test.value("tcId", 0)), Check(type, group, test));
  }
}

}  // namespace sluss
