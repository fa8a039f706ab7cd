#include "gateway/server/gateway.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/metrics_file.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/key_files.h"
#include "gateway/crypto/key_ring_files.h"
#include "gateway/server/gateway_metrics.h"
#include "gateway/server/policy_files.h"
#include "gateway/store/open_store.h"
#include "gateway/tlog/checkpoint.h"

namespace sluss {
namespace {

constexpr std::chrono::milliseconds kTick(2000);
// Metrics are written at every eighth tick: collectors look every 15 seconds or more seldom.
constexpr uint64_t kTicksAMetricsFile = 8;
// Beyond this the machine's clock counts as set back, not as slewed.
constexpr absl::Duration kSetBack = absl::Seconds(5);

absl::Status CheckAgenciesHaveKeys(const v1::GatewayConfig& config, const KeyDirectory& keys) {
  for (const std::string& agency : config.agency()) {
    const AgencyEntry* const domain = keys.access_domain();
    if (domain != nullptr && domain->id.value() == agency) {
      return absl::InvalidArgumentError(
          absl::StrCat("agency `", agency,
                       "` is the key directory's access domain, which neither "
                       "sends nor receives: take it out of `agency`"));
    }
    if (keys.FindAgency(AgencyId(agency)) == nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("agency `", agency, "` has no keys in `", config.key_directory(),
                       "`: assemble the key directory with its public keys"));
    }
  }
  return absl::OkStatus();
}

// The key directory names the key that signs or, once the parties have gone over to it, the one
// that will.
absl::Status CheckLogKey(const v1::GatewayConfig& config, const KeyDirectory& keys,
                         const LogIdentity& log) {
  const std::string& known = keys.log().verifier_key();
  const bool origin =
      log.origin == config.log_origin() && (!log.successor || log.successor->name() == log.origin);
  const bool either =
      log.verifier.ToString() == known || (log.successor && log.successor->ToString() == known);
  if (origin && either) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the log key `", log.verifier.Label(),
                   "` must be the one of `log_origin` and of the key directory, or its successor "
                   "must: see `keys_dir` and `log_keys`"));
}

absl::StatusOr<LogIdentity> LoadLogIdentity(const v1::GatewayConfig& config,
                                            const KeyDirectory& keys) {
  const v1::LogKeys& paths = config.log_keys();
  ASSIGN_OR_RETURN(LogSecrets secrets,
                   LoadLogSecrets(paths.keys_dir().empty() ? config.keys_dir() : paths.keys_dir()));
  ASSIGN_OR_RETURN(const VerifierKey verifier,
                   VerifierKey::Parse(secrets.PublicKey().verifier_key()));
  LogIdentity log{.origin = secrets.origin, .verifier = verifier, .sign = nullptr};
  std::shared_ptr<const LogSecrets> successor;
  if (!paths.successor_dir().empty()) {
    ASSIGN_OR_RETURN(LogSecrets next, LoadLogSecrets(paths.successor_dir()));
    ASSIGN_OR_RETURN(log.successor, VerifierKey::Parse(next.PublicKey().verifier_key()));
    successor = std::make_shared<const LogSecrets>(std::move(next));
  }
  RETURN_IF_ERROR(CheckLogKey(config, keys, log));
  log.sign = [key = std::make_shared<const LogSecrets>(std::move(secrets)),
              successor](const Checkpoint& checkpoint) {
    return SignCheckpoint(checkpoint, key->signing,
                          successor == nullptr ? nullptr : &successor->signing);
  };
  return log;
}

ExchangeLimits LimitsOf(const v1::GatewayConfig& config) {
  const v1::Limits& limits = config.limits();
  const v1::ConsentRules& consent = config.consent();
  ExchangeLimits out;
  out.max_message_bytes = limits.max_message_bytes();
  out.clock_skew = absl::Seconds(limits.clock_skew_seconds());
  out.expire = absl::Hours(limits.expire_hours());
  out.phone_when_now = absl::Minutes(limits.phone_minutes_now());
  out.phone_when_today = absl::Minutes(limits.phone_minutes_today());
  out.enrolments_per_day = limits.enrolments_per_day();
  out.own_consent_age = consent.own_consent_age();
  out.maturity_from_age = consent.maturity_from_age();
  out.longest_consent = absl::Hours(24 * consent.longest_days());
  out.earliest_consent = absl::Hours(24 * consent.earliest_days());
  out.retention.delivered = absl::Hours(24 * config.retention().delivered_days());
  out.retention.undelivered = absl::Hours(24 * config.retention().undelivered_days());
  return out;
}

}  // namespace

