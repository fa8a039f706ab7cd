#include "gateway/oversight/review_population.h"

#include <algorithm>
#include <limits>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/oversight/search_filter.h"

namespace sluss {
namespace {

constexpr int kMorning = 7;
constexpr int kEvening = 19;
// Read one by one, at about 100,000 a second; openings at about 20,000.
constexpr uint64_t kMostEntries = 2'000'000;
constexpr uint64_t kMostOpenings = 50'000;
constexpr uint32_t kOfficerTag = 1;

absl::Status Fault(absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`criteria.", field, "` ", text));
}

const std::set<v1::RecordKind>& KindsOf(v1::ReviewCriterion criterion) {
  static const auto* const any = new std::set<v1::RecordKind>{
      v1::DECISION, v1::REIDENTIFICATION, v1::SEARCH, v1::ACCESS_SCAN, v1::EXPORT};
  static const auto* const decisions = new std::set<v1::RecordKind>{v1::DECISION};
  static const auto* const opened = new std::set<v1::RecordKind>{v1::REIDENTIFICATION};
  static const auto* const no_case =
      new std::set<v1::RecordKind>{v1::REFUSAL, v1::REIDENTIFICATION_REPORT};
  switch (criterion) {
    case v1::REVIEW_REIDENTIFICATION:
      return *opened;
    case v1::REVIEW_RETRIED_DENIAL:
      return *decisions;
    case v1::REVIEW_NO_CASE:
      return *no_case;
    default:
      return *any;
  }
}

absl::Status CheckMethod(const v1::ReviewCriteria& criteria) {
  switch (criteria.method()) {
    case v1::REVIEW_RANDOM:
      if (criteria.every() != 0) return Fault("every", "is for REVIEW_EVERY_NTH");
      if (criteria.size() >= 1 && criteria.size() <= kMostSample) return absl::OkStatus();
      return Fault("size", absl::StrCat("must be 1 to ", kMostSample));
    case v1::REVIEW_EVERY_NTH:
      if (criteria.size() != 0) return Fault("size", "is for REVIEW_RANDOM");
      if (criteria.every() >= 1) return absl::OkStatus();
      return Fault("every", "must be at least 1");
    default:
      return Fault("method", "must be REVIEW_RANDOM or REVIEW_EVERY_NTH");
  }
}

// The filter by which the index proposes: the kinds that the criterion asks for are among those of
// the filter, or stand in their place.
v1::SearchFilter Proposing(const v1::ReviewCriteria& criteria) {
  v1::SearchFilter filter = criteria.filter();
  if (filter.kind().empty()) {
    for (const v1::RecordKind kind : KindsOf(criteria.criterion())) filter.add_kind(kind);
  }
  if (criteria.criterion() != v1::REVIEW_RETRIED_DENIAL) return filter;
  // A denial may be of another purpose, paragraph or verdict than the filter lets through.
  v1::SearchFilter wide;
  wide.set_from_us(filter.from_us() == 0
                       ? 0
                       : std::max<int64_t>(
                             1, filter.from_us() - int64_t{60'000'000} * criteria.retry_minutes()));
  wide.set_to_us(filter.to_us());
  *wide.mutable_agency() = filter.agency();
  *wide.mutable_sender() = filter.sender();
  *wide.mutable_recipient() = filter.recipient();
  wide.add_kind(v1::DECISION);
  return wide;
}

// Of one stratum by officer: numbered as they come, since who it is must not be kept.
class OfficerNumbers {
 public:
  std::string Of(const std::string& officer) {
    const auto [place, unused] = numbers_.emplace(officer, numbers_.size() + 1);
    return absl::StrCat("officer ", place->second);
  }

