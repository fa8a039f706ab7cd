#include "gateway/oversight/reviews.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/oversight/index_scan.h"
#include "gateway/oversight/oversight_leaf.h"
#include "gateway/oversight/review_population.h"
#include "gateway/oversight/review_sample.h"
#include "gateway/oversight/review_standing.h"
#include "gateway/oversight/search_filter.h"
#include "gateway/tlog/appender.h"

namespace sluss {
namespace {

constexpr uint64_t kNewest = std::numeric_limits<uint64_t>::max();
constexpr uint32_t kStandardLimit = 50;
constexpr uint32_t kMostLimit = 500;
constexpr size_t kMostNoteBytes = 2000;
constexpr int kMostFindings = 10;  // of an entry
constexpr uint32_t kFirstYear = 2020;
constexpr uint32_t kLastYear = 2200;

absl::Status NoReview(uint64_t number) {
  return absl::NotFoundError(absl::StrCat("`number`: there is no review ", number));
}

absl::Status Closed(const v1::Review& review) {
  return absl::FailedPreconditionError(absl::StrCat("review ", review.number(),
                                                    " is closed: what was found after it belongs "
                                                    "to a review of its own"));
}

absl::Status CheckNote(const v1::AddFindingRequest& request) {
  if (request.note().size() > kMostNoteBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`note` has ", request.note().size(), " bytes, at most ", kMostNoteBytes, " are kept"));
  }
  if (request.note().empty() && request.outcome() != v1::REVIEW_JUSTIFIED) {
    return absl::InvalidArgumentError(
        "`note` is empty: say what makes the entry anything but justified");
  }
  if (HoldsPersonalNumber(request.note())) {
    return absl::InvalidArgumentError(
        "`note` holds what looks like a personal number: name the entry, not the person");
  }
  return absl::OkStatus();
}

// The smallest position whose entry is not before `time`; entries are in the order of their time.
absl::StatusOr<uint64_t> FirstNotBefore(int64_t time_us, const StoreView& log, uint64_t size) {
  uint64_t low = 0, high = size;
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, LeafAt(log, middle));
    if (leaf.time_us() < time_us) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

v1::ReviewCriteria CriteriaOf(const v1::Review& review) {
  v1::ReviewCriteria criteria;
  (void)criteria.ParseFromString(review.criteria());
  return criteria;
}

v1::ReviewItem* FindItem(uint64_t index, v1::Review* review) {
  for (v1::ReviewItem& item : *review->mutable_item()) {
    if (item.index() == index) return &item;
  }
  return nullptr;
}

// By name, in their order; those that are not named count too.
class Counts {
 public:
  explicit Counts(std::initializer_list<absl::string_view> names) {
    for (const absl::string_view name : names) counts_[std::string(name)] = 0;
  }
  void Add(absl::string_view name, uint64_t count = 1) { counts_[std::string(name)] += count; }
  void Write(google::protobuf::RepeatedPtrField<v1::ReviewCount>* out) const {
    for (const auto& [name, count] : counts_) {
      v1::ReviewCount* const one = out->Add();
      one->set_name(name);
      one->set_count(count);
    }
  }