Gateway::Gateway(const v1::GatewayConfig& config, const Clock* clock, EventLog* events)
    : config_(config), clock_(clock), events_(events) {}

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::Start(const v1::GatewayConfig& config,
                                                        const Clock* clock, EventLog* events) {
  std::unique_ptr<Gateway> gateway(new Gateway(config, clock, events));
  RETURN_IF_ERROR(gateway->Join());
  gateway->ticker_ = std::thread([raw = gateway.get()] { raw->Tick(); });
  return gateway;
}

absl::Status Gateway::Join() {
  const v1::BesideKeys& beside = config_.beside();
  ASSIGN_OR_RETURN(HolderRing ring, LoadHolderRing(HolderRole::kGateway,
                                                   {config_.keys_dir(), config_.key_directory()},
                                                   {beside.keys_dir(), beside.key_directory()}));
  keys_ = std::make_unique<const HolderRing>(std::move(ring));
  const KeyDirectory& directory = keys_->directories().current();
  RETURN_IF_ERROR(CheckAgenciesHaveKeys(config_, directory));
  ASSIGN_OR_RETURN(LogIdentity log, LoadLogIdentity(config_, directory));
  ASSIGN_OR_RETURN(archive_,
                   LoadScanArchive(HolderRole::kGateway, keys_->directories(), config_.archive()));
  WriteKeysEvent(keys_->directories(), events_, archive_);
  const std::string verifier_key = log.verifier.ToString();
  const std::string successor_key = log.successor ? log.successor->ToString() : "";
  ASSIGN_OR_RETURN(store_,
                   OpenStore(config_.database(), InstanceName(config_.name(), config_.instance())));
  RETURN_IF_ERROR(OpenVault());
  RETURN_IF_ERROR(ChoosePolicies());
  ASSIGN_OR_RETURN(key_holder_, KeyHolderLink::Create(config_, clock_));
  ASSIGN_OR_RETURN(exchange_, Exchange::Create({.store = store_.get(),
                                                .clock = clock_,
                                                .policies = policies_.get(),
                                                .key_holder = key_holder_.get(),
                                                .keys = keys_.get(),
                                                .log = std::move(log),
                                                .openings = vault_.get(),
                                                .instance = config_.instance(),
                                                .hear = Listening()},
                                               LimitsOf(config_)));
  RETURN_IF_ERROR(BeginErasures());
  ASSIGN_OR_RETURN(access_holder_, AccessHolderLink::Create(config_, clock_));
  access_desk_ = std::make_unique<AccessDesk>(AccessParts{.ledger = exchange_->ledger(),
                                                          .store = store_.get(),
                                                          .openings = openings_.get(),
                                                          .keys = keys_.get(),
                                                          .key_holder = access_holder_.get(),
                                                          .archive = &archive_});
  ASSIGN_OR_RETURN(life_, PolicyLife::Begin({.store = store_.get(),
                                             .ledger = exchange_->ledger(),
                                             .clock = clock_,
                                             .active = policies_.get(),
                                             .analysis = ExactAnalysis()}));
  RETURN_IF_ERROR(ActivateDuePolicy());
  ASSIGN_OR_RETURN(publication_, LogPublication::Start({.ledger = exchange_->ledger(),
                                                        .store = store_.get(),
                                                        .verifier_key = verifier_key,
                                                        .successor_key = successor_key,
                                                        .clock = clock_,
                                                        .events = events_},
                                                       config_));
  ASSIGN_OR_RETURN(verifier_, PeerVerifier::Create(config_.tls().authority(),
                                                   config_.tls().revocation_list(), clock_));
  streams_ = std::make_unique<StreamRegistry>(verifier_.get());
  service_ = std::make_unique<GatewayService>(
      ServiceParts{.exchange = exchange_.get(),
                   .directory = &directory,
                   .verifier = verifier_.get(),
                   .streams = streams_.get(),
                   .clock = clock_,
                   .events = events_,
                   .may_accept = [this] { return publication_->MayAccept(); }},
      config_);
  policy_service_ = std::make_unique<PolicyService>(life_.get(), verifier_.get(), events_);
  log_service_ = std::make_unique<LogService>(publication_.get(), verifier_.get());
  bundle_export_ = std::make_unique<BundleExport>(BundleExportParts{.store = store_.get(),
                                                                    .ledger = exchange_->ledger(),
                                                                    .openings = openings_.get(),
                                                                    .verifier_key = verifier_key});
  export_service_ = std::make_unique<ExportService>(bundle_export_.get(), verifier_.get(), events_);
  ASSIGN_OR_RETURN(oversight_, OversightDesk::Start({.ledger = exchange_->ledger(),
                                                     .openings = openings_.get(),
                                                     .verifier = verifier_.get(),
                                                     .events = events_},
                                                    config_));
  openings_service_ = std::make_unique<OpeningsService>(erasures_.get(), verifier_.get());
  access_service_ = std::make_unique<AccessService>(access_desk_.get(), exchange_.get(),
                                                    verifier_.get(), streams_.get(), events_);
  ASSIGN_OR_RETURN(const Peer self, ParseServerName(config_.name()));
  const v1::Limits& limits = config_.limits();
  ASSIGN_OR_RETURN(
      server_,
      StartServer(
          {.listen = config_.listen(),
           .self = self,
           .tls = config_.tls(),
           .max_connections = static_cast<int>(limits.max_connections()),
           .max_connections_per_source = static_cast<int>(limits.max_connections_per_source()),
           .max_message_bytes = static_cast<int>(limits.max_message_bytes()),
           // Each held stream takes a thread; the rest is for calls.
           .max_threads =
               static_cast<int>(limits.max_streams_per_agency() * config_.agency_size()) + 128},
          verifier_.get(),
          {service_.get(), policy_service_.get(), log_service_.get(), export_service_.get(),
           openings_service_.get(), oversight_->service(), access_service_.get()}));
  return absl::OkStatus();
}

