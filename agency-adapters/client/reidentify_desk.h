// The recipient's side of a re-identification: two officers ask by a file (reidentify_file.h), the
// gateway decides, the key holder peels, and what comes out is held against the pseudonym that came
// with the message.
//
// The number is believed only when its own nym, evaluated through both holders, is the nym
// received; otherwise the sender lied, which is reported to the gateway and told to the officers,
// without the number. Writes for the agency:
//   <message>.reidentification.json  {"message","sender","verdict","reasonCode","reasonSv",
//                                     "reasonEn","paragraphs","outcome","repeated","logIndex"}
//   <message>.identity.json          {"message","number","matchedCase","legalBasis","logIndex"}
// Outcomes: "match", "nym-mismatch", "escrow-unreadable", "denied", "answered-before".
// The order is stored before it is sent and sent again as it is until it is answered. Errors:
// INVALID_ARGUMENT, FAILED_PRECONDITION and NOT_FOUND are the file's; others are worth another try
// with the same file. For one thread.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_REIDENTIFY_DESK_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_REIDENTIFY_DESK_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agency-adapters/client/edge_parts.h"
#include "agency-adapters/client/inbox.h"
#include "agency-adapters/client/native_out.h"
#include "agency-adapters/client/officer_book.h"
#include "agency-adapters/client/record_dir.h"
#include "agency-adapters/client/register.h"
#include "agency-adapters/client/reidentify_file.h"
#include "gateway/crypto/personal_number.h"
#include "proto/agency_state.pb.h"

namespace sluss {

class ReidentifyDesk {
 public:
  // All pointers must outlive the desk.
  static absl::StatusOr<std::unique_ptr<ReidentifyDesk>> Open(
      FileSystem* files, const std::string& state_path, const EdgeParts& parts, const Inbox* inbox,
      const Register* rows, OfficerBook* officers, const NativeOut* native_out);

  absl::Status Ask(absl::string_view file);

 private:
  ReidentifyDesk(RecordDir<v1::ReidentificationRecord> records, const EdgeParts& parts,
                 const Inbox* inbox, const Register* rows, OfficerBook* officers,
                 const NativeOut* native_out);

  absl::StatusOr<v1::InboxRecord> Received(const MessageId& message) const;
  absl::StatusOr<v1::ReidentificationRecord> Prepare(const ReidentifyFile& file,
                                                     const std::string& digest) const;
  absl::StatusOr<v1::ReidentifyResponse> Submit(const v1::ReidentificationRecord& record,
                                                const v1::InboxRecord& received) const;
  absl::StatusOr<std::string> Compare(const v1::ReidentifyResponse& response,
                                      const ReidentifyFile& file,
                                      const v1::InboxRecord& received) const;
  absl::StatusOr<CanonicalNumber> OpenInner(const std::string& inner,
                                            const v1::InboxRecord& received) const;
  absl::StatusOr<std::string> NymOf(const CanonicalNumber& number) const;
  absl::Status Report(v1::ReidentificationRecord* record) const;
  absl::Status Tell(const v1::ReidentifyResponse& response, const v1::InboxRecord& received,
                    const std::string& outcome) const;

  const RecordDir<v1::ReidentificationRecord> records_;
  const EdgeParts parts_;
  const Inbox* const inbox_;
  const Register* const rows_;
  OfficerBook* const officers_;
  const NativeOut* const native_out_;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_REIDENTIFY_DESK_H_
