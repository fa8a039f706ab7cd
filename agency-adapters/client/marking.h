// What a correction or retraction does to the message that it is about, at the agency that has it.
//
// Beside the native files of the earlier message lies <its id>.marking.json, written anew with each
// later correction:
//   {"message": "32 hex", "known": true, "case": "...", "from": "school/ekbacken",
//    "status": "corrected" | "retracted" | "",
//    "markings": [{"by": "32 hex", "kind": "correction" | "retraction", "received": "...",
//                  "statements": [{"category": "NARRATIVE", "id": "2", "retracted": false}]}]}
// "statements" empty: the whole message. "known" is false where the earlier message has not come,
// or was refused here. A message that was retracted stays so.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_MARKING_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_MARKING_H_

#include <string>

#include "absl/strings/string_view.h"
#include "proto/agency_state.pb.h"
#include "proto/content.pb.h"

namespace sluss {

// Of a correction that was delivered and taken as `record`. Pure.
v1::Marking MarkingBy(const v1::DeliveredNotification& delivered, const v1::InboxRecord& record);

// Adds it unless it is there: a delivery may come twice.
void AddMarking(const v1::Marking& marking, v1::Markings* markings);
// Takes the one of this message out again: it was found to be about another child.
void RemoveMarking(const std::string& by, v1::Markings* markings);

// What has become of the marked message: a retraction outlasts later corrections.
v1::CorrectionKind KindOf(const v1::Markings& markings);
// `sender` is whose both messages are.
std::string MarkingJson(const v1::Markings& markings, const std::string& sender,
                        const std::string& matched_case, bool known);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_MARKING_H_
