#include "agency-adapters/common/mapping.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

using Fields = std::multimap<std::string, Mapping::Field>;

absl::Status At(absl::string_view place, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(place, ": ", what));
}

absl::Status In(absl::string_view place, const absl::Status& status) {
  return status.ok() ? status
                     : absl::Status(status.code(),
                                    absl::StrCat(place, ": ", std::string(status.message())));
}

absl::Status AddField(const v1::FieldRule& rule, absl::string_view place, Fields* fields) {
  if (rule.native().empty()) return At(place, "`native` is missing");
  absl::StatusOr<NeutralField> neutral = NeutralField::Parse(rule.field());
  RETURN_IF_ERROR(In(place, neutral.status()));
  Mapping::Field field{*std::move(neutral), rule.mandatory(), {}};
  for (const v1::ValueRule& value : rule.value()) {
    if (!field.options.emplace(value.native(), value.code()).second) {
      return At(place, absl::StrCat("the option `", value.native(), "` is given twice"));
    }
  }
  fields->emplace(rule.native(), std::move(field));
  return absl::OkStatus();
}

absl::StatusOr<Mapping::Route> MakeRoute(const v1::MappingConfig& config, int number) {
  const v1::Route& route = config.route(number);
  const std::string place = absl::StrCat("route[", number, "]");
  if (route.native_type().empty()) return At(place, "`native_type` is missing");
  if (route.purpose().empty()) return At(place, "`purpose` is missing");
  if (route.legal_basis().empty()) return At(place, "`legal_basis` is missing");
  RETURN_IF_ERROR(In(absl::StrCat(place, ".recipient"), ParseAgencyId(route.recipient()).status()));

  Mapping::Route made;
  made.config = route;
  made.ignored.insert(route.ignore().begin(), route.ignore().end());
  for (int i = 0; i < route.field_size(); ++i) {
    RETURN_IF_ERROR(AddField(route.field(i), absl::StrCat(place, ".field[", i, "]"), &made.fields));
  }
  const Fields own = made.fields;  // what a route says of an element replaces the common rules
  for (int i = 0; i < config.field_size(); ++i) {
    const std::string& native = config.field(i).native();
    if (own.count(native) > 0 || made.ignored.count(native) > 0) continue;
    RETURN_IF_ERROR(AddField(config.field(i), absl::StrCat("field[", i, "]"), &made.fields));
  }
  return made;
}

struct Repeated {
  std::string base;
  int number;
};

// "guardian2" as the second "guardian"; the name itself when it ends in no digit.
std::optional<Repeated> SplitRepetition(const std::string& native) {
  const size_t slash = native.find('/');
  const std::string name = native.substr(0, slash);
  const size_t end = name.find_last_not_of("0123456789");
  if (end == std::string::npos || end + 1 == name.size()) return std::nullopt;
  int number = 0;
  if (!absl::SimpleAtoi(name.substr(end + 1), &number)) return std::nullopt;
  const std::string rest = slash == std::string::npos ? "" : native.substr(slash);
  return Repeated{name.substr(0, end + 1) + rest, number};
}

