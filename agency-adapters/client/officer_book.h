// The officers of this agency: who may attest here, with which key, and that the gateway knows it.
//
// The list (officer_files.h) is looked at anew again and again. Who is struck off signs nothing
// from then on; the register that goes to the gateway leaves them out, and counts there from the
// answer. A list that cannot be read leaves the one before in place and is told as an event: a slip
// of the pen must not silence an agency that has to report. Names stay here.
//
// For one thread. Errors name a neutral field and quote nothing.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_OFFICER_BOOK_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_OFFICER_BOOK_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/client/backoff.h"
#include "agency-adapters/client/edge_parts.h"
#include "agency-adapters/client/record_dir.h"
#include "gateway/crypto/attestation.h"
#include "gateway/crypto/officer_files.h"
#include "proto/agency_state.pb.h"
#include "proto/content.pb.h"

namespace sluss {

// An officer who may attest now.
struct OfficerSigner {
  std::string officer;  // pseudonym, 32 bytes
  std::string name;     // as the list spells it; stays here
  std::shared_ptr<const SigningKey> key;
};

class OfficerBook {
 public:
  // `parts` and `files` outlive the book. `officers_dir` may be empty of officers: then nothing can
  // be attested.
  static absl::StatusOr<std::unique_ptr<OfficerBook>> Open(FileSystem* files,
                                                           const std::string& state_path,
                                                           std::string officers_dir,
                                                           const EdgeParts& parts);

  // Takes up a changed list.
  void Look();

  // Those who attest these acts, in their order. INVALID_ARGUMENT "`officer[1].name`: ..." for one
  // who is not enrolled, not with that role, not in force at `now`, or the same person twice.
  absl::StatusOr<std::vector<OfficerSigner>> Signers(
      const google::protobuf::RepeatedPtrField<v1::OfficerAct>& acts, absl::Time now) const;

  // OK when the gateway has the register as it is now. UNAVAILABLE with the reason while it has
  // not; then nothing that is attested should be submitted yet.
  absl::Status Publish();

 private:
  OfficerBook(std::string officers_dir, const EdgeParts& parts, RecordDir<v1::SentOfficers> state);

  void Take(std::vector<OfficerWithKey> officers);
  absl::StatusOr<v1::EnrolOfficersRequest> Request();
  absl::Status Send();

  const std::string officers_dir_;
  const EdgeParts parts_;
  const RecordDir<v1::SentOfficers> state_;
  std::string list_digest_;  // of the list that was looked at last
  std::vector<OfficerWithKey> officers_;
  std::map<std::string, const OfficerWithKey*> by_name_;  // every spelling
  bool published_ = false;
  Attempt attempt_;
  absl::Status waiting_;  // why it is not published
  absl::Status last_failure_;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_OFFICER_BOOK_H_
