#include "gateway/oversight/search_filter.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

constexpr int kMostValues = 20;
constexpr size_t kMostValueBytes = 200;
constexpr size_t kIdBytes = 16;
constexpr size_t kOfficerBytes = 32;
constexpr size_t kMostOfficialBytes = 100;

using Strings = google::protobuf::RepeatedPtrField<std::string>;

absl::Status Fault(absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "` ", text));
}

absl::Status CheckCount(absl::string_view field, int count) {
  if (count <= kMostValues) return absl::OkStatus();
  return Fault(field, absl::StrCat("has ", count, " values, at most ", kMostValues,
                                   " are looked for at a time"));
}

absl::Status CheckWords(absl::string_view field, const Strings& values) {
  RETURN_IF_ERROR(CheckCount(field, values.size()));
  for (const std::string& value : values) {
    if (value.empty() || value.size() > kMostValueBytes) {
      return Fault(field, absl::StrCat("has a value of ", value.size(), " bytes: write 1 to ",
                                       kMostValueBytes));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAgencies(absl::string_view field, const Strings& values) {
  RETURN_IF_ERROR(CheckCount(field, values.size()));
  for (const std::string& value : values) {
    if (!IsAgencyId(value)) {
      return Fault(field,
                   "has a value that is no agency: write KIND/NAME, such as "
                   "`school/ekbacken`");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckIds(absl::string_view field, const Strings& values) {
  RETURN_IF_ERROR(CheckCount(field, values.size()));
  for (const std::string& value : values) {
    if (value.size() != kIdBytes) {
      return Fault(field,
                   absl::StrCat("has a value of ", value.size(), " bytes: an id has ", kIdBytes));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckVerdicts(const Strings& values) {
  RETURN_IF_ERROR(CheckCount("filter.verdict", values.size()));
  for (const std::string& value : values) {
    if (value != "PERMIT" && value != "PARTIAL" && value != "DENY") {
      return Fault("filter.verdict", "must be PERMIT, PARTIAL or DENY");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckKinds(const v1::SearchFilter& filter) {
  RETURN_IF_ERROR(CheckCount("filter.kind", filter.kind_size()));
  for (const int kind : filter.kind()) {
    if (!v1::RecordKind_IsValid(kind) || kind == v1::RECORD_KIND_UNSPECIFIED) {
      return Fault("filter.kind", absl::StrCat("has ", kind, ", which is no kind of entry"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPeriod(const v1::SearchFilter& filter) {
  if (filter.from_us() < 0) return Fault("filter.from_us", "lies before 1970");
  if (filter.to_us() < 0) return Fault("filter.to_us", "lies before 1970");
  if (filter.to_us() != 0 && filter.to_us() <= filter.from_us()) {
    return Fault("filter.to_us", "must be after `filter.from_us`: nothing lies between");
  }
  return absl::OkStatus();
}

absl::Status CheckOfficer(const v1::SearchFilter& filter) {
  const std::string& officer = filter.officer();
  if (officer.empty()) return absl::OkStatus();
  if (officer.size() != kOfficerBytes &&
      (officer.size() > kMostOfficialBytes || !absl::StrContains(officer, '/'))) {
    return Fault("filter.officer", "must be a pseudonym of 32 bytes or ROLE/NAME");
  }
  if (filter.to_us() == 0 ||
      absl::Microseconds(filter.to_us() - filter.from_us()) > kLongestOfficerPeriod) {
    return Fault("filter.officer",
                 "is found by opening entries one by one: name a period of at most 92 days in "
                 "`filter.from_us` and `filter.to_us`");
  }
  return absl::OkStatus();
}

template <typename Values, typename Value>
bool AnyOf(const Values& wanted, const Value& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

template <typename Values>
bool Meets(const Strings& wanted, const Values& values) {
  return wanted.empty() || std::any_of(values.begin(), values.end(), [&](const std::string& value) {
           return AnyOf(wanted, value);
         });
}

bool IsInPeriod(const v1::SearchFilter& filter, int64_t time_us) {
  return time_us >= filter.from_us() && (filter.to_us() == 0 || time_us < filter.to_us());
}

bool CitesConsent(const Strings& wanted, const v1::AuditLeaf& leaf) {
  if (wanted.empty()) return true;
  return (!leaf.consent_id().empty() && AnyOf(wanted, leaf.consent_id())) ||
         Meets(wanted, leaf.further_consent_id());
}

// Which field a key is of. Numbers stand in index files: never give one a second meaning.
enum class Field : char {
  kSender = 1,
  kRecipient = 2,
  kRule = 3,
  kParagraph = 4,
  kPurpose = 5,
  kPassed = 6,
  kWithheld = 7,
  kVerdict = 8,
  kKind = 9,
  kOutcome = 10,
  kMessage = 11,
  kConsent = 12,
  kParent = 13,
  kProcedure = 14,
  kActs = 15,
};

// As wide as SQLite stores in one step less than eight bytes; two values under one key cost a look
// at an entry that does not match.
constexpr int kKeyBytes = 6;

uint64_t Key(Field field, absl::string_view value) {
  const char tag = static_cast<char>(field);
  const Sha256Digest digest = Sha256({absl::string_view(&tag, 1), value});
  uint64_t key = 0;
  for (int i = 0; i < kKeyBytes; ++i) key = key << 8 | digest[i];
  return key;
}

std::string KindValue(int kind) { return absl::StrCat(kind); }

void AddKey(Field field, const std::string& value, std::vector<uint64_t>* keys) {
  if (!value.empty()) keys->push_back(Key(field, value));
}

void AddKeys(Field field, const Strings& values, std::vector<uint64_t>* keys) {
  for (const std::string& value : values) keys->push_back(Key(field, value));
}

}  // namespace

absl::Status CheckFilter(const v1::SearchFilter& filter) {
  // What is not known here would be left out of the search, and too much shown.
  if (!filter.GetReflection()->GetUnknownFields(filter).empty()) {
    return Fault("filter", "has a field that this gateway does not know: bring it up to date");
  }
  RETURN_IF_ERROR(CheckPeriod(filter));
  RETURN_IF_ERROR(CheckAgencies("filter.agency", filter.agency()));
  RETURN_IF_ERROR(CheckAgencies("filter.sender", filter.sender()));
  RETURN_IF_ERROR(CheckAgencies("filter.recipient", filter.recipient()));
  RETURN_IF_ERROR(CheckWords("filter.rule", filter.rule()));
  RETURN_IF_ERROR(CheckWords("filter.paragraph", filter.paragraph()));
  RETURN_IF_ERROR(CheckWords("filter.purpose", filter.purpose()));
  RETURN_IF_ERROR(CheckWords("filter.category", filter.category()));
  RETURN_IF_ERROR(CheckWords("filter.passed", filter.passed()));
  RETURN_IF_ERROR(CheckWords("filter.withheld", filter.withheld()));
  RETURN_IF_ERROR(CheckVerdicts(filter.verdict()));
  RETURN_IF_ERROR(CheckKinds(filter));
  RETURN_IF_ERROR(CheckWords("filter.outcome", filter.outcome()));
  RETURN_IF_ERROR(CheckIds("filter.message_id", filter.message_id()));
  RETURN_IF_ERROR(CheckIds("filter.consent_id", filter.consent_id()));
  RETURN_IF_ERROR(CheckIds("filter.parent_event", filter.parent_event()));
  RETURN_IF_ERROR(CheckIds("filter.procedure", filter.procedure()));
  return CheckOfficer(filter);
}

bool Matches(const v1::SearchFilter& filter, const v1::AuditLeaf& leaf) {
  const bool agency = filter.agency().empty() || AnyOf(filter.agency(), leaf.sender()) ||
                      AnyOf(filter.agency(), leaf.recipient());
  const bool category = filter.category().empty() || Meets(filter.category(), leaf.passed()) ||
                        Meets(filter.category(), leaf.withheld());
  return agency && category && IsInPeriod(filter, leaf.time_us()) &&
         AnyOf(filter.sender(), leaf.sender()) && AnyOf(filter.recipient(), leaf.recipient()) &&
         Meets(filter.rule(), leaf.rule()) && Meets(filter.paragraph(), leaf.legal_basis()) &&
         AnyOf(filter.purpose(), leaf.purpose()) && Meets(filter.passed(), leaf.passed()) &&
         Meets(filter.withheld(), leaf.withheld()) && AnyOf(filter.verdict(), leaf.verdict()) &&
         AnyOf(filter.kind(), static_cast<int>(leaf.kind())) &&
         AnyOf(filter.outcome(), leaf.outcome()) && AnyOf(filter.message_id(), leaf.message_id()) &&
         CitesConsent(filter.consent_id(), leaf) &&
         AnyOf(filter.parent_event(), leaf.parent_event()) &&
         AnyOf(filter.procedure(), leaf.procedure());
}

bool NamesOfficer(const v1::AuditOpening& opening, const std::string& officer) {
  for (const v1::OpenedField& field : opening.field()) {
    if (field.tag() == 1 && field.value() == officer) return true;
    if (field.tag() != 2) continue;
    if (field.value() == officer) return true;  // one further, or the approver of a policy
    for (size_t at = 0; at + kOfficerBytes <= field.value().size(); at += kOfficerBytes) {
      if (field.value().compare(at, kOfficerBytes, officer) == 0) return true;
    }
  }
  return false;
}

std::string ActingAgency(const v1::AuditLeaf& leaf) {
  switch (leaf.kind()) {
    case v1::REIDENTIFICATION:
    case v1::REIDENTIFICATION_REPORT:
    case v1::REFUSAL:
      return leaf.recipient();
    default:
      return leaf.sender();
  }
}

bool IsAct(const v1::AuditLeaf& leaf) {
  return leaf.kind() == v1::DECISION || leaf.kind() == v1::REIDENTIFICATION;
}

uint64_t ActsKey(const std::string& agency) { return Key(Field::kActs, agency); }

std::vector<uint64_t> IndexKeys(const v1::AuditLeaf& leaf) {
  std::vector<uint64_t> keys;
  keys.push_back(Key(Field::kKind, KindValue(leaf.kind())));
  AddKey(Field::kSender, leaf.sender(), &keys);
  AddKey(Field::kRecipient, leaf.recipient(), &keys);
  AddKeys(Field::kRule, leaf.rule(), &keys);
  AddKeys(Field::kParagraph, leaf.legal_basis(), &keys);
  AddKey(Field::kPurpose, leaf.purpose(), &keys);
  AddKeys(Field::kPassed, leaf.passed(), &keys);
  AddKeys(Field::kWithheld, leaf.withheld(), &keys);
  AddKey(Field::kVerdict, leaf.verdict(), &keys);
  AddKey(Field::kOutcome, leaf.outcome(), &keys);
  AddKey(Field::kMessage, leaf.message_id(), &keys);
  AddKey(Field::kConsent, leaf.consent_id(), &keys);
  AddKeys(Field::kConsent, leaf.further_consent_id(), &keys);
  AddKey(Field::kParent, leaf.parent_event(), &keys);
  AddKey(Field::kProcedure, leaf.procedure(), &keys);
  if (IsAct(leaf)) keys.push_back(ActsKey(ActingAgency(leaf)));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

std::vector<std::vector<uint64_t>> IndexGroups(const v1::SearchFilter& filter) {
  std::vector<std::vector<uint64_t>> groups;
  const auto group = [&](std::initializer_list<std::pair<Field, const Strings*>> parts) {
    std::vector<uint64_t> keys;
    for (const auto& [field, values] : parts) AddKeys(field, *values, &keys);
    if (!keys.empty()) groups.push_back(std::move(keys));
  };
  // Rare ones first: they are what is looked up, the others are only asked.
  group({{Field::kMessage, &filter.message_id()}});
  group({{Field::kParent, &filter.parent_event()}});
  group({{Field::kProcedure, &filter.procedure()}});
  group({{Field::kConsent, &filter.consent_id()}});
  group({{Field::kOutcome, &filter.outcome()}});
  group({{Field::kRule, &filter.rule()}});
  group({{Field::kParagraph, &filter.paragraph()}});
  group({{Field::kPurpose, &filter.purpose()}});
  group({{Field::kSender, &filter.sender()}});
  group({{Field::kRecipient, &filter.recipient()}});
  group({{Field::kSender, &filter.agency()}, {Field::kRecipient, &filter.agency()}});
  group({{Field::kPassed, &filter.category()}, {Field::kWithheld, &filter.category()}});
  group({{Field::kPassed, &filter.passed()}});
  group({{Field::kWithheld, &filter.withheld()}});
  group({{Field::kVerdict, &filter.verdict()}});
  std::vector<uint64_t> kinds;
  for (const int kind : filter.kind()) kinds.push_back(Key(Field::kKind, KindValue(kind)));
  if (!kinds.empty()) groups.push_back(std::move(kinds));
  return groups;
}

}  // namespace sluss
