#include "agency-adapters/client/consent_file.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "agency-adapters/client/durable_dir.h"
#include "agency-adapters/common/strict_json.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr size_t kDigestBytes = 32;
constexpr int kMaxGuardians = 8;
constexpr JsonLimits kLimits = {.max_bytes = 1 << 20, .max_depth = 4};

constexpr absl::string_view kGrantors[] = {"guardian", "child"};
constexpr absl::string_view kChannels[] = {"paper", "e-id", "oral-with-witness"};
constexpr absl::string_view kOnBehalfOf[] = {"guardian", "child", "party"};

absl::StatusOr<absl::CivilDay> Day(JsonObject& object, absl::string_view name) {
  ASSIGN_OR_RETURN(const std::string text, object.Text(name));
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day)) return object.Error(name, "must be a day, YYYY-MM-DD");
  return day;
}

absl::StatusOr<std::vector<std::string>> SomeTexts(JsonObject& object, absl::string_view name) {
  ASSIGN_OR_RETURN(std::vector<std::string> texts, object.Texts(name));
  if (texts.empty()) return object.Error(name, "must name at least one");
  return texts;
}

absl::Status ReadParty(JsonObject& object, v1::ConsentParty* party) {
  ASSIGN_OR_RETURN(const std::string agency, object.Text("agency"));
  if (const auto parsed = ParseAgencyId(agency); !parsed.ok()) {
    return object.Error("agency", parsed.status().message());
  }
  party->set_agency(agency);
  ASSIGN_OR_RETURN(const std::vector<std::string> functions, SomeTexts(object, "functions"));
  party->mutable_function()->Assign(functions.begin(), functions.end());
  return object.Finish();
}

// The file's name, or empty where the digest itself is given.
absl::StatusOr<std::string> ReadEvidence(JsonObject& object, v1::ConsentGrant* grant) {
  ASSIGN_OR_RETURN(const std::string file, object.OptionalText("evidence"));
  ASSIGN_OR_RETURN(const std::string hex, object.OptionalText("evidenceDigest"));
  if (file.empty() == hex.empty()) {
    return object.Error("evidence", "give this or `evidenceDigest`, and one of them only");
  }
  if (!file.empty()) {
    if (!CheckFileName(file).ok()) {
      return object.Error("evidence", "must be the name of a file in evidence/");
    }
    return file;
  }
  const absl::StatusOr<std::string> digest = FromHex(hex);
  if (!digest.ok() || digest->size() != kDigestBytes) {
    return object.Error("evidenceDigest", "must be 64 hex digits, the SHA-256 of the evidence");
  }
  grant->set_evidence_digest(*digest);
  return file;
}

absl::Status ReadGrant(JsonObject& object, ConsentFile* file) {
  v1::ConsentGrant* grant = file->record.add_grant();
  ASSIGN_OR_RETURN(const size_t who, object.Code("who", kGrantors));
  grant->set_grantor(who == 0 ? v1::GUARDIAN : v1::CHILD);
  ASSIGN_OR_RETURN(const bool granted, object.Bool("granted"));
  grant->set_granted(granted);
  ASSIGN_OR_RETURN(const size_t channel, object.Code("channel", kChannels));
  grant->set_channel(std::string(kChannels[channel]));
  ASSIGN_OR_RETURN(file->person.emplace_back(), object.Text("name"));
  ASSIGN_OR_RETURN(file->evidence.emplace_back(), ReadEvidence(object, grant));
  return object.Finish();
}

absl::Status ReadValidity(JsonObject& object, v1::ConsentRecord* record) {
  ASSIGN_OR_RETURN(const absl::CivilDay from, Day(object, "validFrom"));
  ASSIGN_OR_RETURN(const absl::CivilDay to, Day(object, "validTo"));
  if (to < from) return object.Error("validTo", "must not lie before `validFrom`");
  record->set_valid_from_us(absl::ToUnixMicros(StartOfSwedishDay(from)));
  record->set_valid_to_us(absl::ToUnixMicros(StartOfSwedishDay(to + 1)));  // exclusive there
  return absl::OkStatus();
}

absl::Status ReadScope(JsonObject& object, v1::ConsentRecord* record) {
  ASSIGN_OR_RETURN(*record->mutable_form(), object.Text("form"));
  ASSIGN_OR_RETURN(*record->mutable_purpose(), object.Text("purpose"));
  ASSIGN_OR_RETURN(std::vector<JsonObject> parties, object.Objects("parties"));
  if (parties.empty()) return object.Error("parties", "must name at least one");
  for (JsonObject& party : parties) RETURN_IF_ERROR(ReadParty(party, record->add_party()));
  ASSIGN_OR_RETURN(const std::vector<std::string> categories, SomeTexts(object, "categories"));
  record->mutable_category()->Assign(categories.begin(), categories.end());
  ASSIGN_OR_RETURN(const std::vector<std::string> refused, object.Texts("refusedCategories"));
  record->mutable_refused_category()->Assign(refused.begin(), refused.end());
  return ReadValidity(object, record);
}

