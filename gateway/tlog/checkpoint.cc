#include "gateway/tlog/checkpoint.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/strict_text.h"

namespace sluss {

std::string SignCheckpoint(const Checkpoint& checkpoint, const SigningKey& key,
                           const SigningKey* successor) {
  const std::string text = absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n",
                                        FormatHash(checkpoint.root), "\n");
  std::string note = SignNote(text, checkpoint.origin, key);
  if (successor != nullptr) {
    absl::StrAppend(&note, SignatureLine(text, checkpoint.origin, *successor));
  }
  return note;
}

absl::StatusOr<Checkpoint> ParseCheckpointText(absl::string_view text) {
  const std::optional<absl::string_view> origin = TakeLine(&text);
  if (!origin || origin->empty()) {
    return absl::InvalidArgumentError("line 1 of the checkpoint is not the log's origin");
  }
  const std::optional<absl::string_view> size_line = TakeLine(&text);
  const std::optional<uint64_t> size = size_line ? ParseDecimal(*size_line) : std::nullopt;
  if (!size) {
    return absl::InvalidArgumentError("line 2 of the checkpoint is not the size of the tree");
  }
  const std::optional<absl::string_view> root_line = TakeLine(&text);
  const std::optional<Hash> root = root_line ? ParseHash(*root_line) : std::nullopt;
  if (!root) {
    return absl::InvalidArgumentError("line 3 of the checkpoint is not the root of the tree");
  }
  if (!text.empty()) return absl::InvalidArgumentError("the checkpoint has more than 3 lines");
  return Checkpoint{std::string(*origin), *size, *root};
}

absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view note, const VerifierKey& key) {
  ASSIGN_OR_RETURN(const Note parsed, ParseNote(note));
  RETURN_IF_ERROR(key.Verify(parsed));
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseCheckpointText(parsed.text));
  if (checkpoint.origin != key.name()) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the checkpoint is of the log `", checkpoint.origin, "`, the key of `", key.name(), "`"));
  }
  return checkpoint;
}

}  // namespace sluss