bool IsBlank(const NativeAnswer& answer) {
  if (!answer.files.empty()) return false;
  for (const std::string& value : answer.values) {
    if (!absl::StripAsciiWhitespace(value).empty()) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<Mapping> Mapping::Make(const v1::MappingConfig& config) {
  RETURN_IF_ERROR(In("agency", ParseAgencyId(config.agency()).status()));
  Mapping mapping(config);
  for (int i = 0; i < config.route_size(); ++i) {
    ASSIGN_OR_RETURN(Route route, MakeRoute(config, i));
    if (!mapping.routes_.emplace(config.route(i).native_type(), std::move(route)).second) {
      return At(absl::StrCat("route[", i, "]"),
                absl::StrCat("`", config.route(i).native_type(), "` has a route already"));
    }
  }
  for (const v1::RoleName& role : config.role()) {
    if (!mapping.roles_.emplace(role.native(), role.role()).second) {
      return At("role", absl::StrCat("`", role.native(), "` is given twice"));
    }
  }
  for (int i = 0; i < config.peer_size(); ++i) {
    RETURN_IF_ERROR(
        In(absl::StrCat("peer[", i, "]"), ParseAgencyId(config.peer(i).agency()).status()));
  }
  return mapping;
}

absl::StatusOr<const Mapping::Route*> Mapping::FindRoute(absl::string_view native_type) const {
  const auto route = routes_.find(std::string(native_type));
  if (route == routes_.end()) {
    return absl::InvalidArgumentError(absl::StrCat("`", native_type.substr(0, 64),
                                                   "` has no route in the mapping file; add one"));
  }
  return &route->second;
}

void Mapping::Start(const Route& route, v1::NeutralNotification* notification) {
  notification->set_recipient(route.config.recipient());
  notification->set_purpose(route.config.purpose());
  notification->set_legal_basis(route.config.legal_basis());
  notification->set_urgency(route.config.urgency());
  notification->set_escrow_identity(route.config.escrow_identity());
  notification->set_label(route.config.label());
  notification->set_correction(route.config.correction());
}

absl::Status Mapping::Fill(const Route& route, const std::vector<NativeAnswer>& answers,
                           absl::CivilDay today, v1::NeutralNotification* notification) const {
  std::set<std::string> answered;
  for (const NativeAnswer& answer : answers) {
    if (IsBlank(answer)) continue;
    std::string native = answer.native;
    int repetition = 1;
    const auto repeated = SplitRepetition(native);
    if (route.fields.count(native) == 0 && route.ignored.count(native) == 0 && repeated) {
      native = repeated->base;
      repetition = repeated->number;
    }
    if (route.ignored.count(native) > 0) continue;
    const auto [begin, end] = route.fields.equal_range(native);
    if (begin == end) {
      return absl::InvalidArgumentError(absl::StrCat(
          "`", answer.native, "` is not in the mapping file: map it, or list it under `ignore`"));
    }
    for (auto field = begin; field != end; ++field) {
      RETURN_IF_ERROR(In(absl::StrCat("`", answer.native, "`"),
                         FillOne(field->second, answer, repetition, today, notification)));
    }
    answered.insert(native);
  }
  for (const auto& [native, field] : route.fields) {
    if (field.mandatory && answered.count(native) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("`", native, "` is missing: the form must have it answered"));
    }
  }
  return absl::OkStatus();
}

absl::Status Mapping::FillOne(const Field& field, const NativeAnswer& answer, int repetition,
                              absl::CivilDay today, v1::NeutralNotification* notification) const {
  for (const v1::Attachment& file : answer.files) {
    RETURN_IF_ERROR(field.neutral.AddFile(file, notification));
  }
  for (const std::string& value : answer.values) {
    std::string text(absl::StripAsciiWhitespace(value));
    if (text.empty()) continue;
    if (!field.options.empty()) {
      const auto option = field.options.find(text);
      if (option == field.options.end()) {
        return absl::InvalidArgumentError(
            "an option that the mapping file does not know; add it with its code");
      }
      text = option->second;
    }
    if (field.neutral.is_role()) {
      ASSIGN_OR_RETURN(text, FindRole(text));
    }
    RETURN_IF_ERROR(field.neutral.Set(text, repetition, today, notification));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Mapping::FindRole(absl::string_view native) const {
  const auto role = roles_.find(std::string(native));
  if (role == roles_.end()) {
    return absl::InvalidArgumentError("a role that the mapping file does not know; add it");
  }
  return role->second;
}

const v1::Peer* Mapping::FindPeer(absl::string_view agency) const {
  for (const v1::Peer& peer : config_.peer()) {
    if (peer.agency() == agency) return &peer;
  }
  return nullptr;
}

std::string Mapping::PeerName(absl::string_view agency) const {
  const v1::Peer* peer = FindPeer(agency);
  return peer != nullptr && !peer->name().empty() ? peer->name() : std::string(agency);
}

}  // namespace sluss
