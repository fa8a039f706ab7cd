// How a log's key gives way to another: the entry that says so.
//
// A `KEY_CHANGE` entry has the outcome
//   log-key-added <verifier key>      from here on this key signs too; its name is the log's origin
//   log-key-retired <name>+<8 hex>    from here on this key signs no more
// and stands in the tree that the keys of before have signed, so that whoever trusts one of them
// may trust the next. Pure; thread-safe.
#ifndef SLUSS_GATEWAY_TLOG_KEY_CHANGE_H_
#define SLUSS_GATEWAY_TLOG_KEY_CHANGE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "gateway/tlog/note.h"
#include "proto/record.pb.h"

namespace sluss {

struct KeyChange {
  uint64_t entry = 0;  // its index in the log
  std::optional<VerifierKey> added;
  std::string retired;  // label, where none was added
};

std::string AddedOutcome(const VerifierKey& key);
std::string RetiredOutcome(absl::string_view label);

// Empty where the outcome has another form.
std::optional<KeyChange> ParseKeyChange(const v1::AuditLeaf& leaf, uint64_t entry);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_KEY_CHANGE_H_
