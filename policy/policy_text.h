// One policy as people keep it: canonical text, and the decision table that they edit.
//
// Both hold the same: text -> document -> table -> document -> text is the identity, on canonical
// text. In the text, rules stand sorted by id and values of a list sorted and once, which is the
// order that the digest is over. Comments before the first field are kept; a comment elsewhere is
// refused, because it would be lost: it belongs into a `note`.
#ifndef SLUSS_POLICY_POLICY_TEXT_H_
#define SLUSS_POLICY_POLICY_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "policy/faults.h"
#include "policy/policy_set.h"
#include "proto/policy.pb.h"

namespace sluss {

struct PolicyDocument {
  std::string comment;  // lines that begin with '#', each with its end
  v1::Policy policy;
};

// Only the format is checked; names are for PolicySet::Load. INVALID_ARGUMENT has the place.
absl::StatusOr<PolicyDocument> ParsePolicyText(const PolicySource& source);

// Canonical: the same bytes for the same rules in any order; written again, the same.
std::string PolicyText(PolicyDocument document);

// The decision table as tab-separated text: rows of `policy`, `version`, `title_sv`, `about_sv` and
// `comment`, an empty line, the names of the columns, and a row a rule. Cells are as a spreadsheet
// writes them: in quotes where they hold a tab, a quote or a line end. Lists are joined by ", ";
// ages and days are half-open ranges, "12..18", "2025-07-01.."; flags are "yes"; obligations are
// "retain=90, review, protection_assessment=14d 24h 4m". INVALID_ARGUMENT for a rule that would not
// load whatever the names are.
absl::StatusOr<std::string> PolicyTable(PolicyDocument document);

// Reads what PolicyTable writes, also after a spreadsheet has had it: byte-order mark, line ends of
// any kind, quotes around any cell, empty rows and empty cells at the end of rows. INVALID_ARGUMENT
// has a line for each fault with the place of its cell: "rules.tsv:7:31: unknown effect `ALLOW`".
// `places`, where given, gets the cells, for faults that are found later.
absl::StatusOr<PolicyDocument> ParsePolicyTable(const PolicySource& source,
                                                TablePlaces* places = nullptr);

}  // namespace sluss

#endif  // SLUSS_POLICY_POLICY_TEXT_H_
