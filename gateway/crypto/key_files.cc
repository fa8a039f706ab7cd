// agency.key := "sluss agency keys v1" LF line*      line := name SP value LF
// Names stand in a fixed order; secrets are hex. holder.key has one `share` line an agency:
// "share school/ekbacken <hex>"; scan.key has one, of the access domain.
#include "gateway/crypto/key_files.h"

#include <sodium.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/private_file.h"

namespace sluss {
namespace {

constexpr char kAgencyFile[] = "agency.key";
constexpr char kHolderFile[] = "holder.key";
constexpr char kScanFile[] = "scan.key";
constexpr char kLogFile[] = "log.key";
constexpr absl::string_view kAgencyTitle = "sluss agency keys v1";
constexpr absl::string_view kHolderTitle = "sluss holder keys v1";
constexpr absl::string_view kScanTitle = "sluss scan keys v1";
constexpr absl::string_view kLogTitle = "sluss log key v1";

// Grows by whole lines; every buffer that it leaves behind is wiped.
class KeyText {
 public:
  explicit KeyText(absl::string_view title) { Append({title, "\n"}); }

  void Line(absl::string_view name, absl::string_view value) { Append({name, " ", value, "\n"}); }
  void Number(absl::string_view name, uint32_t value) { Line(name, absl::StrCat(value)); }
  void Secret(absl::string_view name, const SecretBytes& secret) {
    const auto access = InsecureSecretAccess::Get();
    SecretBytes hex(2 * secret.size() + 1);  // sodium_bin2hex ends with a zero
    sodium_bin2hex(reinterpret_cast<char*>(hex.Data(access)), hex.size(),
                   reinterpret_cast<const uint8_t*>(secret.Get(access).data()), secret.size());
    Line(name, hex.Get(access).substr(0, 2 * secret.size()));
  }
  absl::Status Save(const std::string& directory, const std::string& name) const {
    return WritePrivateFile(directory, name, text_.Get(InsecureSecretAccess::Get()));
  }

 private:
  void Append(std::initializer_list<absl::string_view> parts) {
    const auto access = InsecureSecretAccess::Get();
    size_t size = text_.size();
    for (const absl::string_view part : parts) size += part.size();
    SecretBytes longer(size);
    uint8_t* out = longer.Data(access);
    const absl::string_view before = text_.Get(access);
    out = std::copy(before.begin(), before.end(), out);
    for (const absl::string_view part : parts) out = std::copy(part.begin(), part.end(), out);
    text_ = std::move(longer);
  }

  SecretBytes text_;
};

// Reads the lines in their order. Errors name path and line.
class KeyLines {
 public:
  static absl::StatusOr<KeyLines> Load(const std::string& directory, const std::string& name,
                                       absl::string_view title) {
    ASSIGN_OR_RETURN(SecretBytes content, ReadPrivateFile(directory, name));
    KeyLines lines(absl::StrCat(directory, "/", name), std::move(content));
    if (lines.Done() || lines.lines_[0] != title) {
      return lines.Error(absl::StrCat("is not `", title, "`"));
    }
    ++lines.next_;
    return lines;
  }

  bool Done() const { return next_ == lines_.size(); }
  bool NextIs(absl::string_view name) const {
    return !Done() && absl::StartsWith(lines_[next_], absl::StrCat(name, " "));
  }

  absl::StatusOr<absl::string_view> Value(absl::string_view name) {
    if (!NextIs(name)) return Error(absl::StrCat("`", name, "` is missing"));
    return lines_[next_++].substr(name.size() + 1);
  }
  absl::StatusOr<uint32_t> Number(absl::string_view name) {
    ASSIGN_OR_RETURN(const absl::string_view value, Value(name));
    uint32_t number = 0;
    if (!absl::SimpleAtoi(value, &number)) return LastError("is not a number");
    return number;
  }
  absl::StatusOr<SecretBytes> Secret(absl::string_view name) {
    ASSIGN_OR_RETURN(const absl::string_view value, Value(name));
    return FromHexSecret(value);
  }
  absl::StatusOr<SecretBytes> FromHexSecret(absl::string_view hex) const {
    SecretBytes secret(hex.size() / 2);
    size_t size = 0;
    const char* end = nullptr;
    if (sodium_hex2bin(secret.Data(InsecureSecretAccess::Get()), secret.size(), hex.data(),
                       hex.size(), nullptr, &size, &end) != 0 ||
        size != secret.size() || end != hex.data() + hex.size()) {
      return LastError("is not hex");
    }
    return secret;
  }

