// C2SP signed notes with Ed25519 keys: a text, an empty line, and one line a signature.
//
//   <text, ends in a newline>
//   <empty line>
//   — <key name> <base64(u32be key id || signature)>
//
//   key id       = SHA-256(key name || 0x0A || 0x01 || public key)[:4]
//   verifier key = <key name>+<8 hex digits of the key id>+<base64(0x01 || public key)>
//
// A note may carry signatures of keys that the reader does not know (a successor, witnesses); they
// say nothing to that reader and harm nothing.
#ifndef SLUSS_GATEWAY_TLOG_NOTE_H_
#define SLUSS_GATEWAY_TLOG_NOTE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/sign.h"

namespace sluss {

struct NoteSignature {
  std::string key_name;
  uint32_t key_id = 0;
  std::string signature;
};

struct Note {
  std::string text;
  std::vector<NoteSignature> signatures;
};

// Checks the form, no signature: `text` is not to be trusted before VerifierKey::Verify.
// INVALID_ARGUMENT says which line is at fault.
absl::StatusOr<Note> ParseNote(absl::string_view bytes);

// INVALID_ARGUMENT unless `name` may name a key: printable ASCII, no space, no '+'.
absl::Status CheckKeyName(absl::string_view name);

// What a key signs; the byte goes into its id, so that one key cannot stand for the other.
enum class NoteKeyKind : uint8_t { kLog = 0x01, kCosignature = 0x04 };

// The public half of any key of notes, under its name. A value; thread-safe.
class NoteKey {
 public:
  static absl::StatusOr<NoteKey> Make(absl::string_view name, NoteKeyKind kind,
                                      absl::string_view public_key);
  // INVALID_ARGUMENT when the form or the id is wrong, or the key of another kind.
  static absl::StatusOr<NoteKey> Parse(absl::string_view text, NoteKeyKind kind);

  std::string ToString() const;
  // "log.example/gw1+0123abcd": enough for a person to tell keys apart.
  std::string Label() const;
  // The line of a signature by this key.
  std::string Line(absl::string_view signature) const;
  const std::string& name() const { return name_; }
  const std::string& public_key() const { return public_key_; }
  uint32_t id() const { return id_; }

 private:
  NoteKey(std::string name, NoteKeyKind kind, std::string public_key);

  std::string name_;
  NoteKeyKind kind_;
  std::string public_key_;
  uint32_t id_;
};

// The public half of a log's key. A value; thread-safe.
class VerifierKey {
 public:
  static absl::StatusOr<VerifierKey> Make(absl::string_view name, absl::string_view public_key);
  // INVALID_ARGUMENT when the form, the kind of key or the id is wrong.
  static absl::StatusOr<VerifierKey> Parse(absl::string_view text);

  std::string ToString() const { return key_.ToString(); }
  std::string Label() const { return key_.Label(); }
  const std::string& name() const { return key_.name(); }
  uint32_t id() const { return key_.id(); }

  // OK only if one line is this key's and each such line verifies. PERMISSION_DENIED otherwise.
  absl::Status Verify(const Note& note) const;

 private:
  explicit VerifierKey(NoteKey key) : key_(std::move(key)) {}

  NoteKey key_;
};

// One more signature on a note over `text`.
std::string SignatureLine(absl::string_view text, absl::string_view name, const SigningKey& key);

// The whole note with one signature. `text` ends in a newline; `name` was checked.
std::string SignNote(absl::string_view text, absl::string_view name, const SigningKey& key);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_NOTE_H_
