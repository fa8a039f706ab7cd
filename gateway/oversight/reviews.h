// Log review (logguppföljning): officers draw samples of the log, look at each entry of them, and
// say what they found.
//
//   draw     criteria -> population (by the index and the entries) -> sample by a seed that nobody
//            chooses (review_sample.h); one transaction: REVIEW_DRAWN entry and the review
//   finding  one transaction: REVIEW_FINDING entry, with the note committed to, and the finding
//   close    when every entry of the sample is settled: REVIEW_CLOSED entry with the numbers
//
// The note lies only with what opens its entry: it is kept as long as the class "oversight" and
// erased with it, and the database's own rows hold no text of a case. Reviews are never removed.
//
// Nobody reviews what they did themselves, where that can be known: an entry that names the
// reviewer is refused. Of decisions the gateway knows the officer's pseudonym at the agency only,
// not the person; that they review no acts of their own agency is for the officers' routine to see
// to.
#ifndef SLUSS_GATEWAY_OVERSIGHT_REVIEWS_H_
#define SLUSS_GATEWAY_OVERSIGHT_REVIEWS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/base/mutex.h"
#include "gateway/exchange/ledger.h"
#include "gateway/exchange/opening_reader.h"
#include "gateway/oversight/index_follower.h"
#include "proto/oversight.pb.h"

namespace sluss {

// The pointed-to objects outlive the reviews.
struct ReviewParts {
  Ledger* ledger;
  const StoreView* log;  // not the ledger's own
  IndexFollower* index;
  const OpeningReader* openings;
  std::vector<std::string> agencies;  // of the exchange, for the yearly statement
  std::chrono::milliseconds patience = std::chrono::seconds(10);  // for the index to catch up
};

// Thread-safe. `officer` as entries name who did it: "officer/anna". Errors: INVALID_ARGUMENT
// begins with the field; NOT_FOUND, FAILED_PRECONDITION and PERMISSION_DENIED say what to do
// instead; UNAVAILABLE: try again, nothing was changed or what was is found again.
class LogReviews {
 public:
  explicit LogReviews(ReviewParts parts) : parts_(std::move(parts)) {}

  absl::StatusOr<v1::Review> Draw(const std::string& officer, const v1::DrawReviewRequest& request);
  absl::StatusOr<v1::ReviewList> List(const v1::ListReviewsRequest& request) const;
  // Shows entries, so it leaves a SEARCH entry of the review's procedure.
  absl::StatusOr<v1::ReviewPage> Get(const std::string& officer,
                                     const v1::GetReviewRequest& request);
  absl::StatusOr<v1::Review> AddFinding(const std::string& officer,
                                        const v1::AddFindingRequest& request);
  absl::StatusOr<v1::Review> Close(const std::string& officer,
                                   const v1::CloseReviewRequest& request);
  absl::StatusOr<v1::ReviewStatement> Statement(const v1::GetReviewStatementRequest& request) const;

 private:
  // In the ledger's transaction: changes the review and drafts its entry, or refuses.
  using Change = std::function<absl::Status(Recorder&, v1::Review*)>;
  absl::StatusOr<v1::Review> Run(uint64_t number, const Change& change);
  absl::StatusOr<v1::Review> Find(uint64_t number) const;
  // What an entry committed to under a tag; empty where that is erased, damaged or never was.
  absl::StatusOr<std::string> Opened(uint64_t index, uint32_t tag) const;
  absl::Status MayReview(const std::string& officer, uint64_t index) const;
  absl::Status CountYear(v1::ReviewStatement* statement, int64_t from_us, int64_t to_us) const;
  absl::Status CountReviews(v1::ReviewStatement* statement, int64_t from_us, int64_t to_us) const;

  const ReviewParts parts_;
  Mutex drawing_;  // one at a time
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OVERSIGHT_REVIEWS_H_
