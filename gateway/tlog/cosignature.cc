#include "gateway/tlog/cosignature.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr size_t kTimeBytes = 8;

std::string SignedText(int64_t seconds, absl::string_view text) {
  return absl::StrCat("cosignature/v1\ntime ", seconds, "\n", text);
}

std::string TimeBytes(int64_t seconds) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(static_cast<uint64_t>(seconds) >> shift));
  }
  return bytes;
}

uint64_t ReadTime(absl::string_view bytes) {
  uint64_t time = 0;
  for (const char c : bytes.substr(0, kTimeBytes)) time = time << 8 | static_cast<uint8_t>(c);
  return time;
}

}  // namespace

std::string Cosign(absl::string_view text, absl::string_view name, const SigningKey& key,
                   absl::Time now) {
  const int64_t seconds = absl::ToUnixSeconds(now);
  const NoteKey named = NoteKey::Make(name, NoteKeyKind::kCosignature, key.public_key()).value();
  return named.Line(absl::StrCat(TimeBytes(seconds), key.SignRaw(SignedText(seconds, text))));
}

absl::StatusOr<WitnessKey> WitnessKey::Make(absl::string_view name, absl::string_view public_key) {
  ASSIGN_OR_RETURN(NoteKey key, NoteKey::Make(name, NoteKeyKind::kCosignature, public_key));
  return WitnessKey(std::move(key));
}

absl::StatusOr<WitnessKey> WitnessKey::Parse(absl::string_view text) {
  ASSIGN_OR_RETURN(NoteKey key, NoteKey::Parse(text, NoteKeyKind::kCosignature));
  return WitnessKey(std::move(key));
}

absl::StatusOr<absl::Time> WitnessKey::Verify(const Note& note) const {
  absl::Time latest = absl::InfinitePast();
  for (const NoteSignature& line : note.signatures) {
    if (!Owns(line)) continue;
    const uint64_t seconds = ReadTime(line.signature);
    if (line.signature.size() != kTimeBytes + kSignatureSize || seconds > INT64_MAX ||
        !VerifyRawSignature(key_.public_key(), SignedText(static_cast<int64_t>(seconds), note.text),
                            line.signature.substr(kTimeBytes))
             .ok()) {
      return absl::PermissionDeniedError(
          absl::StrCat("the cosignature of `", Label(), "` does not verify"));
    }
    latest = std::max(latest, absl::FromUnixSeconds(static_cast<int64_t>(seconds)));
  }
  if (latest != absl::InfinitePast()) return latest;
  return absl::PermissionDeniedError(absl::StrCat("there is no cosignature of `", Label(), "`"));
}

}  // namespace sluss
