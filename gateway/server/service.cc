#include "gateway/server/service.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/rpc/authenticate.h"
#include "gateway/rpc/status.h"

namespace sluss {
namespace {

constexpr absl::string_view kOfficerRole = "officer/";

// How long a held stream sleeps before it looks whether its peer is still there.
constexpr std::chrono::milliseconds kStreamPatience(500);

// Whether an envelope says that it is a duty report. Unverified: used only to not hold it back, and
// what is gained by lying is a place in the queue of the agency's own certificate.
bool ClaimsDuty(const v1::Envelope& envelope) {
  v1::Manifest manifest;
  v1::Header header;
  return manifest.ParseFromString(envelope.manifest()) &&
         header.ParseFromString(manifest.header()) && header.purpose() == "PROTECTION";
}

template <typename Response>
grpc::Status Finish(absl::StatusOr<Response> answer, Response* response) {
  if (!answer.ok()) return ToGrpc(answer.status());
  *response = *std::move(answer);
  return grpc::Status::OK;
}

}  // namespace

GatewayService::GatewayService(const ServiceParts& parts, const v1::GatewayConfig& config)
    : parts_(parts),
      agencies_(config.agency().begin(), config.agency().end()),
      max_streams_(config.limits().max_streams_per_agency()),
      clock_skew_(absl::Seconds(config.limits().clock_skew_seconds())),
      limiter_(config.limits().requests_per_second(), parts.clock) {}

absl::StatusOr<AgencyId> GatewayService::Caller(const grpc::ServerContext& context) const {
  ASSIGN_OR_RETURN(const Peer peer, Authenticate(context, *parts_.verifier));
  if (peer.kind != PeerKind::kAgency || agencies_.count(peer.name) == 0) {
    return absl::PermissionDeniedError(
        absl::StrCat("`", peer.name, "` is not an agency of this gateway: ask its administrator"));
  }
  return AgencyId(peer.name);
}

std::string GatewayService::Official(const grpc::ServerContext& context) const {
  const absl::StatusOr<Peer> peer = Authenticate(context, *parts_.verifier);
  const bool officer =
      peer.ok() && peer->kind == PeerKind::kRole && absl::StartsWith(peer->name, kOfficerRole);
  return officer ? peer->name : "";
}

absl::StatusOr<AgencyId> GatewayService::Admit(const grpc::ServerContext& context, bool duty) {
  ASSIGN_OR_RETURN(AgencyId caller, Caller(context));
  if (!duty) RETURN_IF_ERROR(limiter_.Take(caller));
  return caller;
}

absl::Status GatewayService::CheckClock(const v1::SubmitRequest& request) const {
  const absl::Duration off = absl::FromUnixMicros(request.sent_us()) - parts_.clock->Now();
  if (off <= clock_skew_ && off >= -clock_skew_) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("`sent_us` is ", absl::FormatDuration(absl::Trunc(off, absl::Seconds(1))),
                   " from the gateway's clock: set the clock of the sending machine"));
}

grpc::Status GatewayService::Answer(const AgencyId& caller,
                                    absl::StatusOr<v1::SubmitResponse> answer,
                                    v1::SubmitResponse* response) {
  if (!answer.ok()) {
    parts_.events->Write("refused", {{"agency", caller.value()},
                                     {"code", absl::StatusCodeToString(answer.status().code())}});
    return ToGrpc(answer.status());
  }
  *response = *std::move(answer);
  const v1::Decision& decision = response->decision();
  parts_.events->Write("decided", {{"agency", caller.value()},
                                   {"verdict", v1::Verdict_Name(decision.verdict())},
                                   {"reason", decision.reason_code()},
                                   {"entry", response->receipt().index()},
                                   {"duplicate", response->duplicate()}});
  return grpc::Status::OK;
}

grpc::Status GatewayService::Submit(grpc::ServerContext* context, const v1::SubmitRequest* request,
                                    v1::SubmitResponse* response) {
  const bool duty = ClaimsDuty(request->envelope());
  const auto caller = Admit(*context, duty);
  if (!caller.ok()) return ToGrpc(caller.status());
  if (absl::Status accepts = parts_.may_accept(); !duty && !accepts.ok()) {
    return Answer(*caller, std::move(accepts), response);
  }
  if (absl::Status clock = CheckClock(*request); !clock.ok()) return ToGrpc(clock);
  return Answer(*caller, parts_.exchange->Submit(*caller, request->envelope()), response);
}

