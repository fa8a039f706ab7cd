#include "agency-adapters/social-services/fiks_writer.h"

#include <regex>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "agency-adapters/common/render.h"
#include "agency-adapters/common/swedish_words.h"
#include "gateway/base/clock.h"
#include "nlohmann/json.hpp"

namespace sluss::fiks {
namespace {

using Json = nlohmann::ordered_json;

// Fiks has no place for these: they follow its text.
constexpr absl::string_view kOtherCategories[] = {"ATTENDANCE", "FACTORS", "HEALTH",
                                                  "CRIME",      "PLAN",    "SOCIAL_DECISIONS"};

// The schema's patterns for the reporter; std::regex is kept to short texts.
bool IsFiksTelephone(const std::string& text) {
  static const std::regex kPattern("[+]?[0-9]+([- ][0-9]+)*");
  return text.size() <= 40 && std::regex_match(text, kPattern);
}

bool IsFiksEmail(const std::string& text) {
  static const std::regex kPattern(
      "[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,}");
  return text.size() <= 100 && std::regex_match(text, kPattern);
}

const v1::CompartmentContent& ContentOf(const v1::NeutralNotification& notification,
                                        absl::string_view category) {
  const auto found = notification.compartment().find(std::string(category));
  return found == notification.compartment().end() ? v1::CompartmentContent::default_instance()
                                                   : found->second;
}

bool HasWhatFiksDemands(const v1::NeutralNotification& notification, const v1::Contact& contact) {
  if (notification.identity().number().empty() || contact.child_informed() == v1::UNKNOWN) {
    return false;
  }
  if (!IsFiksTelephone(contact.reporter().telephone()) ||
      !IsFiksEmail(contact.reporter().email())) {
    return false;
  }
  if (contact.guardian_size() < 1 || contact.guardian_size() > 2) return false;
  for (const v1::Person& guardian : contact.guardian()) {
    if (guardian.informed() == v1::UNKNOWN) return false;
  }
  return true;
}

Json Address(const std::string& text) { return {{"adresselinje1", text}}; }

Json Reporter(const v1::DeliveredNotification& delivered, const v1::Person& reporter,
              const v1::MappingConfig& mapping) {
  std::string unit = delivered.sender();
  std::string number;
  for (const v1::Peer& peer : mapping.peer()) {
    if (peer.agency() != delivered.sender()) continue;
    if (!peer.name().empty()) unit = peer.name();
    number = peer.organisation_number();
  }
  return {{"personnavn", reporter.name()},
          {"rolle", reporter.role()},
          {"telefonnummer", reporter.telephone()},
          {"epost", reporter.email()},
          {"virksomhet",
           {{"navn", unit}, {"orgnr", number}, {"adresse", Address(reporter.address())}}}};
}

Json Child(const v1::Identity& identity, const v1::Contact& contact) {
  const std::string name = absl::StrCat(
      identity.given_name(), identity.family_name().empty() ? "" : " ", identity.family_name());
  return {{"fnr", identity.number()},
          {"ufoedt", false},
          {"personnavn", name},
          {"telefonnummer", contact.child_telephone()},
          {"adresse", Address(contact.child_address())},
          {"orientert", contact.child_informed() == v1::YES},
          {"orientertGrunn", contact.child_informed_reason()}};
}

Json Guardians(const v1::Contact& contact) {
  Json guardians = Json::array();
  for (const v1::Person& guardian : contact.guardian()) {
    guardians.push_back({{"personnavn", guardian.name()},
                         {"telefonnummer", guardian.telephone()},
                         {"orientert", guardian.informed() == v1::YES},
                         {"orientertGrunn", guardian.informed_reason()}});
  }
  return guardians;
}

Json Text(const v1::NeutralNotification& notification) {
  v1::CompartmentContent narrative = ContentOf(notification, "NARRATIVE");
  const std::string history = narrative.narrative().history();
  if (narrative.has_narrative()) narrative.mutable_narrative()->clear_history();
  std::string other;
  for (const absl::string_view category : kOtherCategories) {
    const std::string text = RenderContent(ContentOf(notification, category));
    if (!text.empty()) absl::StrAppend(&other, CategoryInSwedish(category), "\n", text);
  }
  return {
      {"melding", RenderContent(narrative)}, {"historie", history}, {"andreSynspunkter", other}};
}

}  // namespace

std::optional<std::string> WriteRecord(const v1::DeliveredNotification& delivered,
                                       const v1::MappingConfig& mapping) {
  const v1::NeutralNotification& notification = delivered.notification();
  const v1::Contact& contact = ContentOf(notification, "CONTACT").contact();
  if (!HasWhatFiksDemands(notification, contact)) return std::nullopt;
  const v1::FiksMunicipality& municipality = mapping.lifecare().municipality();
  const Json record = {
      {"kommunenummer", municipality.number()},
      {"kommunenavn", municipality.name()},
      {"bydelsnummer", municipality.district_number()},
      {"bydelsnavn", municipality.district_name()},
      {"offentligMelder", Reporter(delivered, contact.reporter(), mapping)},
      {"offentligBarn", Json::array({Child(notification.identity(), contact)})},
      {"foresatte", Guardians(contact)},
      {"behovForTolk", contact.interpreter_language()},
      {"andreHjelpeinstanser", contact.other_agencies()},
      {"melding", Text(notification)},
      {"sendingstidspunkt",
       absl::FormatCivilTime(ToSwedishTime(absl::FromUnixMicros(notification.created_us())))},
      {"leveringskanal", "Fagsystem"}};
  return record.dump(/*indent=*/2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) +
         "\n";
}

}  // namespace sluss::fiks
