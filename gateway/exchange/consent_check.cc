#include "gateway/exchange/consent_check.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::Duration kLongest = absl::Hours(24 * 366);
constexpr size_t kDigestBytes = 32;
constexpr int kMostParties = 32;
constexpr int kMostGrants = 16;
constexpr size_t kLongestWord = 40;
constexpr uint32_t kAdult = 18;

absl::Status Fault(absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "` ", text));
}

// Whether some entry of a vocabulary's list has this id.
template <typename Entries>
bool Has(const Entries& entries, const std::string& id) {
  for (const auto& entry : entries) {
    if (entry.id() == id) return true;
  }
  return false;
}

absl::Status CheckValidity(const v1::ConsentRecord& record) {
  if (record.valid_from_us() <= 0) return Fault("valid_from_us", "is missing");
  if (record.valid_to_us() <= 0) {
    return Fault("valid_to_us", "is missing: a consent without end is refused");
  }
  if (record.valid_to_us() <= record.valid_from_us()) {
    return Fault("valid_to_us", "is not after `valid_from_us`");
  }
  if (absl::FromUnixMicros(record.valid_to_us()) - absl::FromUnixMicros(record.valid_from_us()) >
      kLongest) {
    return Fault("valid_to_us", "is more than a year after `valid_from_us`; ask again each year");
  }
  return absl::OkStatus();
}

absl::Status CheckParties(const v1::ConsentRecord& record, const v1::Vocabulary& words,
                          const KeyDirectory& directory) {
  if (record.party_size() < 2) return Fault("party", "must name at least two agencies");
  if (record.party_size() > kMostParties) {
    return Fault("party", absl::StrCat("names more than ", kMostParties, " agencies"));
  }
  std::set<std::string> named;
  for (const v1::ConsentParty& party : record.party()) {
    RETURN_IF_ERROR(directory.RequireAgency(party.agency(), "party.agency").status());
    if (!named.insert(party.agency()).second) {
      return Fault("party.agency", absl::StrCat("names `", party.agency(), "` twice"));
    }
    if (party.function().empty()) {
      return Fault("party.function", absl::StrCat("names no role at `", party.agency(), "`"));
    }
    for (const std::string& function : party.function()) {
      if (Has(words.role(), function)) continue;
      return Fault("party.function",
                   absl::StrCat("at `", party.agency(), "` is not a role of the vocabulary"));
    }
  }
  if (!named.contains(record.depositor())) {
    return Fault("party", "does not name the depositor");
  }
  return absl::OkStatus();
}

absl::Status CheckScope(const v1::ConsentRecord& record, const v1::Vocabulary& words) {
  if (!Has(words.purpose(), record.purpose())) {
    return Fault("purpose", "is not a purpose of the vocabulary");
  }
  if (record.category().empty()) return Fault("category", "says nothing that may be told");
  for (const std::string& category : record.category()) {
    if (!Has(words.category(), category)) {
      return Fault("category", "has a value that is not a category of the vocabulary");
    }
  }
  if (record.form().size() > kLongestWord) {
    return Fault("form", absl::StrCat("is longer than ", kLongestWord, " bytes"));
  }
  return absl::OkStatus();
}

absl::Status CheckGrants(const v1::ConsentRecord& record) {
  if (record.grant().empty()) return Fault("grant", "is missing: who consented?");
  if (record.grant_size() > kMostGrants) {
    return Fault("grant", absl::StrCat("has more than ", kMostGrants, " values"));
  }
  for (const v1::ConsentGrant& grant : record.grant()) {
    if (grant.grantor() != v1::GUARDIAN && grant.grantor() != v1::CHILD) {
      return Fault("grantor", "must be GUARDIAN or CHILD");
    }
    if (grant.channel().empty() || grant.channel().size() > kLongestWord) {
      return Fault("channel", absl::StrCat("must be 1 to ", kLongestWord, " bytes"));
    }
    if (grant.evidence_digest().size() != kDigestBytes) {
      return Fault("evidence_digest",
                   absl::StrCat("must be 32 bytes, not ", grant.evidence_digest().size()));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckChild(const v1::ConsentRecord& record) {
  const v1::AgeInterval& age = record.child_age();
  if (!record.has_child_age()) return Fault("child_age", "is missing");
  if (age.below() != 0 && age.from() >= age.below()) {
    return Fault("child_age", "is an empty interval");
  }
  if (record.guardians() == 0 && age.from() < kAdult) {
    return Fault("guardians", "is 0: for a child, say how many guardians decide");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckConsentRecord(const v1::ConsentRecord& record, const PolicySet& policy,
                                const KeyDirectory& directory) {
  const v1::Vocabulary& words = policy.bundle().vocabulary();
  RETURN_IF_ERROR(CheckValidity(record));
  RETURN_IF_ERROR(CheckParties(record, words, directory));
  RETURN_IF_ERROR(CheckScope(record, words));
  RETURN_IF_ERROR(CheckGrants(record));
  RETURN_IF_ERROR(CheckChild(record));
  if (record.received_by().size() != kDigestBytes) {
    return Fault("received_by",
                 absl::StrCat("must be 32 bytes, not ", record.received_by().size()));
  }
  return absl::OkStatus();
}

}  // namespace sluss
