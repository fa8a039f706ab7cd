#include "gateway/oversight/review_standing.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/crypto/personal_number.h"

namespace sluss {
namespace {

constexpr uint64_t kFewest = 5;
constexpr v1::ReviewOutcome kOutcomes[] = {v1::REVIEW_JUSTIFIED, v1::REVIEW_UNCLEAR,
                                           v1::REVIEW_UNJUSTIFIED, v1::REVIEW_CORRECTED};

bool IsNumber(const std::string& digits) {
  if (digits.size() == 12) return CanonicalNumber::Parse(digits).ok();
  if (digits.size() != 10) return false;
  return CanonicalNumber::Parse(absl::StrCat("19", digits)).ok() ||
         CanonicalNumber::Parse(absl::StrCat("20", digits)).ok();
}

}  // namespace

v1::ReviewOutcome SettledOutcome(const v1::ReviewItem& item) {
  std::map<std::string, v1::ReviewOutcome> latest;  // of each reviewer
  for (const v1::ReviewFinding& finding : item.finding()) {
    latest[finding.reviewer()] = finding.outcome();
  }
  const auto unjustified = std::count_if(latest.begin(), latest.end(), [](const auto& one) {
    return one.second == v1::REVIEW_UNJUSTIFIED;
  });
  if (latest.empty()) return v1::REVIEW_OUTCOME_UNSPECIFIED;
  if (unjustified == 0) return item.finding().rbegin()->outcome();
  if (latest.size() == 1) return v1::REVIEW_OUTCOME_UNSPECIFIED;
  return unjustified >= 2 ? v1::REVIEW_UNJUSTIFIED : v1::REVIEW_UNCLEAR;
}

uint64_t CountSettled(const v1::Review& review) {
  return std::count_if(review.item().begin(), review.item().end(), [](const v1::ReviewItem& item) {
    return SettledOutcome(item) != v1::REVIEW_OUTCOME_UNSPECIFIED;
  });
}

absl::string_view OutcomeCode(v1::ReviewOutcome outcome) {
  switch (outcome) {
    case v1::REVIEW_JUSTIFIED:
      return "justified";
    case v1::REVIEW_UNCLEAR:
      return "unclear";
    case v1::REVIEW_UNJUSTIFIED:
      return "unjustified";
    case v1::REVIEW_CORRECTED:
      return "corrected";
    default:
      return "";
  }
}

absl::string_view CriterionCode(v1::ReviewCriterion criterion) {
  switch (criterion) {
    case v1::REVIEW_ANY:
      return "any";
    case v1::REVIEW_OUT_OF_HOURS:
      return "out-of-hours";
    case v1::REVIEW_REIDENTIFICATION:
      return "reidentification";
    case v1::REVIEW_RETRIED_DENIAL:
      return "retried-denial";
    case v1::REVIEW_NO_CASE:
      return "no-case";
    default:
      return "";
  }
}

absl::string_view MethodCode(v1::ReviewMethod method) {
  switch (method) {
    case v1::REVIEW_RANDOM:
      return "random";
    case v1::REVIEW_EVERY_NTH:
      return "every-nth";
    default:
      return "";
  }
}

std::string OutcomeCounts(const v1::Review& review) {
  std::vector<std::string> parts;
  for (const v1::ReviewOutcome outcome : kOutcomes) {
    const auto count =
        std::count_if(review.item().begin(), review.item().end(),
                      [&](const v1::ReviewItem& item) { return SettledOutcome(item) == outcome; });
    parts.push_back(absl::StrCat(OutcomeCode(outcome), "=", count));
  }
  return absl::StrJoin(parts, ",");
}

void SuppressFew(std::vector<v1::ReviewCount*> counts) {
  std::sort(counts.begin(), counts.end(), [](const v1::ReviewCount* a, const v1::ReviewCount* b) {
    return a->count() < b->count();
  });
  size_t left_out = 0;
  for (v1::ReviewCount* count : counts) {
    if (count->count() > 0 && count->count() < kFewest) {
      count->set_few(true);
      ++left_out;
    }
  }
  for (v1::ReviewCount* count : counts) {
    if (left_out == 1 && !count->few()) {
      count->set_few(true);
      ++left_out;
    }
  }
  for (v1::ReviewCount* count : counts) {
    if (count->few()) count->clear_count();
  }
}

// A run of digits in which single spaces, '-' and '+' may stand.
bool HoldsPersonalNumber(absl::string_view text) {
  std::string digits;
  bool joined = false;  // one such sign since the last digit
  const auto ends = [&] {
    bool found = IsNumber(digits);
    // A longer run may hold one at its beginning or end.
    for (const size_t length : {size_t{12}, size_t{10}}) {
      if (digits.size() <= length) continue;
      for (size_t at = 0; at + length <= digits.size(); ++at) {
        found = found || IsNumber(digits.substr(at, length));
      }
    }
    digits.clear();
    return found;
  };
  for (const char c : text) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      digits.push_back(c);
      joined = false;
    } else if ((c == '-' || c == '+' || c == ' ') && !digits.empty() && !joined) {
      joined = true;
    } else if (ends()) {
      return true;
    }
  }
  return ends();
}

}  // namespace sluss
