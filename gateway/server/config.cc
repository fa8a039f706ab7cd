#include "gateway/server/config.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/config_check.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/rpc/config_fields.h"
#include "gateway/store/postgres_uri.h"

namespace sluss {
namespace {

constexpr size_t kMostInstance = 32;

void CheckAgencies(ConfigCheck& check, const v1::GatewayConfig& config) {
  if (config.agency().empty()) check.Fault("agency", "name at least one agency that may connect");
  std::set<std::string> seen;
  for (int i = 0; i < config.agency_size(); ++i) {
    if (const auto agency = ParseAgencyId(config.agency(i)); !agency.ok()) {
      check.Fault("agency", agency.status().message(), i);
    } else if (!seen.insert(config.agency(i)).second) {
      check.Fault("agency", absl::StrCat("`", config.agency(i), "` stands twice"), i);
    }
  }
}

// A file, or a server.
void CheckDatabase(ConfigCheck& check, std::string* database) {
  if (!IsDatabaseUri(*database)) return check.FileToCreate("database", database);
  if (const absl::Status status = CheckPostgresUri(*database); !status.ok()) {
    check.Fault("database", status.message());
  }
}

void CheckPolicies(ConfigCheck& check, v1::GatewayConfig& config) {
  check.Directory("catalogue", config.mutable_catalogue());
  if (config.policy().empty()) check.Fault("policy", "name at least one policy file");
  for (int i = 0; i < config.policy_size(); ++i) {
    check.File("policy", config.mutable_policy(i), i);
  }
}

void FillLimits(ConfigCheck& check, v1::Limits& limits) {
  const auto range = [&](absl::string_view field, uint32_t value, uint32_t standard, uint32_t min,
                         uint32_t max) {
    return check.Range(absl::StrCat("limits.", field), value, standard, min, max);
  };
  // 30 MB of native record plus sealing; the same figure as the SDK's limit.
  limits.set_max_message_bytes(
      range("max_message_bytes", limits.max_message_bytes(), 32u << 20, 64u << 10, 64u << 20));
  limits.set_requests_per_second(
      range("requests_per_second", limits.requests_per_second(), 2000, 1, 100000));
  limits.set_max_connections(range("max_connections", limits.max_connections(), 1000, 8, 10000));
  limits.set_max_connections_per_source(
      range("max_connections_per_source", limits.max_connections_per_source(), 64, 2, 10000));
  limits.set_max_streams_per_agency(
      range("max_streams_per_agency", limits.max_streams_per_agency(), 4, 1, 64));
  limits.set_clock_skew_seconds(
      range("clock_skew_seconds", limits.clock_skew_seconds(), 300, 10, 600));
  limits.set_expire_hours(range("expire_hours", limits.expire_hours(), 14 * 24, 1, 90 * 24));
  limits.set_phone_minutes_now(range("phone_minutes_now", limits.phone_minutes_now(), 2, 1, 60));
  limits.set_phone_minutes_today(
      range("phone_minutes_today", limits.phone_minutes_today(), 60, 1, 24 * 60));
  limits.set_enrolments_per_day(
      range("enrolments_per_day", limits.enrolments_per_day(), 20000, 1, 1000000));
}

void FillConsentRules(ConfigCheck& check, v1::ConsentRules& rules) {
  const auto range = [&](absl::string_view field, uint32_t value, uint32_t standard, uint32_t min,
                         uint32_t max) {
    return check.Range(absl::StrCat("consent.", field), value, standard, min, max);
  };
  rules.set_own_consent_age(range("own_consent_age", rules.own_consent_age(), 15, 1, 18));
  rules.set_maturity_from_age(range("maturity_from_age", rules.maturity_from_age(),
                                    std::min(12u, rules.own_consent_age()), 1, 18));
  if (rules.maturity_from_age() > rules.own_consent_age()) {
    check.Fault("consent.maturity_from_age", "must not be above `own_consent_age`");
  }
  rules.set_longest_days(range("longest_days", rules.longest_days(), 366, 1, 3 * 366));
  rules.set_earliest_days(range("earliest_days", rules.earliest_days(), 366, 1, 3 * 366));
}

// A message may be submitted until it would have expired: forgotten earlier, it would be taken
// twice.
void FillRetention(ConfigCheck& check, const v1::Limits& limits, v1::Retention& retention) {
  const uint32_t least = limits.expire_hours() / 24 + 2;
  const auto days = [&](absl::string_view field, uint32_t value, uint32_t standard) {
    return check.Range(absl::StrCat("retention.", field), value, std::max(standard, least), least,
                       10 * 366);
  };
  retention.set_delivered_days(days("delivered_days", retention.delivered_days(), 365));
  retention.set_undelivered_days(days("undelivered_days", retention.undelivered_days(), 30));
}

// What was disclosed can be accounted for as long as the supervisory authority may ask.
constexpr uint32_t kLeastDisclosureMonths = 60;
// Reviews lie in it, and are kept as long as the logs that they are about.
constexpr uint32_t kLeastOversightMonths = 60;

void FillOpenings(ConfigCheck& check, const v1::GatewayConfig& config, v1::OpeningRules& rules) {
  // No default beside `keys_dir`: that one is another after a rotation, and these must stay.
  if (rules.keys_dir().empty()) {
    check.Fault("openings.keys_dir",
                "is missing: name a directory of its own, which stays when keys change and which "
                "no copy of `database` holds");
    return;
  }
  check.FileToCreate("openings.keys_dir", rules.mutable_keys_dir());
  const auto whole = [](const std::filesystem::path& directory) {
    return (directory / "").lexically_normal();
  };
  if (!IsDatabaseUri(config.database()) &&
      whole(rules.keys_dir()) == whole(std::filesystem::path(config.database()).parent_path())) {
    check.Fault("openings.keys_dir",
                "must be a directory of its own, so that no copy of `database` holds it");
  }
  const auto months = [&](absl::string_view field, uint32_t value, uint32_t standard,
                          uint32_t least) {
    return check.Range(absl::StrCat("openings.", field), value, standard, least, 12 * 100);
  };
  if (rules.disclosure_months() != 0 && rules.disclosure_months() < kLeastDisclosureMonths) {
    check.Fault("openings.disclosure_months",
                "must be at least 60: logs of disclosures are kept for five years, HSLF-FS 2016:40 "
                "4 kap. 9 § (binding for health care, good norm elsewhere)");
  } else {
    rules.set_disclosure_months(months("disclosure_months", rules.disclosure_months(),
                                       kLeastDisclosureMonths, kLeastDisclosureMonths));
  }
  if (rules.oversight_months() != 0 && rules.oversight_months() < kLeastOversightMonths) {
    check.Fault("openings.oversight_months",
                "must be at least 60: reviews of the log are kept for five years, HSLF-FS 2016:40 "
                "4 kap. 9 § (binding for health care, good norm elsewhere)");
  } else {
    rules.set_oversight_months(
        months("oversight_months", rules.oversight_months(), 120, kLeastOversightMonths));
  }
  rules.set_operation_months(months("operation_months", rules.operation_months(), 120, 12));
}

void CheckPublishedLog(ConfigCheck& check, v1::PublishedLog& log) {
  const auto range = [&](absl::string_view field, uint32_t value, uint32_t standard, uint32_t min,
                         uint32_t max) {
    return check.Range(absl::StrCat("published_log.", field), value, standard, min, max);
  };
  if (!log.directory().empty()) {
    check.Directory("published_log.directory", log.mutable_directory());
  }
  log.set_max_connections(range("max_connections", log.max_connections(), 128, 8, 10000));
  log.set_max_connections_per_source(
      range("max_connections_per_source", log.max_connections_per_source(), 16, 1, 10000));
  log.set_idle_seconds(range("idle_seconds", log.idle_seconds(), 15, 1, 600));
  log.set_longest_seconds(range("longest_seconds", log.longest_seconds(), 120, 1, 3600));
  if (log.listen().empty()) return;
  check.Address("published_log.listen", log.listen());
  v1::TlsFiles& tls = *log.mutable_tls();
  check.File("published_log.tls.certificate", tls.mutable_certificate());
  check.SecretFile("published_log.tls.private_key", tls.mutable_private_key());
  if (!log.client_certificates()) return;
  check.File("published_log.tls.authority", tls.mutable_authority());
  check.File("published_log.tls.revocation_list", tls.mutable_revocation_list());
}

void CheckWitnesses(ConfigCheck& check, v1::WitnessRules& rules) {
  const auto range = [&](absl::string_view field, uint32_t value, uint32_t standard, uint32_t max) {
    return check.Range(absl::StrCat("witnesses.", field), value, standard, 1, max);
  };
  check.File("witnesses.policy", rules.mutable_policy());
  if (!rules.authority().empty()) {
    check.File("witnesses.authority", rules.mutable_authority());
  }
  if (!rules.revocation_list().empty()) {
    check.File("witnesses.revocation_list", rules.mutable_revocation_list());
  }
  rules.set_every_seconds(range("every_seconds", rules.every_seconds(), 15, 3600));
  rules.set_warn_after_minutes(
      range("warn_after_minutes", rules.warn_after_minutes(), 10, 7 * 24 * 60));
  rules.set_refuse_after_minutes(
      range("refuse_after_minutes", rules.refuse_after_minutes(), 0, 30 * 24 * 60));
  if (rules.refuse_after_minutes() > 0 &&
      rules.refuse_after_minutes() <= rules.warn_after_minutes()) {
    check.Fault("witnesses.refuse_after_minutes", "must be above `warn_after_minutes`");
  }
}

void CheckTimestamps(ConfigCheck& check, v1::TimestampRules& rules) {
  const auto range = [&](absl::string_view field, uint32_t value, uint32_t standard, uint32_t max) {
    return check.Range(absl::StrCat("timestamps.", field), value, standard, 1, max);
  };
  if (!absl::StartsWith(rules.url(), "https://") && !absl::StartsWith(rules.url(), "http://")) {
    check.Fault("timestamps.url", "write https://HOST/PATH or http://HOST/PATH");
  }
  check.File("timestamps.authority", rules.mutable_authority());
  if (!rules.tls_authority().empty()) {
    check.File("timestamps.tls_authority", rules.mutable_tls_authority());
  }
  rules.set_every_minutes(range("every_minutes", rules.every_minutes(), 60, 24 * 60));
  rules.set_warn_after_minutes(
      range("warn_after_minutes", rules.warn_after_minutes(), 180, 30 * 24 * 60));
  rules.set_refuse_after_minutes(
      range("refuse_after_minutes", rules.refuse_after_minutes(), 0, 90 * 24 * 60));
  if (rules.warn_after_minutes() <= rules.every_minutes()) {
    check.Fault("timestamps.warn_after_minutes", "must be above `every_minutes`");
  }
  if (rules.refuse_after_minutes() > 0 &&
      rules.refuse_after_minutes() <= rules.warn_after_minutes()) {
    check.Fault("timestamps.refuse_after_minutes", "must be above `warn_after_minutes`");
  }
}

// Beside the database's file; where that is no file of this machine, beside the directory of the
// openings' keys, which is this gateway's own too.
std::string StandardIndex(const v1::GatewayConfig& config) {
  if (!IsDatabaseUri(config.database())) return absl::StrCat(config.database(), ".index");
  const auto keys = (std::filesystem::path(config.openings().keys_dir()) / "").lexically_normal();
  return keys.parent_path().parent_path() / "search.index";
}

void CheckSearch(ConfigCheck& check, const v1::GatewayConfig& config, v1::SearchRules& rules) {
  const std::string& database = config.database();
  if (rules.index().empty()) rules.set_index(StandardIndex(config));
  check.FileToCreate("search.index", rules.mutable_index());
  if (rules.index() == database) {
    check.Fault("search.index", "must not be `database`: the index is thrown away and made anew");
  }
}

// It is part of the name under which the gateway counts its entries.
void CheckInstance(ConfigCheck& check, const v1::GatewayConfig& config) {
  const std::string& instance = config.instance();
  if (instance.empty()) return;
  const bool plain = std::all_of(instance.begin(), instance.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
  if (!plain || instance.size() > kMostInstance) {
    check.Fault("instance", "write a short name of a-z, 0-9 and '-', another for each gateway");
  }
  if (config.search().index().empty() && !config.search().off()) {
    check.Fault("search.index", "name a file of this gateway's own: each of several has one");
  }
  if (!IsDatabaseUri(config.database())) {
    check.Fault("instance",
                "several gateways share a PostgreSQL database only: name one in `database`, or "
                "leave `instance` out");
  }
}

void CheckLogKeys(ConfigCheck& check, v1::LogKeys& keys) {
  if (!keys.keys_dir().empty()) check.Directory("log_keys.keys_dir", keys.mutable_keys_dir());
  if (!keys.successor_dir().empty()) {
    check.Directory("log_keys.successor_dir", keys.mutable_successor_dir());
  }
}

}  // namespace

absl::StatusOr<v1::GatewayConfig> LoadGatewayConfig(const std::string& path) {
  v1::GatewayConfig config;
  ASSIGN_OR_RETURN(const TextFile file, TextFile::Load(path, &config));
  ConfigCheck check(file);
  CheckPeerName(&check, "name", config.name(), PeerKind::kGateway);
  check.Address("listen", config.listen());
  CheckTlsFields(&check, config.mutable_tls());
  check.Directory("keys_dir", config.mutable_keys_dir());
  check.File("key_directory", config.mutable_key_directory());
  if (config.has_beside()) CheckBesideFields(&check, config.mutable_beside());
  CheckArchiveFields(&check, config.mutable_archive());
  CheckDatabase(check, config.mutable_database());
  CheckPolicies(check, config);
  check.Address("keyholder.address", config.keyholder().address());
  CheckPeerName(&check, "keyholder.name", config.keyholder().name(), PeerKind::kKeyHolder);
  FillLimits(check, *config.mutable_limits());
  FillConsentRules(check, *config.mutable_consent());
  FillRetention(check, config.limits(), *config.mutable_retention());
  FillOpenings(check, config, *config.mutable_openings());
  check.Required("log_origin", config.log_origin());
  if (!config.metrics_file().empty()) {
    check.FileToCreate("metrics_file", config.mutable_metrics_file());
  }
  if (config.has_published_log()) CheckPublishedLog(check, *config.mutable_published_log());
  if (config.has_witnesses()) CheckWitnesses(check, *config.mutable_witnesses());
  if (config.has_timestamps()) CheckTimestamps(check, *config.mutable_timestamps());
  if (config.has_log_keys()) CheckLogKeys(check, *config.mutable_log_keys());
  CheckInstance(check, config);
  CheckSearch(check, config, *config.mutable_search());
  CheckAgencies(check, config);
  RETURN_IF_ERROR(check.Finish());
  return config;
}

}  // namespace sluss
