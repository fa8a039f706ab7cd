#include "gateway/server/log_publication.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/metrics_file.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/https/https_client.h"
#include "gateway/store/open_store.h"
#include "gateway/tlog/witness_policy.h"

namespace sluss {
namespace {

constexpr std::chrono::milliseconds kLook(250);
constexpr int kReaders = 2;

class CurlPoster final : public HttpPoster {
 public:
  explicit CurlPoster(HttpsClientOptions options) : client_(std::move(options)) {}
  absl::StatusOr<HttpReply> Post(const std::string& url, absl::string_view content_type,
                                 absl::string_view body) override {
    ASSIGN_OR_RETURN(HttpResponse response, client_.Post(url, content_type, body));
    return HttpReply{response.status, std::move(response.body)};
  }

 private:
  const HttpsClient client_;
};

// The gateway speaks to witnesses with the certificate that it has in the exchange.
HttpsClientOptions ToWitnesses(const v1::GatewayConfig& config) {
  HttpsClientOptions options;
  options.certificate = config.tls().certificate();
  options.private_key = config.tls().private_key();
  const v1::WitnessRules& rules = config.witnesses();
  const bool own = rules.authority().empty();
  options.authority = own ? config.tls().authority() : rules.authority();
  options.revocation_list = own ? config.tls().revocation_list() : rules.revocation_list();
  return options;
}

WitnessLimits LimitsOf(const v1::WitnessRules& rules) {
  WitnessLimits limits;
  limits.every = absl::Seconds(rules.every_seconds());
  limits.warn_after = absl::Minutes(rules.warn_after_minutes());
  if (rules.refuse_after_minutes() > 0) {
    limits.refuse_after = absl::Minutes(rules.refuse_after_minutes());
  }
  return limits;
}

absl::StatusOr<WitnessPolicy> LoadPolicy(const std::string& path, const PublicationParts& parts) {
  const auto fault = [&](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat("`witnesses.policy` ", path, ": ", what));
  };
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, /*max_bytes=*/1 << 20));
  absl::StatusOr<WitnessPolicy> policy = WitnessPolicy::Parse(text);
  if (!policy.ok()) return fault(policy.status().message());
  const auto& logs = policy->logs();
  const bool ours = std::any_of(logs.begin(), logs.end(), [&](const VerifierKey& log) {
    return log.ToString() == parts.verifier_key || log.ToString() == parts.successor_key;
  });
  if (!logs.empty() && !ours) return fault("its `log` lines name other logs than this one");
  std::set<std::string> asked;
  for (const PolicyWitness& witness : policy->witnesses()) {
    if (witness.url.empty()) continue;
    if (!absl::StartsWith(witness.url, "https://")) {
      return fault(absl::StrCat("the url of `", witness.name, "` must begin with https://"));
    }
    asked.insert(witness.key.Label());
  }
  if (policy->IsQuorum(asked)) return policy;
  return fault("the witnesses that have a url are no quorum, so that none can ever be reached");
}

v1::LogAge AgeOf(WitnessAge age) {
  switch (age) {
    case WitnessAge::kInTime:
      return v1::LOG_AGE_IN_TIME;
    case WitnessAge::kLate:
      return v1::LOG_AGE_LATE;
    case WitnessAge::kRefusing:
      return v1::LOG_AGE_REFUSING;
  }
  return v1::LOG_AGE_UNSPECIFIED;
}

void Describe(const WitnessesStanding& witnesses, v1::LogStanding* standing) {
  standing->set_witnessed_size(witnesses.size);
  standing->set_waiting_seconds(absl::ToInt64Seconds(witnesses.waiting));
  standing->set_witness_age(AgeOf(witnesses.age));
  for (const WitnessStanding& one : witnesses.witnesses) {
    v1::LogWitness& witness = *standing->add_witness();
    witness.set_name(one.name);
    witness.set_key(one.key);
    witness.set_size(one.size);
    if (one.size > 0) witness.set_cosigned_us(absl::ToUnixMicros(one.at));
    if (!one.last.ok()) witness.set_fault(std::string(one.last.message()));
  }
}

v1::LogAge AgeOf(TimestampAge age) {
  switch (age) {
    case TimestampAge::kInTime:
      return v1::LOG_AGE_IN_TIME;
    case TimestampAge::kLate:
      return v1::LOG_AGE_LATE;
    case TimestampAge::kRefusing:
      return v1::LOG_AGE_REFUSING;
  }
  return v1::LOG_AGE_UNSPECIFIED;
}

