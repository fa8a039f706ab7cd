// A field of the neutral notification, named by a path in a mapping file and set from text.
//
//   path := "urgency" | "phoned_first" | "protected_identity" | "consent" | "reply_to"
//         | "officer" [ "." index ] "." ( "name" | "role" | "reason" | "weighing" )
//         | "identity." ( "number" | "given_name" | "family_name" )
//         | "statement." source [ "." about ]         a statement of the narrative
//         | text "." ( source [ "." about ] | about | "text" )  a statement of another category
//         | "factor." code                            YES, NO or UNKNOWN
//         | "attachment." text                        where a file goes (AddFile)
//         | part "." field { "." ( index | field ) }  any field of content.proto
//   source := "seen" | "told_by_child" | "heard"
//   about  := "victim" | "suspect" | "witness" | "relative" | "subject"
//   text   := "anonymous" | "health" | "crime" | "plan" | "social_decisions"   (and "narrative" for
//   files) part   := "contact" | "attendance" | "narrative" | "feedback" index  := "1" ... "9" |
//   "#"                       '#': the number of the repeated answer
//
// Examples: narrative.why_now, statement.heard, contact.guardian.#.name, crime.suspect, factor.C1.
// Texts given twice are joined by a line break; values of a list are added. Enumerations take the
// names of content.proto ("YES", "NOW"). Errors tell what is needed and never quote the text; the
// caller adds the name of the native field. A value type; const methods are thread-safe.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_NEUTRAL_FIELD_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_NEUTRAL_FIELD_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "proto/content.pb.h"

namespace sluss {

class NeutralField {
 public:
  // INVALID_ARGUMENT names the part of the path that does not exist.
  static absl::StatusOr<NeutralField> Parse(absl::string_view path);

  // `repetition` replaces '#'; `today` settles the century of a personal number.
  absl::Status Set(absl::string_view text, int repetition, absl::CivilDay today,
                   v1::NeutralNotification* notification) const;

  // For "attachment." paths only; INVALID_ARGUMENT otherwise.
  absl::Status AddFile(v1::Attachment file, v1::NeutralNotification* notification) const;

  bool takes_files() const { return parts_.front() == "attachment"; }
  // "officer.role": the text is a role of the agency's own, to be translated first.
  bool is_role() const { return parts_.front() == "officer" && parts_.back() == "role"; }

 private:
  explicit NeutralField(std::vector<std::string> parts) : parts_(std::move(parts)) {}
  std::vector<std::string> parts_;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_NEUTRAL_FIELD_H_