grpc::Status GatewayService::Feedback(grpc::ServerContext* context,
                                      const v1::SubmitRequest* request,
                                      v1::SubmitResponse* response) {
  const auto caller = Admit(*context);
  if (!caller.ok()) return ToGrpc(caller.status());
  if (absl::Status accepts = parts_.may_accept(); !accepts.ok()) {
    return Answer(*caller, std::move(accepts), response);
  }
  if (absl::Status clock = CheckClock(*request); !clock.ok()) return ToGrpc(clock);
  return Answer(*caller, parts_.exchange->Feedback(*caller, request->envelope()), response);
}

grpc::Status GatewayService::Preflight(grpc::ServerContext* context,
                                       const v1::PreflightRequest* request,
                                       v1::PreflightResponse* response) {
  const auto caller = Admit(*context);
  if (!caller.ok()) return ToGrpc(caller.status());
  return Finish(parts_.exchange->Preflight(*caller, *request), response);
}

// Held streams take a thread each, so an agency may hold only so many.
class GatewayService::StreamSlot {
 public:
  static absl::StatusOr<std::unique_ptr<StreamSlot>> Take(GatewayService* service,
                                                          const AgencyId& agency) {
    MutexLock lock(&service->mutex_);
    uint32_t& open = service->open_streams_[agency];
    if (open >= service->max_streams_) {
      return absl::ResourceExhaustedError(absl::StrCat("this agency already holds ", open,
                                                       " streams: end one before opening another"));
    }
    ++open;
    return std::make_unique<StreamSlot>(service, agency);
  }
  StreamSlot(GatewayService* service, AgencyId agency)
      : service_(service), agency_(std::move(agency)) {}
  ~StreamSlot() {
    MutexLock lock(&service_->mutex_);
    --service_->open_streams_[agency_];
  }

 private:
  GatewayService* const service_;
  const AgencyId agency_;
};

absl::Status GatewayService::Deliver(const AgencyId& caller, grpc::ServerContext* context,
                                     const v1::FetchRequest& request,
                                     grpc::ServerWriter<v1::Delivery>* writer) {
  ASSIGN_OR_RETURN(const auto slot, StreamSlot::Take(this, caller));
  const StreamRegistry::Handle watched = parts_.streams->Register(context);
  ASSIGN_OR_RETURN(const auto stream, parts_.exchange->Fetch(caller, request.window()));
  while (!context->IsCancelled()) {
    ASSIGN_OR_RETURN(const std::optional<v1::Delivery> next, stream->Next(kStreamPatience));
    if (!next) continue;
    // Not only at the opening: a certificate revoked a moment ago gets nothing more.
    RETURN_IF_ERROR(Caller(*context).status());
    if (!writer->Write(*next)) break;
  }
  return absl::CancelledError("the stream was ended");
}

grpc::Status GatewayService::Fetch(grpc::ServerContext* context, const v1::FetchRequest* request,
                                   grpc::ServerWriter<v1::Delivery>* writer) {
  const auto caller = Admit(*context);
  if (!caller.ok()) return ToGrpc(caller.status());
  parts_.events->Write("stream-opened", {{"agency", caller->value()}});
  const absl::Status ended = Deliver(*caller, context, *request, writer);
  parts_.events->Write("stream-closed", {{"agency", caller->value()},
                                         {"code", absl::StatusCodeToString(ended.code())}});
  return ToGrpc(ended);
}

grpc::Status GatewayService::Acknowledge(grpc::ServerContext* context,
                                         const v1::AcknowledgeRequest* request,
                                         v1::AcknowledgeResponse* response) {
  const auto caller = Caller(*context);
  if (!caller.ok()) return ToGrpc(caller.status());
  return Finish(parts_.exchange->Acknowledge(*caller, *request), response);
}

grpc::Status GatewayService::Withdraw(grpc::ServerContext* context,
                                      const v1::WithdrawRequest* request,
                                      v1::WithdrawResponse* response) {
  // Never held back: what is queued must stop at once.
  if (const std::string official = Official(*context); !official.empty()) {
    return Finish(parts_.exchange->WithdrawAsOfficial(official, *request), response);
  }
  const auto caller = Caller(*context);
  if (!caller.ok()) return ToGrpc(caller.status());
  return Finish(parts_.exchange->Withdraw(*caller, *request), response);
}

grpc::Status GatewayService::RegisterConsent(grpc::ServerContext* context,
                                             const v1::RegisterConsentRequest* request,
                                             v1::RegisterConsentResponse* response) {
  const auto caller = Admit(*context);
  if (!caller.ok()) return ToGrpc(caller.status());
  return Finish(parts_.exchange->RegisterConsent(*caller, *request), response);
}