absl::Status ReadInformation(JsonObject& object, v1::ConsentRecord* record) {
  ASSIGN_OR_RETURN(JsonObject told, object.Object("information"));
  ASSIGN_OR_RETURN(const bool voluntary, told.Bool("voluntary"));
  ASSIGN_OR_RETURN(const bool revocable, told.Bool("revocable"));
  ASSIGN_OR_RETURN(const bool consequence, told.Bool("consequence"));
  record->mutable_information()->set_voluntary(voluntary);
  record->mutable_information()->set_revocable(revocable);
  record->mutable_information()->set_consequence(consequence);
  RETURN_IF_ERROR(told.Finish());
  ASSIGN_OR_RETURN(const bool interpreter, object.Bool("interpreter"));
  record->set_interpreter(interpreter ? v1::INTERPRETER_TOOK_PART : v1::INTERPRETER_NOT_NEEDED);
  return absl::OkStatus();
}

absl::Status ReadGdpr(JsonObject& object, v1::GdprBasis* basis) {
  ASSIGN_OR_RETURN(JsonObject gdpr, object.Object("gdpr"));
  ASSIGN_OR_RETURN(*basis->mutable_article_6(), gdpr.Text("article6"));
  ASSIGN_OR_RETURN(*basis->mutable_article_9(), gdpr.OptionalText("article9"));
  return gdpr.Finish();
}

absl::Status ReadMaturity(JsonObject& object, ConsentFile* file) {
  if (!object.Has("maturity")) return absl::OkStatus();
  ASSIGN_OR_RETURN(JsonObject maturity, object.Object("maturity"));
  ASSIGN_OR_RETURN(const bool mature, maturity.Bool("mature"));
  file->record.set_maturity(mature ? v1::MATURE : v1::NOT_MATURE);
  ASSIGN_OR_RETURN(file->maturity_note, maturity.Text("note"));
  return maturity.Finish();
}

absl::Status ReadGrants(JsonObject& object, ConsentFile* file) {
  // The reader has no getter for numbers: how many guardians is the only one in the file.
  object.Ignore({"guardians"});
  const auto guardians = object.value()->find("guardians");
  if (guardians == object.value()->end() || !guardians->is_number_unsigned() ||
      guardians->get<uint64_t>() > kMaxGuardians) {
    return object.Error("guardians", absl::StrCat("must be a number from 0 to ", kMaxGuardians));
  }
  file->record.set_guardians(guardians->get<uint32_t>());
  ASSIGN_OR_RETURN(std::vector<JsonObject> grants, object.Objects("grants"));
  if (grants.empty()) return object.Error("grants", "must name at least one");
  for (JsonObject& grant : grants) RETURN_IF_ERROR(ReadGrant(grant, file));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ConsentFile> ReadConsentFile(absl::string_view text, absl::CivilDay today) {
  ASSIGN_OR_RETURN(const nlohmann::json json, ParseStrictJson(text, kLimits));
  ASSIGN_OR_RETURN(JsonObject object, JsonObject::From(json, ""));
  ConsentFile file;
  ASSIGN_OR_RETURN(file.reference, object.Text("reference"));
  ASSIGN_OR_RETURN(file.replaces, object.OptionalText("replaces"));
  ASSIGN_OR_RETURN(file.contradicts, object.Texts("contradicts"));
  ASSIGN_OR_RETURN(file.officer, object.Text("officer"));
  ASSIGN_OR_RETURN(*file.record.mutable_received_role(), object.Text("officerRole"));
  RETURN_IF_ERROR(ReadScope(object, &file.record));
  ASSIGN_OR_RETURN(file.excluded_topic, object.Texts("excludedTopics"));
  RETURN_IF_ERROR(ReadInformation(object, &file.record));
  RETURN_IF_ERROR(ReadGdpr(object, file.record.mutable_gdpr()));
  RETURN_IF_ERROR(ReadMaturity(object, &file));
  ASSIGN_OR_RETURN(const std::string child, object.Text("child"));
  absl::StatusOr<PersonalNumber> number = ParsePersonalNumber(child, today);
  if (!number.ok()) return object.Error("child", number.status().message());
  file.child = *std::move(number);
  RETURN_IF_ERROR(ReadGrants(object, &file));
  RETURN_IF_ERROR(object.Finish());
  return file;
}

absl::StatusOr<WithdrawFile> ReadWithdrawFile(absl::string_view text) {
  ASSIGN_OR_RETURN(const nlohmann::json json, ParseStrictJson(text, kLimits));
  ASSIGN_OR_RETURN(JsonObject object, JsonObject::From(json, ""));
  WithdrawFile file;
  ASSIGN_OR_RETURN(file.consent, object.OptionalText("consent"));
  ASSIGN_OR_RETURN(file.message, object.OptionalText("message"));
  if (file.consent.empty() == file.message.empty()) {
    return object.Error("consent", "give this or `message`, and one of them only");
  }
  ASSIGN_OR_RETURN(file.party, object.Texts("parties"));
  ASSIGN_OR_RETURN(file.category, object.Texts("categories"));
  if (file.consent.empty() && !(file.party.empty() && file.category.empty())) {
    return object.Error("message", "is taken back whole: leave out `parties` and `categories`");
  }
  ASSIGN_OR_RETURN(file.officer, object.Text("officer"));
  ASSIGN_OR_RETURN(const size_t on_behalf_of, object.Code("onBehalfOf", kOnBehalfOf));
  file.on_behalf_of = std::string(kOnBehalfOf[on_behalf_of]);
  RETURN_IF_ERROR(object.Finish());
  return file;
}

}  // namespace sluss
