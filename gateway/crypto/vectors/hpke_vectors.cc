// RFC 9180, appendix A, base mode, and the file that the RFC's authors publish beside it.
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/hpke.h"
#include "gateway/crypto/hpke_internal.h"
#include "gateway/crypto/vectors/fields.h"
#include "gateway/crypto/vectors/vectors.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

absl::StatusOr<HpkeSuite> SuiteOf(const nlohmann::json& vector) {
  if (vector.contains("mode") && NumberOf(vector.at("mode")) != 0) {
    return absl::UnimplementedError("not base mode");
  }
  return MakeHpkeSuite(static_cast<uint32_t>(NumberOf(vector.at("kem_id"))),
                       static_cast<uint32_t>(NumberOf(vector.at("kdf_id"))),
                       static_cast<uint32_t>(NumberOf(vector.at("aead_id"))));
}

// The fields that describe one key pair.
struct KeyFields {
  const char* ikm;
  const char* secret;
  const char* public_key;
};
constexpr KeyFields kRecipient = {"ikmR", "skRm", "pkRm"};
constexpr KeyFields kEphemeral = {"ikmE", "skEm", "pkEm"};

// From key material or from the key itself; both checked where both are given.
absl::StatusOr<std::optional<HpkePrivateKey>> CheckKey(const nlohmann::json& vector, HpkeKem kem,
                                                       const KeyFields& fields) {
  std::optional<HpkePrivateKey> key;
  for (const bool derive : {true, false}) {
    const char* const field = derive ? fields.ikm : fields.secret;
    if (!HasField(vector, field)) continue;
    const SecretBytes bytes = SecretField(vector, field);
    ASSIGN_OR_RETURN(
        key, derive ? HpkePrivateKey::Derive(kem, bytes) : HpkePrivateKey::Decode(kem, bytes));
    RETURN_IF_ERROR(Expect(vector, fields.secret, key->Encode(InsecureSecretAccess::Get())));
    RETURN_IF_ERROR(Expect(vector, fields.public_key, key->public_key().bytes()));
  }
  return key;
}

// Both sides of the KEM, as far as the vector gives their keys. No value: neither.
absl::StatusOr<std::optional<SecretBytes>> CheckKem(const nlohmann::json& vector, HpkeKem kem) {
  ASSIGN_OR_RETURN(const std::optional<HpkePrivateKey> recipient,
                   CheckKey(vector, kem, kRecipient));
  ASSIGN_OR_RETURN(const std::optional<HpkePrivateKey> ephemeral,
                   CheckKey(vector, kem, kEphemeral));
  std::optional<SecretBytes> shared;
  if (ephemeral.has_value() && HasField(vector, kRecipient.public_key)) {
    ASSIGN_OR_RETURN(const HpkePublicKey public_key,
                     HpkePublicKey::Decode(kem, HexField(vector, kRecipient.public_key)));
    ASSIGN_OR_RETURN(HpkeEncapsulated encapsulated, HpkeEncapsulate(public_key, *ephemeral));
    RETURN_IF_ERROR(Expect(vector, "enc", encapsulated.enc));
    RETURN_IF_ERROR(Expect(vector, "shared_secret", encapsulated.shared_secret));
    shared = std::move(encapsulated.shared_secret);
  }
  if (recipient.has_value() && HasField(vector, "enc")) {
    ASSIGN_OR_RETURN(shared, HpkeDecapsulate(HexField(vector, "enc"), *recipient));
    RETURN_IF_ERROR(Expect(vector, "shared_secret", *shared));
  }
  if (!shared.has_value() && HasField(vector, "shared_secret")) {
    shared = SecretField(vector, "shared_secret");
  }
  return shared;
}

// The schedule of the vector. A vector of exports alone may give nothing but the exporter's secret.
absl::StatusOr<HpkeKeySchedule> CheckSchedule(const nlohmann::json& vector,
                                              const HpkeSuite& suite) {
  ASSIGN_OR_RETURN(const std::optional<SecretBytes> shared, CheckKem(vector, suite.kem));
  HpkeKeySchedule schedule;
  if (!shared.has_value()) {
    schedule.exporter_secret = SecretField(vector, "exporter_secret");
    return schedule;
  }
  ASSIGN_OR_RETURN(schedule, MakeHpkeKeySchedule(suite, *shared, HexField(vector, "info")));
  RETURN_IF_ERROR(Expect(vector, "key_schedule_context", schedule.context));
  RETURN_IF_ERROR(Expect(vector, "secret", schedule.secret));
  RETURN_IF_ERROR(Expect(vector, "key", schedule.key));
  RETURN_IF_ERROR(Expect(vector, "base_nonce", schedule.base_nonce));
  RETURN_IF_ERROR(Expect(vector, "exporter_secret", schedule.exporter_secret));
  return schedule;
}

absl::StatusOr<HpkeContext> NewContext(const nlohmann::json& vector, const HpkeSuite& suite) {
  ASSIGN_OR_RETURN(HpkeKeySchedule schedule, CheckSchedule(vector, suite));
  return HpkeContext(suite, std::move(schedule));
}

