#include "gateway/ctl/scan_call.h"

#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "gateway/base/clock.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/enrol.h"
#include "gateway/crypto/scan_requests.h"
#include "gateway/crypto/sha512.h"
#include "gateway/rpc/status.h"

namespace sluss {
namespace {

constexpr std::chrono::seconds kPatience(30);
constexpr std::chrono::seconds kPause(2);

bool MayBeTriedAgain(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

// One call. `told` where a part came: then the next attempt counts anew.
absl::Status ScanOnce(v1::Access::StubInterface* access, const AgencyRing& keys,
                      const ScanCall& call, ScanReader* reader, bool* told) {
  v1::ScanOrder order;
  order.set_officer(call.officer);
  order.set_procedure(call.procedure);
  order.set_from_us(call.from_us);
  order.set_to_us(call.to_us);
  order.set_from_index(reader->next_index());
  order.set_created_us(absl::ToUnixMicros(SystemClock()->Now()));
  ASSIGN_OR_RETURN(
      const v1::SignedScanOrder signed_order,
      SignScanOrder(std::move(order), keys.current().secrets(), keys.current().directory()));
  reader->Begin(std::string(AsStringView(Sha512({signed_order.order()}))));
  grpc::ClientContext context;
  const auto stream = access->Scan(&context, signed_order);
  v1::ScanPart part;
  while (stream->Read(&part)) {
    const absl::Status taken = reader->Take(part);
    if (!taken.ok()) {
      context.TryCancel();
      while (stream->Read(&part)) {
      }
      (void)stream->Finish();
      return taken;
    }
    *told |= part.has_batch();
    call.progress(*reader);
  }
  return FromGrpc(stream->Finish());
}

}  // namespace

absl::StatusOr<std::vector<Nym>> EnrolForReport(v1::Access::StubInterface* access,
                                                const AgencyRing& keys,
                                                const std::vector<CanonicalNumber>& numbers) {
  const AgencySecrets& secrets = keys.current().secrets();
  ASSIGN_OR_RETURN(const EnrolmentBatch batch,
                   EnrolmentBatch::Start(numbers, secrets, keys.current().shared_directory()));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  v1::EnrolResponse response;
  RETURN_IF_ERROR(FromGrpc(access->Enrol(&context, batch.request(), &response)));
  return batch.Finish(response, secrets);
}

absl::Status RunScan(v1::Access::StubInterface* access, const AgencyRing& keys,
                     const ScanCall& call, ScanReader* reader) {
  for (int attempt = 1;; ++attempt) {
    bool told = false;
    const absl::Status status = ScanOnce(access, keys, call, reader, &told);
    if (status.ok()) {
      if (reader->done().has_value()) return absl::OkStatus();
      return absl::DataLossError("the gateway ended the scan before it was whole");
    }
    if (told) attempt = 1;
    if (!MayBeTriedAgain(status) || attempt >= call.attempts) return status;
    call.again(status);
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace sluss