  // At the line that comes, or at the one just read.
  absl::Status Error(absl::string_view what) const { return ErrorAt(next_ + 1, what); }
  absl::Status LastError(absl::string_view what) const { return ErrorAt(next_, what); }
  template <typename T>
  absl::StatusOr<T> AtLastLine(absl::StatusOr<T> result) const {
    return result.ok() ? std::move(result) : LastError(result.status().message());
  }

 private:
  KeyLines(std::string path, SecretBytes content)
      : path_(std::move(path)), content_(std::move(content)) {
    absl::string_view text = content_.Get(InsecureSecretAccess::Get());
    if (absl::EndsWith(text, "\n")) text.remove_suffix(1);
    if (!text.empty()) lines_ = absl::StrSplit(text, '\n');
  }

  absl::Status ErrorAt(size_t line, absl::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat(path_, ":", line, ": ", what));
  }

  std::string path_;
  SecretBytes content_;  // its heap block, and so the views, survive a move
  std::vector<absl::string_view> lines_;
  size_t next_ = 0;
};

absl::StatusOr<Scalar> ReadKeyScalar(const KeyLines& lines, const SecretBytes& bytes) {
  ASSIGN_OR_RETURN(const Scalar scalar,
                   lines.AtLastLine(Scalar::Decode(bytes.Get(InsecureSecretAccess::Get()))));
  if (scalar.IsZero()) return lines.LastError("is zero");
  return scalar;
}

absl::StatusOr<Scalar> ReadScalar(KeyLines& lines, absl::string_view name) {
  ASSIGN_OR_RETURN(const SecretBytes bytes, lines.Secret(name));
  return ReadKeyScalar(lines, bytes);
}

absl::StatusOr<SigningKey> ReadSigning(KeyLines& lines) {
  ASSIGN_OR_RETURN(const SecretBytes seed, lines.Secret("signing"));
  return lines.AtLastLine(SigningKey::FromSeed(seed));
}

absl::StatusOr<HpkePrivateKey> ReadHpke(KeyLines& lines, HpkeKem kem) {
  ASSIGN_OR_RETURN(const SecretBytes bytes, lines.Secret("hpke"));
  return lines.AtLastLine(HpkePrivateKey::Decode(kem, bytes));
}

absl::StatusOr<HpkeSuite> ReadSuite(KeyLines& lines) {
  ASSIGN_OR_RETURN(const uint32_t kem, lines.Number("hpke_kem"));
  ASSIGN_OR_RETURN(const uint32_t aead, lines.Number("hpke_aead"));
  return lines.AtLastLine(MakeHpkeSuite(kem, static_cast<uint32_t>(HpkeKdf::kHkdfSha256), aead));
}

// "share <agency> <hex>"
absl::Status ReadShare(KeyLines& lines, std::map<AgencyId, Scalar>* shares) {
  ASSIGN_OR_RETURN(const absl::string_view value, lines.Value("share"));
  const size_t space = value.find(' ');
  if (space == absl::string_view::npos) return lines.LastError("has no agency and key");
  ASSIGN_OR_RETURN(AgencyId agency, lines.AtLastLine(ParseAgencyId(value.substr(0, space))));
  ASSIGN_OR_RETURN(const SecretBytes bytes, lines.FromHexSecret(value.substr(space + 1)));
  ASSIGN_OR_RETURN(const Scalar share, ReadKeyScalar(lines, bytes));
  if (shares->emplace(std::move(agency), share).second) return absl::OkStatus();
  return lines.LastError("has the same agency twice");
}

}  // namespace

absl::Status SaveSecrets(const AgencySecrets& secrets, const std::string& directory) {
  const auto access = InsecureSecretAccess::Get();
  KeyText text(kAgencyTitle);
  text.Line("agency", secrets.agency.value());
  text.Number("key_set", secrets.key_set);
  text.Secret("nym", secrets.nym.EncodeSecret(access));
  text.Number("hpke_kem", static_cast<uint32_t>(secrets.hpke.kem()));
  text.Number("hpke_aead", static_cast<uint32_t>(secrets.aead));
  text.Secret("hpke", secrets.hpke.Encode(access));
  text.Secret("signing", secrets.signing.Seed(access));
  text.Secret("closing", SecretBytes(secrets.closing.Get(access), access));
  return text.Save(directory, kAgencyFile);
}

absl::Status SaveSecrets(const HolderSecrets& secrets, const std::string& directory) {
  const auto access = InsecureSecretAccess::Get();
  KeyText text(kHolderTitle);
  text.Line("holder", secrets.holder);
  text.Number("key_set", secrets.key_set);
  text.Secret("layer", secrets.layer.EncodeSecret(access));
  text.Secret("signing", secrets.signing.Seed(access));
  text.Secret("hpke", secrets.hpke.Encode(access));
  for (const auto& [agency, share] : secrets.share) {
    text.Secret(absl::StrCat("share ", agency.value()), share.EncodeSecret(access));
  }
  return text.Save(directory, kHolderFile);
}