 private:
  std::map<std::string, size_t> numbers_;
};

std::string StratumOf(v1::ReviewStratum stratum, const v1::AuditLeaf& leaf) {
  switch (stratum) {
    case v1::REVIEW_BY_SENDER:
      return leaf.sender();
    case v1::REVIEW_BY_RECIPIENT:
      return leaf.recipient();
    case v1::REVIEW_BY_RULE:
      return leaf.rule().empty() ? "" : leaf.rule(0);
    case v1::REVIEW_BY_HOUR:
      return absl::StrFormat("%02d:00", ToSwedishTime(absl::FromUnixMicros(leaf.time_us())).hour());
    default:
      return "";
  }
}

std::string FirstOfficer(const v1::AuditOpening& opening) {
  for (const v1::OpenedField& field : opening.field()) {
    if (field.tag() == kOfficerTag) return field.value();
  }
  return "";
}

absl::Status TooLarge(uint64_t most, absl::string_view what) {
  return absl::ResourceExhaustedError(absl::StrCat("`criteria.filter` leaves more than ", most,
                                                   " entries to ", what, ": narrow the period"));
}

}  // namespace

absl::Status CheckCriteria(const v1::ReviewCriteria& criteria) {
  if (!criteria.GetReflection()->GetUnknownFields(criteria).empty()) {
    return absl::InvalidArgumentError(
        "`criteria` has a field that this gateway does not know: bring it up to date");
  }
  RETURN_IF_ERROR(CheckFilter(criteria.filter()));
  if (criteria.filter().to_us() == 0) {
    return Fault("filter.to_us", "is left out: a review is of a period that has an end");
  }
  if (!v1::ReviewCriterion_IsValid(criteria.criterion()) ||
      criteria.criterion() == v1::REVIEW_CRITERION_UNSPECIFIED) {
    return Fault("criterion", "must be one of REVIEW_ANY, REVIEW_OUT_OF_HOURS, ...");
  }
  if (!v1::ReviewStratum_IsValid(criteria.stratum())) return Fault("stratum", "is none");
  RETURN_IF_ERROR(CheckMethod(criteria));
  const bool retried = criteria.criterion() == v1::REVIEW_RETRIED_DENIAL;
  if (retried != (criteria.retry_minutes() > 0) || criteria.retry_minutes() > kMostRetryMinutes) {
    return Fault("retry_minutes", absl::StrCat("must be 1 to ", kMostRetryMinutes,
                                               " for REVIEW_RETRIED_DENIAL and is for nothing "
                                               "else"));
  }
  if (criteria.stratum() == v1::REVIEW_BY_OFFICER &&
      absl::Microseconds(criteria.filter().to_us() - criteria.filter().from_us()) >
          kLongestOfficerPeriod) {
    return Fault("stratum",
                 "by officer opens entries one by one: name a period of at most 92 "
                 "days");
  }
  if (criteria.log_size() != 0) return Fault("log_size", "is the gateway's to set: leave it out");
  return absl::OkStatus();
}

bool IsOutOfHours(const v1::AuditLeaf& leaf) {
  const absl::CivilSecond local = ToSwedishTime(absl::FromUnixMicros(leaf.time_us()));
  const absl::Weekday day = absl::GetWeekday(local);
  return day == absl::Weekday::saturday || day == absl::Weekday::sunday ||
         local.hour() < kMorning || local.hour() >= kEvening;
}

bool Belonging::IsRetry(const v1::AuditLeaf& leaf) {
  if (leaf.kind() != v1::DECISION) return false;
  std::vector<Denial>& denials = denials_[{leaf.sender(), leaf.recipient()}];
  const int64_t since = leaf.time_us() - int64_t{60'000'000} * criteria_.retry_minutes();
  std::erase_if(denials, [&](const Denial& denial) { return denial.time_us < since; });
  const std::vector<std::string> paragraphs(leaf.legal_basis().begin(), leaf.legal_basis().end());
  const bool through = leaf.verdict() != "DENY";
  const bool retry = std::any_of(denials.begin(), denials.end(), [&](const Denial& denial) {
    return denial.message != leaf.message_id() &&
           (through || denial.purpose != leaf.purpose() || denial.paragraphs != paragraphs);
  });
  if (!through) {
    denials.push_back({leaf.time_us(), leaf.message_id(), leaf.purpose(), paragraphs});
  }
  return retry;
}

bool Belonging::Add(const v1::AuditLeaf& leaf) {
  const v1::ReviewCriterion criterion = criteria_.criterion();
  const bool retry = criterion == v1::REVIEW_RETRIED_DENIAL && IsRetry(leaf);
  if (KindsOf(criterion).count(leaf.kind()) == 0 || !Matches(criteria_.filter(), leaf)) {
    return false;
  }
  switch (criterion) {
    case v1::REVIEW_OUT_OF_HOURS:
      return IsOutOfHours(leaf);
    case v1::REVIEW_RETRIED_DENIAL:
      return retry;
    case v1::REVIEW_NO_CASE:
      return leaf.outcome() == "nym-mismatch" || leaf.outcome() == "escrow-unreadable";
    default:
      return true;
  }
}

absl::StatusOr<Population> FindPopulation(const v1::ReviewCriteria& criteria,
                                          const PopulationParts& parts) {
  const v1::SearchFilter proposing = Proposing(criteria);
  ASSIGN_OR_RETURN(const Positions within, PositionsOf(proposing, *parts.log, criteria.log_size()));
  IndexScan scan(parts.index, IndexGroups(proposing), ScanOrder::kOldestFirst, within);
  Belonging belonging(criteria);
  OfficerNumbers numbers;
  const std::string& officer = criteria.filter().officer();
  const bool opens = !officer.empty() || criteria.stratum() == v1::REVIEW_BY_OFFICER;
  Population population;
  int budget = std::numeric_limits<int>::max();
  uint64_t read = 0, opened = 0;
  while (true) {
    const absl::StatusOr<std::optional<uint64_t>> next = scan.Next(&budget);
    if (!next.ok() && !absl::IsUnavailable(next.status())) {
      parts.index_failed();
      return absl::UnavailableError("the search index is damaged and made anew: try again soon");
    }
    RETURN_IF_ERROR(next.status());
    const std::optional<uint64_t> position = *next;
    if (!position.has_value()) break;
    if (++read > kMostEntries) return TooLarge(kMostEntries, "read");
    ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, LeafAt(*parts.log, *position));
    if (!belonging.Add(leaf)) continue;
    std::string stratum = StratumOf(criteria.stratum(), leaf);
    if (opens) {
      if (++opened > kMostOpenings) return TooLarge(kMostOpenings, "open");
      ASSIGN_OR_RETURN(const std::optional<v1::AuditOpening> opening,
                       parts.openings->Open(*position));
      if (!opening.has_value() && !leaf.commitment().empty()) ++population.erased_openings;
      if (!officer.empty() && (!opening.has_value() || !NamesOfficer(*opening, officer))) continue;
      if (criteria.stratum() == v1::REVIEW_BY_OFFICER) {
        const std::string who = opening.has_value() ? FirstOfficer(*opening) : "";
        stratum = who.empty() ? "" : numbers.Of(who);
      }
    }
    population.entries.push_back({*position, std::move(stratum), ActingAgency(leaf)});
  }
  return population;
}

}  // namespace sluss
