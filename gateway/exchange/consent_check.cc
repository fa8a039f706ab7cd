#include "gateway/exchange/consent_check.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr size_t kDigestBytes = 32;
constexpr int kMostParties = 32;
constexpr int kMostGrants = 16;
constexpr int kMostTopics = 16;
constexpr size_t kLongestWord = 40;
constexpr uint32_t kAdult = 18;
constexpr absl::string_view kHealth = "HEALTH";

constexpr absl::string_view kChannels[] = {"paper", "e-id", "oral-with-witness"};
// Article 6.1 f is not for authorities in their tasks (6.1, second subparagraph).
constexpr absl::string_view kArticle6[] = {"6.1.a", "6.1.b", "6.1.c", "6.1.d", "6.1.e"};
constexpr absl::string_view kArticle9[] = {"9.2.a", "9.2.b", "9.2.c", "9.2.d", "9.2.e",
                                           "9.2.f", "9.2.g", "9.2.h", "9.2.i", "9.2.j"};

template <size_t n>
bool IsOneOf(const absl::string_view (&words)[n], absl::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

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

absl::Status CheckDigest(absl::string_view field, const std::string& digest) {
  if (digest.size() == kDigestBytes) return absl::OkStatus();
  return Fault(field, absl::StrCat("must be ", kDigestBytes, " bytes, not ", digest.size()));
}

int64_t Days(absl::Duration duration) { return duration / absl::Hours(24); }

absl::Status CheckValidity(const v1::ConsentRecord& record, absl::Time now,
                           const ExchangeLimits& limits) {
  if (record.valid_from_us() <= 0) return Fault("valid_from_us", "is missing");
  if (record.valid_to_us() <= 0) {
    return Fault("valid_to_us", "is missing: a consent without end is refused");
  }
  if (record.valid_to_us() <= record.valid_from_us()) {
    return Fault("valid_to_us", "is not after `valid_from_us`");
  }
  const absl::Time from = absl::FromUnixMicros(record.valid_from_us());
  const absl::Time to = absl::FromUnixMicros(record.valid_to_us());
  if (to - from > limits.longest_consent) {
    return Fault("valid_to_us", absl::StrCat("is more than ", Days(limits.longest_consent),
                                             " days after `valid_from_us`: ask again in time"));
  }
  if (to - now > limits.longest_consent) {
    return Fault("valid_to_us", absl::StrCat("is more than ", Days(limits.longest_consent),
                                             " days from now: ask again in time"));
  }
  if (now - from > limits.earliest_consent) {
    return Fault("valid_from_us", absl::StrCat("is more than ", Days(limits.earliest_consent),
                                               " days ago: ask again"));
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

// A code and no sentence: what stands here in clear must name nobody.
bool IsCode(absl::string_view text) {
  return !text.empty() && text.size() <= kLongestWord &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '-' || c == '_';
         });
}

absl::Status CheckRefusedCategories(const v1::ConsentRecord& record, const v1::Vocabulary& words) {
  for (const std::string& refused : record.refused_category()) {
    if (!Has(words.category(), refused)) {
      return Fault("refused_category", "has a value that is not a category of the vocabulary");
    }
    const auto& told = record.category();
    if (std::find(told.begin(), told.end(), refused) != told.end()) {
      return Fault("refused_category",
                   absl::StrCat("answers no to `", refused, "`, to which `category` answers yes"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTopics(const v1::ConsentRecord& record) {
  if (record.excluded_topic_size() > kMostTopics) {
    return Fault("excluded_topic", absl::StrCat("has more than ", kMostTopics, " values"));
  }
  for (const std::string& topic : record.excluded_topic()) {
    RETURN_IF_ERROR(CheckDigest("excluded_topic", topic));
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
  if (!IsCode(record.form())) {
    return Fault("form", absl::StrCat("must be a code of 1 to ", kLongestWord,
                                      " of A-Z, 0-9, - and _, as \"SSPF\""));
  }
  RETURN_IF_ERROR(CheckRefusedCategories(record, words));
  return CheckTopics(record);
}

absl::Status CheckInformation(const v1::ConsentRecord& record) {
  const v1::InformationGiven& told = record.information();
  if (!told.voluntary()) return Fault("information.voluntary", "is not said: tell that they may");
  if (!told.revocable())
    return Fault("information.revocable", "is not said: tell how it is undone");
  if (!told.consequence()) {
    return Fault("information.consequence", "is not said: tell what yes and no lead to");
  }
  if (record.interpreter() != v1::INTERPRETER_NOT_NEEDED &&
      record.interpreter() != v1::INTERPRETER_TOOK_PART) {
    return Fault("interpreter", "is missing: was one needed, and did one take part?");
  }
  return absl::OkStatus();
}

// The lifting of secrecy does not answer by what right the data are processed.
absl::Status CheckGdpr(const v1::ConsentRecord& record) {
  const v1::GdprBasis& basis = record.gdpr();
  if (basis.article_6().empty()) {
    return Fault("gdpr.article_6", "is missing: a consent that lifts secrecy is no legal basis");
  }
  if (!IsOneOf(kArticle6, basis.article_6())) {
    return Fault("gdpr.article_6", "must be 6.1.a to 6.1.e; 6.1.f is not for authorities");
  }
  if (!basis.article_9().empty() && !IsOneOf(kArticle9, basis.article_9())) {
    return Fault("gdpr.article_9", "must be 9.2.a to 9.2.j");
  }
  const auto& told = record.category();
  const bool health = std::find(told.begin(), told.end(), std::string(kHealth)) != told.end();
  if (health && basis.article_9().empty()) {
    return Fault("gdpr.article_9", "is missing: health is told, a special category of data");
  }
  return absl::OkStatus();
}

absl::Status CheckGrant(const v1::ConsentGrant& grant) {
  if (grant.grantor() != v1::GUARDIAN && grant.grantor() != v1::CHILD) {
    return Fault("grantor", "must be GUARDIAN or CHILD");
  }
  if (!IsOneOf(kChannels, grant.channel())) {
    return Fault("channel", "must be paper, e-id or oral-with-witness");
  }
  RETURN_IF_ERROR(CheckDigest("evidence_digest", grant.evidence_digest()));
  return CheckDigest("person", grant.person());
}

// Each answers once, or one guardian could stand for both.
absl::Status CheckGrants(const v1::ConsentRecord& record) {
  if (record.grant().empty()) return Fault("grant", "is missing: who consented?");
  if (record.grant_size() > kMostGrants) {
    return Fault("grant", absl::StrCat("has more than ", kMostGrants, " values"));
  }
  std::set<std::string> persons;
  uint32_t children = 0;
  uint32_t guardians = 0;
  for (const v1::ConsentGrant& grant : record.grant()) {
    RETURN_IF_ERROR(CheckGrant(grant));
    if (!persons.insert(grant.person()).second) {
      return Fault("person", "answers twice: each guardian answers for himself");
    }
    ++(grant.grantor() == v1::CHILD ? children : guardians);
  }
  if (children > 1) return Fault("grant", "has more than one child: a record for each");
  if (guardians > record.guardians()) {
    return Fault("guardians", absl::StrCat("is ", record.guardians(), ", but ", guardians,
                                           " guardians answered"));
  }
  return absl::OkStatus();
}

absl::Status CheckMaturity(const v1::ConsentRecord& record, const ExchangeLimits& limits) {
  const v1::AgeInterval& age = record.child_age();
  const bool due = age.from() < limits.own_consent_age &&
                   (age.below() == 0 || age.below() > limits.maturity_from_age);
  if (!v1::Maturity_IsValid(record.maturity())) return Fault("maturity", "is not known here");
  const bool judged = record.maturity() != v1::MATURITY_UNSPECIFIED;
  if (due && !judged) {
    return Fault("maturity", absl::StrCat("is missing: from ", limits.maturity_from_age,
                                          " years a child's maturity is judged"));
  }
  if (judged && !due) {
    return Fault("maturity", absl::StrCat("is judged from ", limits.maturity_from_age,
                                          " and below ", limits.own_consent_age, " years only"));
  }
  if (judged) return CheckDigest("maturity_note", record.maturity_note());
  if (!record.maturity_note().empty()) return Fault("maturity_note", "is there without `maturity`");
  return absl::OkStatus();
}

absl::Status CheckChild(const v1::ConsentRecord& record, const ExchangeLimits& limits) {
  const v1::AgeInterval& age = record.child_age();
  if (!record.has_child_age()) return Fault("child_age", "is missing");
  if (age.below() != 0 && age.from() >= age.below()) {
    return Fault("child_age", "is an empty interval");
  }
  if (record.guardians() == 0 && age.from() < kAdult) {
    return Fault("guardians", "is 0: for a child, say how many guardians decide");
  }
  return CheckMaturity(record, limits);
}

absl::Status CheckReceiver(const v1::ConsentRecord& record, const v1::Vocabulary& words) {
  RETURN_IF_ERROR(CheckDigest("received_by", record.received_by()));
  if (Has(words.role(), record.received_role())) return absl::OkStatus();
  return Fault("received_role", "is not a role of the vocabulary: who received the consent?");
}

}  // namespace

absl::Status CheckConsentRecord(const v1::ConsentRecord& record, const PolicySet& policy,
                                const KeyDirectory& directory, absl::Time now,
                                const ExchangeLimits& limits) {
  const v1::Vocabulary& words = policy.bundle().vocabulary();
  RETURN_IF_ERROR(CheckValidity(record, now, limits));
  RETURN_IF_ERROR(CheckParties(record, words, directory));
  RETURN_IF_ERROR(CheckScope(record, words));
  RETURN_IF_ERROR(CheckChild(record, limits));
  RETURN_IF_ERROR(CheckGrants(record));
  RETURN_IF_ERROR(CheckInformation(record));
  RETURN_IF_ERROR(CheckGdpr(record));
  return CheckReceiver(record, words);
}

}  // namespace sluss
