// C2SP tlog-cosignature: a witness says that it saw a checkpoint, and when.
//
// The line of a signed note, of a key of kind 0x04, with u64be time || signature, where the
// signature is Ed25519 over
//
//   cosignature/v1\ntime <seconds since 1970>\n<text of the checkpoint>
//
// A cosignature says: this checkpoint follows every one that I cosigned before. It does not say
// that the entries are true, or that they can be had.
#ifndef SLUSS_GATEWAY_TLOG_COSIGNATURE_H_
#define SLUSS_GATEWAY_TLOG_COSIGNATURE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/crypto/sign.h"
#include "gateway/tlog/note.h"

namespace sluss {

// The line, with its newline. `text` is that of the note; `name` has passed CheckKeyName.
std::string Cosign(absl::string_view text, absl::string_view name, const SigningKey& key,
                   absl::Time now);

// The public half of a witness's key. A value; thread-safe.
class WitnessKey {
 public:
  static absl::StatusOr<WitnessKey> Make(absl::string_view name, absl::string_view public_key);
  static absl::StatusOr<WitnessKey> Parse(absl::string_view text);

  std::string ToString() const { return key_.ToString(); }
  std::string Label() const { return key_.Label(); }
  const std::string& name() const { return key_.name(); }

  // When the witness saw the note: the latest, if it signed more than once. PERMISSION_DENIED when
  // it did not, or when a line in its name does not verify.
  absl::StatusOr<absl::Time> Verify(const Note& note) const;
  // Whether a line stands in its name; not whether it verifies.
  bool Owns(const NoteSignature& line) const {
    return line.key_name == key_.name() && line.key_id == key_.id();
  }
  // The line as it stands in a note.
  std::string Line(const NoteSignature& line) const { return key_.Line(line.signature); }

 private:
  explicit WitnessKey(NoteKey key) : key_(std::move(key)) {}

  NoteKey key_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_COSIGNATURE_H_