 private:
  std::map<std::string, uint64_t> counts_;
};

void SuppressFewOf(google::protobuf::RepeatedPtrField<v1::ReviewCount>* counts) {
  std::vector<v1::ReviewCount*> all;
  for (v1::ReviewCount& count : *counts) all.push_back(&count);
  SuppressFew(std::move(all));
}

}  // namespace

// The review as it stands in the transaction, so that of two changes the later one sees the
// earlier.
absl::StatusOr<v1::Review> LogReviews::Run(uint64_t number, const Change& change) {
  absl::Status refusal;
  v1::Review review;
  RETURN_IF_ERROR(parts_.ledger
                      ->Run([&](Recorder& recorder) -> absl::Status {
                        ASSIGN_OR_RETURN(std::optional<v1::Review> found,
                                         recorder.store().FindReview(number));
                        if (!found.has_value()) {
                          refusal = NoReview(number);
                          return absl::OkStatus();
                        }
                        review = *std::move(found);
                        if (!review.closed_by().empty()) {
                          refusal = Closed(review);
                          return absl::OkStatus();
                        }
                        return change(recorder, &review);
                      })
                      .status());
  RETURN_IF_ERROR(refusal);
  return review;
}

absl::StatusOr<v1::Review> LogReviews::Find(uint64_t number) const {
  ASSIGN_OR_RETURN(std::optional<v1::Review> review, parts_.log->FindReview(number));
  if (!review.has_value()) return NoReview(number);
  return *std::move(review);
}

absl::StatusOr<v1::Review> LogReviews::Draw(const std::string& officer,
                                            const v1::DrawReviewRequest& request) {
  RETURN_IF_ERROR(CheckCriteria(request.criteria()));
  MutexLock lock(&drawing_);
  ASSIGN_OR_RETURN(const LogHead head, parts_.log->ReadHead(/*gateway=*/""));
  if (!parts_.index->AwaitReach(head.size, parts_.patience)) {
    return absl::UnavailableError(
        "the search index does not reach to the end of the log yet: try again soon");
  }
  ASSIGN_OR_RETURN(const Appender tree, Appender::Restore(head.tree));
  const std::shared_ptr<const PostingIndex> index = parts_.index->Index();
  if (index == nullptr) {
    return absl::UnavailableError("the search index is being made: try again soon");
  }
  v1::ReviewCriteria criteria = request.criteria();
  criteria.set_log_size(head.size);
  v1::Review review;
  const std::string committed = criteria.SerializeAsString();
  review.set_log_root(std::string(AsStringView(tree.root())));
  review.set_procedure(ReviewProcedure(tree.root(), committed));
  ASSIGN_OR_RETURN(
      const Population population,
      FindPopulation(criteria, {.log = parts_.log,
                                .index = index.get(),
                                .openings = parts_.openings,
                                .index_failed = [&] { parts_.index->Distrust(index.get()); }}));
  const std::vector<Candidate> sample =
      DrawSample(criteria, ReviewSeed(head.size, tree.root(), review.procedure(), committed),
                 population.entries);
  if (sample.size() > kMostSample) {
    return absl::InvalidArgumentError(
        absl::StrCat("`criteria` draws ", sample.size(), " entries, at most ", kMostSample,
                     " are reviewed at a time: draw fewer, or narrow the period"));
  }
  review.set_population(population.entries.size());
  review.set_erased_openings(population.erased_openings);
  review.set_drawn_by(officer);
  criteria.mutable_filter()->clear_officer();
  review.set_criteria(criteria.SerializeAsString());
  LeafDraft leaf = OversightLeaf(v1::REVIEW_DRAWN, officer, review.procedure());
  leaf.clear.set_outcome(
      absl::StrCat(CriterionCode(criteria.criterion()), ",", MethodCode(criteria.method())));
  leaf.clear.set_from_us(criteria.filter().from_us());
  leaf.clear.set_to_us(criteria.filter().to_us());
  leaf.clear.set_count(sample.size());
  for (const Candidate& one : sample) {
    leaf.clear.add_about_index(one.index);
    v1::ReviewItem& item = *review.add_item();
    item.set_index(one.index);
    item.set_stratum(one.stratum);
    item.set_agency(one.agency);
  }
  CommitField(kCriteriaTag, committed, &leaf);
  RETURN_IF_ERROR(parts_.ledger
                      ->Run([&](Recorder& recorder) -> absl::Status {
                        ASSIGN_OR_RETURN(const std::vector<v1::Review> last,
                                         recorder.store().Reviews(kNewest, 1));
                        review.set_number(last.empty() ? 1 : last.front().number() + 1);
                        ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
                        review.set_drawn_us(absl::ToUnixMicros(recorder.now()));
                        review.set_drawn_index(entry.index());
                        return recorder.store().PutReview(review, entry);
                      })
                      .status());
  return review;
}

absl::StatusOr<v1::ReviewList> LogReviews::List(const v1::ListReviewsRequest& request) const {
  if (request.limit() > kMostLimit) {
    return absl::InvalidArgumentError(
        absl::StrCat("`limit` is ", request.limit(), ", at most ", kMostLimit, " are shown"));
  }
  const int limit = static_cast<int>(request.limit() == 0 ? kStandardLimit : request.limit());
  uint64_t before = request.before() == 0 ? kNewest : request.before();
  v1::ReviewList list;
  while (list.review_size() < limit) {
    ASSIGN_OR_RETURN(std::vector<v1::Review> reviews, parts_.log->Reviews(before, kMostLimit));
    for (v1::Review& review : reviews) {
      before = review.number();
      if (request.open_only() && !review.closed_by().empty()) continue;
      if (list.review_size() == limit) break;
      list.add_entries(review.item_size());
      list.add_found(CountSettled(review));
      review.clear_item();
      *list.add_review() = std::move(review);
    }
    if (reviews.size() < kMostLimit) break;
  }
  return list;
}

absl::StatusOr<std::string> LogReviews::Opened(uint64_t index, uint32_t tag) const {
  const absl::StatusOr<std::optional<v1::AuditOpening>> opening = parts_.openings->Open(index);
  // A note that is damaged hides neither the findings nor the other notes.
  if (absl::IsDataLoss(opening.status())) return std::string();
  RETURN_IF_ERROR(opening.status());
  if (!opening->has_value()) return std::string();
  for (const v1::OpenedField& field : (*opening)->field()) {
    if (field.tag() == tag) return field.value();
  }
  return std::string();
}

absl::StatusOr<v1::ReviewPage> LogReviews::Get(const std::string& officer,
                                               const v1::GetReviewRequest& request) {
  v1::ReviewPage page;
  ASSIGN_OR_RETURN(*page.mutable_review(), Find(request.number()));
  for (const v1::ReviewItem& item : page.review().item()) {
    ASSIGN_OR_RETURN(*page.add_entry(), parts_.log->ReadEntry(item.index()));
    for (const v1::ReviewFinding& finding : item.finding()) {
      ASSIGN_OR_RETURN(*page.add_note(), Opened(finding.index(), kNoteTag));
    }
  }
  ASSIGN_OR_RETURN(*page.mutable_criteria(), Opened(page.review().drawn_index(), kCriteriaTag));
  LeafDraft leaf = OversightLeaf(v1::SEARCH, officer, page.review().procedure());
  leaf.clear.set_outcome("review-shown");
  leaf.clear.set_count(page.entry_size());
  RETURN_IF_ERROR(parts_.ledger
                      ->Run([&](Recorder& recorder) -> absl::Status {
                        ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
                        page.set_search_index(entry.index());
                        return absl::OkStatus();
                      })
                      .status());
  return page;
}

absl::Status LogReviews::MayReview(const std::string& officer, uint64_t index) const {
  const absl::StatusOr<std::optional<v1::AuditOpening>> opening = parts_.openings->Open(index);
  // Damaged or erased: nobody can know any more.
  if (absl::IsDataLoss(opening.status())) return absl::OkStatus();
  RETURN_IF_ERROR(opening.status());
  if (!opening->has_value() || !NamesOfficer(**opening, officer)) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat("entry ", index, " is your own act: another officer reviews it"));
}