void Describe(const TimestampStanding& timestamps, v1::LogStanding* standing) {
  standing->set_timestamps(timestamps.count);
  standing->set_stamped_size(timestamps.size);
  if (timestamps.count > 0) standing->set_stamped_us(absl::ToUnixMicros(timestamps.at));
  if (!timestamps.last.ok()) {
    standing->set_timestamp_fault(std::string(timestamps.last.message()));
  }
  standing->set_timestamp_age(AgeOf(timestamps.age));
}

}  // namespace

LogPublication::LogPublication(const PublicationParts& parts)
    : parts_(parts), publisher_(parts.ledger, parts.store) {}

absl::StatusOr<std::unique_ptr<LogPublication>> LogPublication::Start(
    const PublicationParts& parts, const v1::GatewayConfig& config) {
  std::unique_ptr<LogPublication> publication(new LogPublication(parts));
  if (config.has_witnesses()) RETURN_IF_ERROR(publication->StartWitnesses(config));
  if (config.has_timestamps()) {
    RETURN_IF_ERROR(publication->StartTimestamps(config.timestamps()));
  }
  const v1::PublishedLog& published = config.published_log();
  if (!published.directory().empty()) {
    publication->directory_ =
        std::make_unique<PublishedDirectory>(published.directory(), parts.verifier_key);
  }
  if (!published.listen().empty()) {
    ASSIGN_OR_RETURN(publication->readers_, OpenStoreView(config.database(), kReaders));
    ASSIGN_OR_RETURN(publication->listener_, LogListener::Start(
                                                 published, publication->readers_.get(),
                                                 [raw = publication.get()](const StoreView& view) {
                                                   return raw->Shown(view);
                                                 },
                                                 parts.verifier_key, parts.clock));
    parts.events->Write("log-served", {{"address", publication->listener_->address()}});
  }
  publication->thread_ = std::thread([raw = publication.get()] { raw->Loop(); });
  const size_t witnesses =
      publication->witnessing_ == nullptr ? 0 : publication->witnessing_->size();
  for (size_t i = 0; i < witnesses; ++i) {
    publication->askers_.emplace_back([raw = publication.get(), i] { raw->AskWitness(i); });
  }
  if (publication->timestamper_ != nullptr) {
    publication->askers_.emplace_back([raw = publication.get()] { raw->AskAuthority(); });
  }
  return publication;
}

absl::Status LogPublication::StartTimestamps(const v1::TimestampRules& rules) {
  ASSIGN_OR_RETURN(const std::string authority, ReadFile(rules.authority()));
  // What it answers is signed and bound to what was asked: the connection need prove nothing.
  HttpsClientOptions options;
  options.authority = rules.tls_authority();
  options.plain_http = true;
  to_authority_ = std::make_unique<CurlPoster>(std::move(options));
  TimestampLimits limits;
  limits.every = absl::Minutes(rules.every_minutes());
  limits.warn_after = absl::Minutes(rules.warn_after_minutes());
  if (rules.refuse_after_minutes() > 0) {
    limits.refuse_after = absl::Minutes(rules.refuse_after_minutes());
  }
  timestamper_ = std::make_unique<Timestamper>(TimestamperParts{.url = rules.url(),
                                                                .authority_pem = authority,
                                                                .ledger = parts_.ledger,
                                                                .store = parts_.store,
                                                                .poster = to_authority_.get(),
                                                                .clock = parts_.clock,
                                                                .events = parts_.events},
                                               limits);
  return timestamper_->Watch();
}

absl::Status LogPublication::StartWitnesses(const v1::GatewayConfig& config) {
  ASSIGN_OR_RETURN(WitnessPolicy policy, LoadPolicy(config.witnesses().policy(), parts_));
  poster_ = std::make_unique<CurlPoster>(ToWitnesses(config));
  const auto cosigned = [this](uint64_t number) {
    MutexLock lock(&mutex_);
    cosigned_.insert(number);
  };
  ASSIGN_OR_RETURN(witnessing_, Witnessing::Create(std::move(policy), LimitsOf(config.witnesses()),
                                                   {.ledger = parts_.ledger,
                                                    .store = parts_.store,
                                                    .poster = poster_.get(),
                                                    .events = parts_.events,
                                                    .cosigned = cosigned}));
  return witnessing_->Watch();
}

LogPublication::~LogPublication() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
  for (std::thread& asker : askers_) asker.join();
}

absl::StatusOr<std::optional<uint64_t>> LogPublication::Shown(const StoreView& view) const {
  return witnessing_ == nullptr ? NewestPublished(view) : witnessing_->Shown(view);
}

absl::Status LogPublication::MayAccept() const {
  if (witnessing_ != nullptr) RETURN_IF_ERROR(witnessing_->MayAccept());
  return timestamper_ == nullptr ? absl::OkStatus() : timestamper_->MayAccept();
}