grpc::Status GatewayService::DecideConsent(grpc::ServerContext* context,
                                           const v1::DecideConsentRequest* request,
                                           v1::DecideConsentResponse* response) {
  const std::string official = Official(*context);
  if (official.empty()) {
    return ToGrpc(absl::PermissionDeniedError(
        "which of two consents stands is decided by an officer, with a certificate "
        "sluss://role/officer/NAME"));
  }
  return Finish(parts_.exchange->DecideConsent(official, *request), response);
}

grpc::Status GatewayService::GetConsent(grpc::ServerContext* context,
                                        const v1::GetConsentRequest* request,
                                        v1::GetConsentResponse* response) {
  if (!Official(*context).empty()) {
    return Finish(parts_.exchange->GetConsent(AgencyId(), *request), response);
  }
  const auto caller = Admit(*context);
  if (!caller.ok()) return ToGrpc(caller.status());
  return Finish(parts_.exchange->GetConsent(*caller, *request), response);
}

grpc::Status GatewayService::GetStatus(grpc::ServerContext* context,
                                       const v1::GetStatusRequest* request,
                                       v1::GetStatusResponse* response) {
  const auto peer = Authenticate(*context, *parts_.verifier);
  if (!peer.ok()) return ToGrpc(peer.status());
  if (peer->kind == PeerKind::kRole && request->message_id().empty()) {
    return Finish(parts_.exchange->GetStatus(AgencyId(), *request), response);
  }
  const auto caller = Admit(*context);
  if (!caller.ok()) return ToGrpc(caller.status());
  return Finish(parts_.exchange->GetStatus(*caller, *request), response);
}

grpc::Status GatewayService::Enrol(grpc::ServerContext* context, const v1::EnrolRequest* request,
                                   v1::EnrolResponse* response) {
  const auto caller = Admit(*context);
  if (!caller.ok()) return ToGrpc(caller.status());
  return Finish(parts_.exchange->Enrol(*caller, *request), response);
}

grpc::Status GatewayService::EnrolOfficers(grpc::ServerContext* context,
                                           const v1::EnrolOfficersRequest* request,
                                           v1::EnrolOfficersResponse* response) {
  // Never held back: who is struck off must not attest a moment longer.
  const auto caller = Caller(*context);
  if (!caller.ok()) return ToGrpc(caller.status());
  return Finish(parts_.exchange->EnrolOfficers(*caller, *request), response);
}

grpc::Status GatewayService::Reidentify(grpc::ServerContext* context,
                                        const v1::ReidentifyRequest* request,
                                        v1::ReidentifyResponse* response) {
  const auto caller = Admit(*context);
  if (!caller.ok()) return ToGrpc(caller.status());
  if (absl::Status accepts = parts_.may_accept(); !accepts.ok()) return ToGrpc(accepts);
  absl::StatusOr<v1::ReidentifyResponse> answer = parts_.exchange->Reidentify(*caller, *request);
  if (answer.ok()) {
    parts_.events->Write("reidentification",
                         {{"agency", caller->value()},
                          {"verdict", v1::Verdict_Name(answer->decision().verdict())},
                          {"reason", answer->decision().reason_code()},
                          {"entry", answer->receipt().index()},
                          {"fault", answer->fault()},
                          {"repeated", answer->repeated()}});
  }
  return Finish(std::move(answer), response);
}

grpc::Status GatewayService::ReportReidentification(
    grpc::ServerContext* context, const v1::ReportReidentificationRequest* request,
    v1::ReportReidentificationResponse* response) {
  const auto caller = Admit(*context);
  if (!caller.ok()) return ToGrpc(caller.status());
  absl::StatusOr<v1::ReportReidentificationResponse> answer =
      parts_.exchange->ReportReidentification(*caller, *request);
  if (answer.ok()) {  // whatever is not a match is for the officers to look into
    parts_.events->Write("reidentification-report", {{"agency", caller->value()},
                                                     {"outcome", request->outcome()},
                                                     {"entry", answer->receipt().index()}});
  }
  return Finish(std::move(answer), response);
}

grpc::Status GatewayService::GetKeyDirectory(grpc::ServerContext* context,
                                             const v1::GetKeyDirectoryRequest* request,
                                             v1::KeyDirectory* response) {
  const auto caller = Admit(*context);
  if (!caller.ok()) return ToGrpc(caller.status());
  *response = parts_.directory->proto();
  return grpc::Status::OK;
}

}  // namespace sluss
