// The entries that an officer's own acts leave in the log.
#ifndef SLUSS_GATEWAY_OVERSIGHT_OVERSIGHT_LEAF_H_
#define SLUSS_GATEWAY_OVERSIGHT_OVERSIGHT_LEAF_H_

#include <cstdint>
#include <string>
#include <utility>

#include "gateway/exchange/leaf.h"

namespace sluss {

// Tags of v1::Commitment beside those of decisions.
inline constexpr uint32_t kCriteriaTag = 8;
inline constexpr uint32_t kNoteTag = 9;

// Tags ascend, none twice.
inline void CommitField(uint32_t tag, std::string value, LeafDraft* draft) {
  if (value.empty()) return;
  v1::OpenedField& field = draft->committed.emplace_back();
  field.set_tag(tag);
  field.set_value(std::move(value));
}

// Who did it is committed to only: how officials work is a personal matter of theirs.
inline LeafDraft OversightLeaf(v1::RecordKind kind, const std::string& officer,
                               const std::string& procedure) {
  LeafDraft draft;
  draft.clear.set_kind(kind);
  draft.clear.set_procedure(procedure);
  CommitField(static_cast<uint32_t>(CommitTag::kOfficer), officer, &draft);
  return draft;
}

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OVERSIGHT_OVERSIGHT_LEAF_H_