absl::StatusOr<v1::LogStanding> LogPublication::Standing() const {
  v1::LogStanding standing;
  ASSIGN_OR_RETURN(const LogHead head, parts_.store->ReadHead(/*gateway=*/""));
  standing.set_size(head.size);
  ASSIGN_OR_RETURN(const auto newest, parts_.store->LastPublished());
  if (newest.has_value()) {
    standing.set_published_checkpoints(newest->number + 1);
    standing.set_published_size(newest->size);
    standing.set_published_us(absl::ToUnixMicros(newest->at));
  }
  if (witnessing_ != nullptr) {
    ASSIGN_OR_RETURN(const WitnessesStanding witnesses, witnessing_->Standing());
    Describe(witnesses, &standing);
  }
  if (timestamper_ != nullptr) {
    ASSIGN_OR_RETURN(const TimestampStanding timestamps, timestamper_->Standing());
    Describe(timestamps, &standing);
  }
  return standing;
}

absl::StatusOr<std::string> LogPublication::Metrics() const {
  ASSIGN_OR_RETURN(const v1::LogStanding standing, Standing());
  MetricsText metrics;
  metrics.Gauge("sluss_published_entries", "Entries below the newest published checkpoint.",
                static_cast<double>(standing.published_size()));
  if (timestamper_ != nullptr) {
    metrics.Gauge("sluss_stamped_entries", "Entries below the checkpoint stamped last.",
                  static_cast<double>(standing.stamped_size()));
    metrics.Gauge("sluss_timestamp_age", "0 in time; 1 late; 2 only duty reports are taken.",
                  standing.timestamp_age() - v1::LOG_AGE_IN_TIME);
  }
  if (witnessing_ == nullptr) return metrics.text();
  metrics.Gauge("sluss_witnessed_entries", "Entries below the newest checkpoint of a quorum.",
                static_cast<double>(standing.witnessed_size()));
  metrics.Gauge("sluss_witness_wait_seconds",
                "How long the oldest published checkpoint has waited for a quorum.",
                static_cast<double>(standing.waiting_seconds()));
  metrics.Gauge("sluss_witness_age", "0 in time; 1 late; 2 only duty reports are taken.",
                standing.witness_age() - v1::LOG_AGE_IN_TIME);
  const auto faults =
      std::count_if(standing.witness().begin(), standing.witness().end(),
                    [](const v1::LogWitness& witness) { return !witness.fault().empty(); });
  metrics.Gauge("sluss_witnesses_failing", "Witnesses whose last answer was no cosignature.",
                static_cast<double>(faults));
  return metrics.text();
}

void LogPublication::AskWitness(size_t witness) {
  MutexLock lock(&mutex_);
  while (!stopping_) {
    mutex_.Unlock();
    witnessing_->Step(witness);
    mutex_.Lock();
    if (!stopping_) changed_.WaitFor(&mutex_, kLook);
  }
}

void LogPublication::AskAuthority() {
  MutexLock lock(&mutex_);
  while (!stopping_) {
    mutex_.Unlock();
    const bool stamped = timestamper_->Step();
    mutex_.Lock();
    stamped_ = stamped_ || stamped;
    if (!stopping_) changed_.WaitFor(&mutex_, kLook);
  }
}

void LogPublication::Tell(const char* what, const absl::Status& status, bool* works) {
  if (status.ok() != *works) {
    parts_.events->Write(absl::StrCat(what, status.ok() ? "-resumed" : "-stopped"),
                         {{"cause", std::string(status.message())}});
  }
  *works = status.ok();
}

void LogPublication::Loop() {
  const auto shown = [this](const StoreView& view) { return Shown(view); };
  bool publishing = true, writing = true, watching = true, stamping = true, changed = true;
  MutexLock lock(&mutex_);
  while (!stopping_) {
    const std::set<uint64_t> cosigned = std::exchange(cosigned_, {});
    changed = changed || std::exchange(stamped_, false);
    mutex_.Unlock();
    const absl::StatusOr<bool> published = publisher_.Publish();
    Tell("publication", published.status(), &publishing);
    changed = changed || !cosigned.empty() || (published.ok() && *published);
    if (directory_ != nullptr && changed) {
      for (const uint64_t number : cosigned) directory_->Cosigned(number);
      const absl::Status written = directory_->Update(*parts_.store, shown);
      Tell("published-directory", written, &writing);
      changed = !written.ok();
    }
    if (witnessing_ != nullptr) Tell("witness-watch", witnessing_->Watch(), &watching);
    if (timestamper_ != nullptr) Tell("timestamp-watch", timestamper_->Watch(), &stamping);
    mutex_.Lock();
    if (!stopping_ && cosigned_.empty()) changed_.WaitFor(&mutex_, kLook);
  }
}

}  // namespace sluss
