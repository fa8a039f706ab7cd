// What a policy's text holds besides its messages, found without parsing it: comments, and how many
// rules there are.
#ifndef SLUSS_POLICY_TEXT_SCAN_H_
#define SLUSS_POLICY_TEXT_SCAN_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sluss {

struct TextScan {
  // The comment lines before the first field, with their line ends; blank lines between and behind
  // them are left out.
  std::string head_comment;
  // The first comment after that; line 0 for none. Counted from 1, in bytes.
  int comment_line = 0, comment_column = 0;
  // Messages `rule { ... }` at the top, also where the text is not well formed.
  size_t rules = 0;
};

// One pass without any copy of the text. Whatever the text is, there is an answer.
TextScan ScanPolicyText(absl::string_view text);

}  // namespace sluss

#endif  // SLUSS_POLICY_TEXT_SCAN_H_