Ledger::Hear Gateway::Listening() {
  if (config_.instance().empty()) return nullptr;
  return [this](const v1::AuditLeaf& leaf, const StoreView& view) { return Hear(leaf, view); };
}

absl::Status Gateway::Hear(const v1::AuditLeaf& leaf, const StoreView& view) {
  if (leaf.kind() == v1::POLICY_ACTIVATION) return FollowActivation(view, policies_.get());
  if (leaf.kind() == v1::ERASURE) openings_->Forget();
  return absl::OkStatus();
}

absl::Status Gateway::OpenVault() {
  ASSIGN_OR_RETURN(month_keys_, OpenMonthKeyFiles(config_.openings().keys_dir()));
  vault_ = std::make_unique<OpeningVault>(config_.log_origin(), month_keys_.get());
  openings_ =
      std::make_unique<StoredOpenings>(store_.get(), month_keys_.get(), config_.log_origin());
  {
    // A journal is repaired when it is opened: not while another gateway may be writing to it.
    ASSIGN_OR_RETURN(const std::unique_ptr<Transaction> alone, store_->Begin());
    ASSIGN_OR_RETURN(journal_, OpenErasureJournalFile(config_.openings().keys_dir()));
  }
  ASSIGN_OR_RETURN(const uint64_t sealed, SealPlainOpenings(store_.get(), vault_.get()));
  if (sealed > 0) events_->Write("openings-sealed", {{"count", sealed}});
  return absl::OkStatus();
}

absl::Status Gateway::BeginErasures() {
  const v1::OpeningRules& rules = config_.openings();
  ASSIGN_OR_RETURN(erasures_, Erasures::Begin({.store = store_.get(),
                                               .ledger = exchange_->ledger(),
                                               .erasing = {.vault = vault_.get(),
                                                           .openings = openings_.get(),
                                                           .keys = month_keys_.get(),
                                                           .journal = journal_.get()},
                                               .events = events_},
                                              {.disclosure = rules.disclosure_months(),
                                               .oversight = rules.oversight_months(),
                                               .operation = rules.operation_months()}));
  return absl::OkStatus();
}

