// A whole gateway in one object: the parts are made and joined here and nowhere else.
#ifndef SLUSS_GATEWAY_SERVER_GATEWAY_H_
#define SLUSS_GATEWAY_SERVER_GATEWAY_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "gateway/access/access_desk.h"
#include "gateway/base/clock.h"
#include "gateway/base/event_log.h"
#include "gateway/base/mutex.h"
#include "gateway/exchange/exchange.h"
#include "gateway/exports/bundle_export.h"
#include "gateway/openings/erasures.h"
#include "gateway/openings/stored_openings.h"
#include "gateway/openings/vault.h"
#include "gateway/policies/active_policy.h"
#include "gateway/policies/policy_life.h"
#include "gateway/rpc/peer_verifier.h"
#include "gateway/rpc/server.h"
#include "gateway/rpc/stream_registry.h"
#include "gateway/server/access_holder_link.h"
#include "gateway/server/access_service.h"
#include "gateway/server/export_service.h"
#include "gateway/server/key_holder_link.h"
#include "gateway/server/log_publication.h"
#include "gateway/server/log_service.h"
#include "gateway/server/openings_service.h"
#include "gateway/server/oversight.h"
#include "gateway/server/policy_service.h"
#include "gateway/server/service.h"
#include "proto/config.pb.h"

namespace sluss {

// Serves from its creation until Stop. Thread-safe.
class Gateway {
 public:
  // `config` comes from LoadGatewayConfig. `clock` and `events` must outlive the gateway. Every
  // fault is named with its cure and nothing listens when there is one.
  static absl::StatusOr<std::unique_ptr<Gateway>> Start(const v1::GatewayConfig& config,
                                                        const Clock* clock, EventLog* events);
  ~Gateway();

  const std::string& address() const { return server_->address(); }

  // Ends streams, lets running calls end for at most `patience`, finishes what the ledger holds.
  // Nothing that was answered is lost, nothing that was not is kept back. May be called again.
  void Stop(absl::Duration patience);

 private:
  Gateway(const v1::GatewayConfig& config, const Clock* clock, EventLog* events);

  absl::Status Join();
  // Empty where this gateway has the store to itself.
  Ledger::Hear Listening();
  // What this gateway does about an entry of another that shares the store.
  absl::Status Hear(const v1::AuditLeaf& leaf, const StoreView& view);
  // Where the keys of openings lie, and what an earlier program left unsealed.
  absl::Status OpenVault();
  // Erases again what the journal says, before anybody is served.
  absl::Status BeginErasures();
  // The version in force: the stored one, or that of the files where nothing is stored yet. Says in
  // the event log where the files are not what is in force.
  absl::Status ChoosePolicies();
  // What time does by itself, every few seconds, in a thread of its own.
  void Tick();
  absl::Status ActivateDuePolicy();
  absl::Status WriteMetrics();
  // Says once when the machine's clock was set back.
  void TellOfClock();

  const v1::GatewayConfig config_;
  const Clock* const clock_;
  EventLog* const events_;

  // In the order of their making; each outlives what is below it.
  std::unique_ptr<const HolderRing> keys_;
  ScanArchive archive_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<MonthKeys> month_keys_;
  std::unique_ptr<OpeningVault> vault_;
  std::unique_ptr<StoredOpenings> openings_;
  std::unique_ptr<ErasureJournal> journal_;
  std::unique_ptr<ActivePolicy> policies_;
  std::unique_ptr<KeyHolderLink> key_holder_;
  std::unique_ptr<Exchange> exchange_;
  std::unique_ptr<Erasures> erasures_;
  std::unique_ptr<AccessHolderLink> access_holder_;
  std::unique_ptr<AccessDesk> access_desk_;
  std::unique_ptr<PolicyLife> life_;
  std::unique_ptr<LogPublication> publication_;
  std::unique_ptr<PeerVerifier> verifier_;
  std::unique_ptr<StreamRegistry> streams_;
  std::unique_ptr<GatewayService> service_;
  std::unique_ptr<PolicyService> policy_service_;
  std::unique_ptr<LogService> log_service_;
  std::unique_ptr<const BundleExport> bundle_export_;
  std::unique_ptr<ExportService> export_service_;
  std::unique_ptr<OversightDesk> oversight_;
  std::unique_ptr<OpeningsService> openings_service_;
  std::unique_ptr<AccessService> access_service_;
  std::unique_ptr<RpcServer> server_;

  Mutex mutex_;
  CondVar stopped_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool told_set_back_ = false;  // of the ticker
  std::thread ticker_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_SERVER_GATEWAY_H_
