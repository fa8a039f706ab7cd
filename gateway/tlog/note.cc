#include "gateway/tlog/note.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/sha256.h"
#include "gateway/tlog/strict_text.h"

namespace sluss {
namespace {

constexpr absl::string_view kSignatureStart = "\xe2\x80\x94 ";  // U+2014, space
constexpr size_t kIdBytes = 4;
constexpr size_t kMaxNoteBytes = 64 << 10;

std::string IdBytes(uint32_t id) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(id >> shift));
  return bytes;
}

uint32_t ReadId(absl::string_view bytes) {
  uint32_t id = 0;
  for (const char c : bytes.substr(0, kIdBytes)) id = id << 8 | static_cast<uint8_t>(c);
  return id;
}

std::string KindByte(NoteKeyKind kind) { return std::string(1, static_cast<char>(kind)); }

bool IsKeyName(absl::string_view name) {
  return !name.empty() && name.find_first_of(" +") == absl::string_view::npos;
}

std::optional<NoteSignature> ParseSignatureLine(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, kSignatureStart)) return std::nullopt;
  const size_t space = line.find(' ');
  if (space == absl::string_view::npos || !IsKeyName(line.substr(0, space))) return std::nullopt;
  const std::optional<std::string> bytes = ParseBase64(line.substr(space + 1));
  if (!bytes || bytes->size() <= kIdBytes) return std::nullopt;
  return NoteSignature{std::string(line.substr(0, space)), ReadId(*bytes), bytes->substr(kIdBytes)};
}

bool HasControlCharacter(absl::string_view bytes) {
  return std::any_of(bytes.begin(), bytes.end(),
                     [](char c) { return static_cast<uint8_t>(c) < 0x20 && c != '\n'; });
}

}  // namespace

absl::StatusOr<Note> ParseNote(absl::string_view bytes) {
  if (bytes.size() > kMaxNoteBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a note is at most ", kMaxNoteBytes, " bytes, not ", bytes.size()));
  }
  if (HasControlCharacter(bytes)) {
    return absl::InvalidArgumentError("a note has no control characters but newlines");
  }
  const size_t gap = bytes.rfind("\n\n");
  if (gap == absl::string_view::npos) {
    return absl::InvalidArgumentError("a note has an empty line before its signatures");
  }
  Note note;
  note.text = std::string(bytes.substr(0, gap + 1));
  absl::string_view rest = bytes.substr(gap + 2);
  while (!rest.empty()) {
    const std::optional<absl::string_view> line = TakeLine(&rest);
    std::optional<NoteSignature> signature = line ? ParseSignatureLine(*line) : std::nullopt;
    if (!signature) {
      return absl::InvalidArgumentError(
          absl::StrCat("signature line ", note.signatures.size() + 1,
                       " of the note is not `\xe2\x80\x94 <key name> <base64>`"));
    }
    note.signatures.push_back(*std::move(signature));
  }
  if (note.signatures.empty()) return absl::InvalidArgumentError("the note carries no signature");
  return note;
}

absl::Status CheckKeyName(absl::string_view name) {
  const bool printable =
      std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (IsKeyName(name) && printable) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "a log's name is printable ASCII without space or '+', such as `log.sluss.example/gw1`");
}

NoteKey::NoteKey(std::string name, NoteKeyKind kind, std::string public_key)
    : name_(std::move(name)),
      kind_(kind),
      public_key_(std::move(public_key)),
      id_(ReadId(AsStringView(Sha256({name_, "\n", KindByte(kind), public_key_})))) {}

absl::StatusOr<NoteKey> NoteKey::Make(absl::string_view name, NoteKeyKind kind,
                                      absl::string_view public_key) {
  RETURN_IF_ERROR(CheckKeyName(name));
  if (public_key.size() != kSigningPublicSize) {
    return absl::InvalidArgumentError("an Ed25519 public key is 32 bytes");
  }
  return NoteKey(std::string(name), kind, std::string(public_key));
}

absl::StatusOr<NoteKey> NoteKey::Parse(absl::string_view text, NoteKeyKind kind) {
  // The base64 part may hold '+' itself: split at the first two.
  const size_t first = text.find('+');
  const size_t second = first == absl::string_view::npos ? first : text.find('+', first + 1);
  if (second == absl::string_view::npos) {
    return absl::InvalidArgumentError("a verifier key is `<name>+<8 hex digits>+<base64>`");
  }
  const std::optional<std::string> bytes = ParseBase64(text.substr(second + 1));
  if (!bytes || bytes->substr(0, 1) != KindByte(kind)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the verifier key is not an Ed25519 key of kind ", static_cast<int>(kind)));
  }
  ASSIGN_OR_RETURN(NoteKey key, Make(text.substr(0, first), kind, bytes->substr(1)));
  if (key.ToString() != std::string(text)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the verifier key's id does not belong to its name and key; it would be `",
                     key.Label(), "`"));
  }
  return key;
}

std::string NoteKey::Label() const { return absl::StrFormat("%s+%08x", name_, id_); }

std::string NoteKey::ToString() const {
  return absl::StrCat(Label(), "+", absl::Base64Escape(absl::StrCat(KindByte(kind_), public_key_)));
}

std::string NoteKey::Line(absl::string_view signature) const {
  return absl::StrCat(kSignatureStart, name_, " ",
                      absl::Base64Escape(absl::StrCat(IdBytes(id_), signature)), "\n");
}

absl::StatusOr<VerifierKey> VerifierKey::Make(absl::string_view name,
                                              absl::string_view public_key) {
  ASSIGN_OR_RETURN(NoteKey key, NoteKey::Make(name, NoteKeyKind::kLog, public_key));
  return VerifierKey(std::move(key));
}

absl::StatusOr<VerifierKey> VerifierKey::Parse(absl::string_view text) {
  ASSIGN_OR_RETURN(NoteKey key, NoteKey::Parse(text, NoteKeyKind::kLog));
  return VerifierKey(std::move(key));
}

absl::Status VerifierKey::Verify(const Note& note) const {
  bool verified = false;
  for (const NoteSignature& line : note.signatures) {
    if (line.key_name != name() || line.key_id != id()) continue;
    if (!VerifyRawSignature(key_.public_key(), note.text, line.signature).ok()) {
      return absl::PermissionDeniedError(
          absl::StrCat("the signature of `", Label(), "` does not verify"));
    }
    verified = true;
  }
  if (verified) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat("there is no signature of `", Label(), "`"));
}

std::string SignatureLine(absl::string_view text, absl::string_view name, const SigningKey& key) {
  return NoteKey::Make(name, NoteKeyKind::kLog, key.public_key())->Line(key.SignRaw(text));
}

std::string SignNote(absl::string_view text, absl::string_view name, const SigningKey& key) {
  return absl::StrCat(text, "\n", SignatureLine(text, name, key));
}

}  // namespace sluss