absl::Status Gateway::ChoosePolicies() {
  ASSIGN_OR_RETURN(PolicyAtStart start, ChoosePolicy(*store_, LoadPolicies(config_)));
  const std::string digest = ToHex(start.set->digest());
  if (start.first) {
    events_->Write("policy-imported", {{"version", start.set->version()}, {"digest", digest}});
  } else if (!start.files.ok()) {
    // The texts of faults may quote what somebody wrote: `slussctl policy check` shows them.
    events_->Write("policy-files-ignored", {{"cause", "they do not load"}, {"in_force", digest}});
  } else if (start.files_digest != start.set->digest()) {
    events_->Write("policy-files-ignored", {{"cause", "they are a draft that nobody has proposed"},
                                            {"files", ToHex(start.files_digest)},
                                            {"in_force", digest}});
  }
  policies_ = std::make_unique<ActivePolicy>(std::move(start.set));
  return absl::OkStatus();
}

absl::Status Gateway::ActivateDuePolicy() {
  ASSIGN_OR_RETURN(const std::optional<v1::Proposal> activated, life_->ActivateDue());
  if (activated.has_value()) WritePolicyEvent(events_, *activated);
  return absl::OkStatus();
}

absl::Status Gateway::WriteMetrics() {
  if (config_.metrics_file().empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string text,
                   GatewayMetrics(*exchange_, *store_, *policies_->Current(), config_.name()));
  ASSIGN_OR_RETURN(const std::string publication, publication_->Metrics());
  ASSIGN_OR_RETURN(const std::string openings, erasures_->Metrics());
  ASSIGN_OR_RETURN(const std::string oversight, oversight_->Metrics());
  return WriteMetricsFile(config_.metrics_file(),
                          absl::StrCat(text, publication, openings, oversight));
}

void Gateway::TellOfClock() {
  const absl::Duration behind = exchange_->ledger()->clock().Behind();
  const bool set_back = behind > kSetBack;
  if (set_back && !told_set_back_) {
    events_->Write("clock-set-back", {{"seconds", absl::ToInt64Seconds(behind)}});
  }
  told_set_back_ = set_back;
}

void Gateway::Tick() {
  bool healthy = true;
  bool schedule_works = true;
  bool metrics_work = true;
  bool erasing_works = true;
  uint64_t ticks = 0;
  MutexLock lock(&mutex_);
  while (!stopping_) {
    stopped_.WaitFor(&mutex_, kTick);
    if (stopping_) return;
    mutex_.Unlock();
    const absl::Status scheduled = ActivateDuePolicy();
    if (scheduled.ok() != schedule_works) {
      events_->Write(scheduled.ok() ? "policy-schedule-resumed" : "policy-schedule-stopped",
                     {{"cause", std::string(scheduled.message())}});
    }
    schedule_works = scheduled.ok();
    const absl::Status erased = erasures_->Tick();
    if (erased.ok() != erasing_works) {
      events_->Write(erased.ok() ? "erasure-resumed" : "erasure-stopped",
                     {{"cause", std::string(erased.message())}});
    }
    erasing_works = erased.ok();
    const absl::Status swept = exchange_->Sweep();
    const absl::Status health = exchange_->health();
    const bool now_healthy = swept.ok() && health.ok();
    if (now_healthy != healthy) {
      events_->Write(now_healthy ? "log-resumed" : "log-stopped",
                     {{"cause", std::string((health.ok() ? swept : health).message())}});
    }
    healthy = now_healthy;
    server_->SetServing(healthy);
    TellOfClock();
    if (ticks++ % kTicksAMetricsFile == 0) {
      const absl::Status written = WriteMetrics();
      if (written.ok() != metrics_work) {
        events_->Write(written.ok() ? "metrics-resumed" : "metrics-stopped",
                       {{"cause", std::string(written.message())}});
      }
      metrics_work = written.ok();
    }
    mutex_.Lock();
  }
}

void Gateway::Stop(absl::Duration patience) {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    stopped_.NotifyAll();
  }
  if (ticker_.joinable()) ticker_.join();
  if (exchange_ != nullptr) exchange_->CloseStreams();
  if (server_ != nullptr) server_->Shutdown(patience);
}

Gateway::~Gateway() { Stop(absl::ZeroDuration()); }

}  // namespace sluss