absl::StatusOr<v1::Review> LogReviews::AddFinding(const std::string& officer,
                                                  const v1::AddFindingRequest& request) {
  if (OutcomeCode(request.outcome()).empty()) {
    return absl::InvalidArgumentError(
        "`outcome` must be justified, unclear, unjustified or corrected");
  }
  RETURN_IF_ERROR(CheckNote(request));
  ASSIGN_OR_RETURN(v1::Review known, Find(request.number()));
  if (FindItem(request.index(), &known) == nullptr) {
    return absl::NotFoundError(absl::StrCat("`index`: entry ", request.index(),
                                            " was not drawn in review ", request.number()));
  }
  RETURN_IF_ERROR(MayReview(officer, request.index()));
  absl::Status refusal;
  ASSIGN_OR_RETURN(
      v1::Review review,
      Run(request.number(), [&](Recorder& recorder, v1::Review* changed) -> absl::Status {
        v1::ReviewItem* const item = FindItem(request.index(), changed);
        if (item->finding_size() >= kMostFindings) {
          refusal = absl::FailedPreconditionError(absl::StrCat(
              "entry ", request.index(), " has ", kMostFindings, " findings: agree on one"));
          return absl::OkStatus();
        }
        LeafDraft leaf = OversightLeaf(v1::REVIEW_FINDING, officer, changed->procedure());
        leaf.clear.add_about_index(request.index());
        leaf.clear.set_outcome(std::string(OutcomeCode(request.outcome())));
        CommitField(kNoteTag, request.note(), &leaf);
        ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
        v1::ReviewFinding& finding = *item->add_finding();
        finding.set_outcome(request.outcome());
        finding.set_reviewer(officer);
        finding.set_at_us(absl::ToUnixMicros(recorder.now()));
        finding.set_index(entry.index());
        return recorder.store().PutReview(*changed, entry);
      }));
  RETURN_IF_ERROR(refusal);
  return review;
}

absl::StatusOr<v1::Review> LogReviews::Close(const std::string& officer,
                                             const v1::CloseReviewRequest& request) {
  absl::Status refusal;
  ASSIGN_OR_RETURN(
      v1::Review review,
      Run(request.number(), [&](Recorder& recorder, v1::Review* changed) -> absl::Status {
        for (const v1::ReviewItem& item : changed->item()) {
          if (SettledOutcome(item) != v1::REVIEW_OUTCOME_UNSPECIFIED) continue;
          refusal = absl::FailedPreconditionError(absl::StrCat(
              "review ", changed->number(), " is not finished: entry ", item.index(),
              item.finding().empty()
                  ? " has no finding"
                  : " was found unjustified by one officer: a second one must look at it"));
          return absl::OkStatus();
        }
        LeafDraft leaf = OversightLeaf(v1::REVIEW_CLOSED, officer, changed->procedure());
        leaf.clear.set_count(changed->item_size());
        leaf.clear.set_outcome(OutcomeCounts(*changed));
        ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
        changed->set_closed_by(officer);
        changed->set_closed_us(absl::ToUnixMicros(recorder.now()));
        changed->set_closed_index(entry.index());
        return recorder.store().PutReview(*changed, entry);
      }));
  RETURN_IF_ERROR(refusal);
  return review;
}