absl::Status SaveSecrets(const ScanSecrets& secrets, const std::string& directory) {
  const auto access = InsecureSecretAccess::Get();
  KeyText text(kScanTitle);
  text.Line("holder", secrets.holder);
  text.Number("key_set", secrets.key_set);
  text.Secret("layer", secrets.layer.EncodeSecret(access));
  text.Secret(absl::StrCat("share ", secrets.domain.value()), secrets.share.EncodeSecret(access));
  return text.Save(directory, kScanFile);
}

absl::Status SaveSecrets(const LogSecrets& secrets, const std::string& directory) {
  KeyText text(kLogTitle);
  text.Line("origin", secrets.origin);
  text.Secret("signing", secrets.signing.Seed(InsecureSecretAccess::Get()));
  return text.Save(directory, kLogFile);
}

absl::StatusOr<AgencySecrets> LoadAgencySecrets(const std::string& directory) {
  ASSIGN_OR_RETURN(KeyLines lines, KeyLines::Load(directory, kAgencyFile, kAgencyTitle));
  ASSIGN_OR_RETURN(const absl::string_view name, lines.Value("agency"));
  ASSIGN_OR_RETURN(AgencyId agency, lines.AtLastLine(ParseAgencyId(name)));
  ASSIGN_OR_RETURN(const uint32_t key_set, lines.Number("key_set"));
  ASSIGN_OR_RETURN(Scalar nym, ReadScalar(lines, "nym"));
  ASSIGN_OR_RETURN(const HpkeSuite suite, ReadSuite(lines));
  ASSIGN_OR_RETURN(HpkePrivateKey hpke, ReadHpke(lines, suite.kem));
  ASSIGN_OR_RETURN(SigningKey signing, ReadSigning(lines));
  ASSIGN_OR_RETURN(SecretBytes closing, lines.Secret("closing"));
  if (closing.size() != kClosingSize) return lines.LastError("has a wrong length");
  if (!lines.Done()) return lines.Error("is one line too many");
  return AgencySecrets{std::move(agency), key_set,    std::move(nym),
                       std::move(hpke),   suite.aead, std::move(signing),
                       std::move(closing)};
}

absl::StatusOr<HolderSecrets> LoadHolderSecrets(const std::string& directory) {
  ASSIGN_OR_RETURN(KeyLines lines, KeyLines::Load(directory, kHolderFile, kHolderTitle));
  ASSIGN_OR_RETURN(const absl::string_view holder, lines.Value("holder"));
  ASSIGN_OR_RETURN(const uint32_t key_set, lines.Number("key_set"));
  ASSIGN_OR_RETURN(Scalar layer, ReadScalar(lines, "layer"));
  ASSIGN_OR_RETURN(SigningKey signing, ReadSigning(lines));
  ASSIGN_OR_RETURN(HpkePrivateKey hpke, ReadHpke(lines, HpkeKem::kX25519HkdfSha256));
  std::map<AgencyId, Scalar> shares;
  while (lines.NextIs("share")) RETURN_IF_ERROR(ReadShare(lines, &shares));
  if (!lines.Done()) return lines.Error("is not a `share`");
  return HolderSecrets{std::string(holder), key_set,        std::move(layer), std::move(shares),
                       std::move(signing),  std::move(hpke)};
}

absl::StatusOr<ScanSecrets> LoadScanSecrets(const std::string& directory) {
  ASSIGN_OR_RETURN(KeyLines lines, KeyLines::Load(directory, kScanFile, kScanTitle));
  ASSIGN_OR_RETURN(const absl::string_view holder, lines.Value("holder"));
  ASSIGN_OR_RETURN(const uint32_t key_set, lines.Number("key_set"));
  ASSIGN_OR_RETURN(Scalar layer, ReadScalar(lines, "layer"));
  std::map<AgencyId, Scalar> shares;
  RETURN_IF_ERROR(ReadShare(lines, &shares));
  if (!lines.Done()) return lines.Error("is one line too many");
  return ScanSecrets{std::string(holder), key_set, std::move(layer), shares.begin()->first,
                     shares.begin()->second};
}

absl::StatusOr<LogSecrets> LoadLogSecrets(const std::string& directory) {
  ASSIGN_OR_RETURN(KeyLines lines, KeyLines::Load(directory, kLogFile, kLogTitle));
  ASSIGN_OR_RETURN(const absl::string_view origin, lines.Value("origin"));
  ASSIGN_OR_RETURN(SigningKey signing, ReadSigning(lines));
  if (!lines.Done()) return lines.Error("is one line too many");
  return LogSecrets{std::string(origin), std::move(signing)};
}

}  // namespace sluss