// base_nonce xor sequence, by its definition.
absl::Status CheckNonce(const nlohmann::json& vector, const nlohmann::json& entry,
                        uint64_t sequence) {
  if (!HasField(entry, "nonce") || !HasField(vector, "base_nonce")) return absl::OkStatus();
  std::string nonce = HexField(vector, "base_nonce");
  for (size_t i = 0; i < sizeof(sequence) && i < nonce.size(); ++i) {
    nonce[nonce.size() - 1 - i] ^= static_cast<char>(sequence >> (8 * i));
  }
  return Expect(entry, "nonce", nonce);
}

// Two ends of one channel, moved forward to the sequence numbers that a vector lists.
class Channel {
 public:
  static absl::StatusOr<Channel> Make(const nlohmann::json& vector, const HpkeSuite& suite) {
    ASSIGN_OR_RETURN(HpkeContext sender, NewContext(vector, suite));
    ASSIGN_OR_RETURN(HpkeContext receiver, NewContext(vector, suite));
    return Channel(std::move(sender), std::move(receiver));
  }

  uint64_t sequence() const { return sequence_; }

  absl::Status Skip() {
    ASSIGN_OR_RETURN(const std::string sealed, sender_.Seal("", ""));
    ++sequence_;
    return receiver_.Open("", sealed).status();
  }

  absl::Status Check(const nlohmann::json& entry) {
    const std::string aad = HexField(entry, "aad");
    const std::string plaintext = DecodeHex(AnyField(entry, {"plaintext", "pt"}));
    const std::string ciphertext = DecodeHex(AnyField(entry, {"ciphertext", "ct"}));
    ASSIGN_OR_RETURN(const std::string sealed, sender_.Seal(aad, plaintext));
    ++sequence_;
    const absl::StatusOr<std::string> opened = receiver_.Open(aad, ciphertext);
    RETURN_IF_ERROR(ExpectEqual("ciphertext", ciphertext, sealed));
    RETURN_IF_ERROR(opened.status());
    return ExpectEqual("plaintext", plaintext, *opened);
  }

 private:
  Channel(HpkeContext sender, HpkeContext receiver)
      : sender_(std::move(sender)), receiver_(std::move(receiver)) {}

  HpkeContext sender_;
  HpkeContext receiver_;
  uint64_t sequence_ = 0;
};

// The receiver stays behind after a failure, so that each entry starts from the schedule when the
// one before failed.
absl::Status CheckEncryption(const nlohmann::json& vector, const HpkeSuite& suite,
                             const nlohmann::json& entry, uint64_t sequence,
                             std::optional<Channel>* channel) {
  RETURN_IF_ERROR(CheckNonce(vector, entry, sequence));
  if (!channel->has_value() || (*channel)->sequence() > sequence) {
    ASSIGN_OR_RETURN(*channel, Channel::Make(vector, suite));
  }
  while ((*channel)->sequence() < sequence) RETURN_IF_ERROR((*channel)->Skip());
  const absl::Status checked = (*channel)->Check(entry);
  if (!checked.ok()) channel->reset();
  return checked;
}

absl::Status CheckExport(const HpkeContext& context, const nlohmann::json& entry) {
  const std::string exporter_context =
      DecodeHex(AnyField(entry, {"exporter_context", "exportContext", "context"}));
  const std::string expected =
      DecodeHex(AnyField(entry, {"exported_value", "exportValue", "value"}));
  const uint64_t size = NumberOf(AnyField(entry, {"L", "exportLength", "length"}));
  ASSIGN_OR_RETURN(const SecretBytes exported, context.Export(exporter_context, size));
  return ExpectEqual("exported_value", expected, exported.Get(InsecureSecretAccess::Get()));
}

std::string TitleOf(const nlohmann::json& vector) {
  return absl::StrCat("HPKE kem ", vector.at("kem_id").dump(), " kdf ", vector.at("kdf_id").dump(),
                      " aead ", vector.at("aead_id").dump());
}

}  // namespace

void RunHpke(const nlohmann::json& vector, VectorReport* report) {
  const std::string title = TitleOf(vector);
  const absl::StatusOr<HpkeSuite> suite = SuiteOf(vector);
  if (!suite.ok()) return report->Add(title, suite.status());
  absl::StatusOr<HpkeKeySchedule> schedule = CheckSchedule(vector, *suite);
  report->Add(absl::StrCat(title, " setup"), schedule.status());
  if (!schedule.ok()) return;

  std::optional<Channel> channel;
  uint64_t next = 0;
  for (const nlohmann::json& entry : vector.value("encryptions", nlohmann::json::array())) {
    const uint64_t sequence = entry.contains("seq") ? NumberOf(entry.at("seq")) : next;
    next = sequence + 1;
    report->Add(absl::StrCat(title, " encryption ", sequence),
                CheckEncryption(vector, *suite, entry, sequence, &channel));
  }
  const HpkeContext context(*suite, *std::move(schedule));
  int line = 0;
  for (const nlohmann::json& entry : vector.value("exports", nlohmann::json::array())) {
    report->Add(absl::StrCat(title, " export ", ++line), CheckExport(context, entry));
  }
}

}  // namespace sluss