absl::Status LogReviews::CountYear(v1::ReviewStatement* statement, int64_t from_us,
                                   int64_t to_us) const {
  const std::shared_ptr<const PostingIndex> index = parts_.index->Index();
  if (index == nullptr) {
    return absl::UnavailableError("the search index is being made: try again soon");
  }
  ASSIGN_OR_RETURN(const IndexReach reach, index->Reach());
  ASSIGN_OR_RETURN(const LogHead head, parts_.log->ReadHead(/*gateway=*/""));
  const uint64_t size = std::min(reach.size, head.size);
  ASSIGN_OR_RETURN(const uint64_t begin, FirstNotBefore(from_us, *parts_.log, size));
  ASSIGN_OR_RETURN(const uint64_t end, FirstNotBefore(to_us, *parts_.log, size));
  statement->set_complete_to(size);
  statement->set_log_entries(end - begin);
  for (const std::string& agency : parts_.agencies) {
    v1::ReviewCoverage& coverage = *statement->add_coverage();
    coverage.set_agency(agency);
    coverage.mutable_reviewed()->set_name(agency);
    ASSIGN_OR_RETURN(const uint64_t entries, index->Count(ActsKey(agency), begin, end));
    coverage.set_entries(entries);
  }
  return absl::OkStatus();
}

absl::Status LogReviews::CountReviews(v1::ReviewStatement* statement, int64_t from_us,
                                      int64_t to_us) const {
  Counts criteria({"any", "out-of-hours", "reidentification", "retried-denial", "no-case"});
  Counts methods({"random", "every-nth"});
  Counts outcomes({"justified", "unclear", "unjustified", "corrected"});
  std::map<std::string, std::set<uint64_t>> reviewed;  // entries, by agency
  uint64_t before = kNewest;
  while (before > 1) {
    ASSIGN_OR_RETURN(const std::vector<v1::Review> reviews,
                     parts_.log->Reviews(before, kMostLimit));
    if (reviews.empty()) break;
    before = reviews.back().number();
    for (const v1::Review& review : reviews) {
      if (review.drawn_us() < from_us || review.drawn_us() >= to_us) continue;
      const v1::ReviewCriteria asked = CriteriaOf(review);
      statement->set_draws(statement->draws() + 1);
      statement->set_open(statement->open() + (review.closed_by().empty() ? 1 : 0));
      statement->set_sampled(statement->sampled() + review.item_size());
      criteria.Add(CriterionCode(asked.criterion()), review.item_size());
      methods.Add(MethodCode(asked.method()), review.item_size());
      for (const v1::ReviewItem& item : review.item()) {
        const v1::ReviewOutcome outcome = SettledOutcome(item);
        if (outcome == v1::REVIEW_OUTCOME_UNSPECIFIED) continue;
        statement->set_reviewed(statement->reviewed() + 1);
        outcomes.Add(OutcomeCode(outcome));
        reviewed[item.agency()].insert(item.index());
      }
    }
  }
  criteria.Write(statement->mutable_by_criterion());
  methods.Write(statement->mutable_by_method());
  outcomes.Write(statement->mutable_by_outcome());
  SuppressFewOf(statement->mutable_by_outcome());
  std::vector<v1::ReviewCount*> by_agency;
  for (v1::ReviewCoverage& coverage : *statement->mutable_coverage()) {
    coverage.mutable_reviewed()->set_count(reviewed[coverage.agency()].size());
    by_agency.push_back(coverage.mutable_reviewed());
  }
  SuppressFew(std::move(by_agency));
  return absl::OkStatus();
}

absl::StatusOr<v1::ReviewStatement> LogReviews::Statement(
    const v1::GetReviewStatementRequest& request) const {
  if (request.year() < kFirstYear || request.year() > kLastYear) {
    return absl::InvalidArgumentError(
        absl::StrCat("`year` is ", request.year(), ": write one such as 2026"));
  }
  const int64_t from_us =
      absl::ToUnixMicros(StartOfSwedishDay(absl::CivilDay(request.year(), 1, 1)));
  const int64_t to_us =
      absl::ToUnixMicros(StartOfSwedishDay(absl::CivilDay(request.year() + 1, 1, 1)));
  v1::ReviewStatement statement;
  statement.set_year(request.year());
  statement.set_made_us(absl::ToUnixMicros(parts_.ledger->clock().Now()));
  RETURN_IF_ERROR(CountYear(&statement, from_us, to_us));
  RETURN_IF_ERROR(CountReviews(&statement, from_us, to_us));
  return statement;
}

}  // namespace sluss
