#include "gateway/keyholder/key_holder.h"

#include <atomic>
#include <functional>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/enrol.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/keyholder_requests.h"
#include "gateway/crypto/scan_requests.h"

namespace sluss {
namespace {

constexpr int kDaysShown = 31;

absl::string_view Unit(Oracle oracle) {
  switch (oracle) {
    case Oracle::kEvaluate:
      return "evaluations";
    case Oracle::kTransform:
      return "transforms";
    case Oracle::kPeel:
      return "peels";
    case Oracle::kScan:
      return "scanned entries";
  }
  return "";
}

// Calls work(i) once for each i below `size`, on this thread and one more.
void ForEachOnTwoThreads(size_t size, const std::function<void(size_t)>& work) {
  std::atomic<size_t> next = 0;
  const auto run = [&] {
    for (size_t i = next++; i < size; i = next++) work(i);
  };
  const std::jthread second = size > 1 ? std::jthread(run) : std::jthread();
  run();
}

// What of an item can be told before anything is computed; empty where it is sound.
std::string FaultOf(const v1::TransformItem& item, const DirectoryRing& keys,
                    const KeyDirectory& directory) {
  const AgencyId recipient(item.recipient());
  if (keys.KeysOf(recipient).empty() || directory.FindAgency(recipient) == nullptr) {
    return "recipient";
  }
  if (!ParseId16<MessageId>(item.message_id(), "message_id").ok()) return "message_id";
  if (!NymCiphertext::Decode(item.ciphertext()).ok()) return "ciphertext";
  return "";
}

}  // namespace

absl::StatusOr<uint64_t> KeyHolder::TakeWhole(Oracle oracle, uint64_t limit, const AgencyId& agency,
                                              uint64_t units) {
  ASSIGN_OR_RETURN(const auto grants, counters_->Take(oracle, SwedishDay(clock_->Now()), limit,
                                                      {{agency, units}}, /*whole=*/true));
  const Grant& grant = grants.at(agency);
  if (grant.granted == units) return grant.remaining;
  return absl::ResourceExhaustedError(
      absl::StrCat("`", agency.value(), "` has ", grant.remaining, " of ", limit, " ", Unit(oracle),
                   " left today and asked for ", units, "; try again tomorrow"));
}

absl::StatusOr<v1::EvaluateResponse> KeyHolder::Evaluate(const v1::EvaluateRequest& request) {
  ASSIGN_OR_RETURN(const Holder* const holder, keys_->Find(request.directory()));
  RETURN_IF_ERROR(keys_->directories().RequireAgency(request.agency(), "agency"));
  ASSIGN_OR_RETURN(const CheckedEvaluation checked,
                   CheckEvaluateRequest(holder->directory(), request));
  ASSIGN_OR_RETURN(const uint64_t remaining, TakeWhole(Oracle::kEvaluate, budgets_.evaluations,
                                                       checked.agency, checked.elements.size()));
  ASSIGN_OR_RETURN(v1::EvaluateResponse response, EvaluateAtKeyholder(*holder, checked));
  response.set_remaining(remaining);
  return response;
}

absl::StatusOr<v1::TransformResponse> KeyHolder::Transform(const v1::TransformRequest& request) {
  ASSIGN_OR_RETURN(const Holder* const holder, keys_->Find(request.directory()));
  RETURN_IF_ERROR(CheckTransformRequest(holder->directory(), request));
  v1::TransformResponse response;
  std::map<AgencyId, uint64_t> wanted;
  for (const v1::TransformItem& item : request.item()) {
    v1::TransformResult* result = response.add_result();
    result->set_message_id(item.message_id());
    result->set_error(FaultOf(item, keys_->directories(), holder->directory()));
    if (result->error().empty()) ++wanted[AgencyId(item.recipient())];
  }
  ASSIGN_OR_RETURN(auto grants, counters_->Take(Oracle::kTransform, SwedishDay(clock_->Now()),
                                                budgets_.transforms, wanted, /*whole=*/false));
  std::vector<int> granted;
  for (int i = 0; i < request.item_size(); ++i) {
    v1::TransformResult* result = response.mutable_result(i);
    if (!result->error().empty()) continue;
    uint64_t& left = grants[AgencyId(request.item(i).recipient())].granted;
    if (left == 0) {
      result->set_error("budget");
      continue;
    }
    --left;
    granted.push_back(i);
  }
  ForEachOnTwoThreads(granted.size(), [&](size_t i) {
    const v1::TransformItem& item = request.item(granted[i]);
    v1::TransformResult* result = response.mutable_result(granted[i]);
    absl::StatusOr<v1::Hop> hop =
        holder->Hop(AgencyId(item.recipient()), item.message_id(), item.ciphertext());
    if (hop.ok()) {
      *result->mutable_hop() = *std::move(hop);
    } else {
      result->set_error("ciphertext");
    }
  });
  return response;
}

absl::StatusOr<v1::PeelResponse> KeyHolder::Peel(const v1::PeelRequest& request) {
  ASSIGN_OR_RETURN(const Holder* const holder, keys_->Find(request.directory()));
  RETURN_IF_ERROR(CheckPeelRequest(holder->directory(), request));
  RETURN_IF_ERROR(keys_->directories().RequireAgency(request.recipient(), "recipient"));
  const AgencyId recipient(request.recipient());
  RETURN_IF_ERROR(TakeWhole(Oracle::kPeel, budgets_.peels, recipient, /*units=*/1).status());
  v1::PeelResponse response;
  ASSIGN_OR_RETURN(*response.mutable_inner(), holder->Peel(request));
  return response;
}

absl::StatusOr<v1::ScanBatchResponse> KeyHolder::TransformScan(
    const v1::ScanBatchRequest& request) {
  ASSIGN_OR_RETURN(const std::string signed_under,
                   AtField("order", DirectoryNamedIn(request.order())));
  ASSIGN_OR_RETURN(const KeyDirectory* const signers,
                   AtField("order", keys_->directories().Find(signed_under)));
  ASSIGN_OR_RETURN(const CheckedScanOrder order,
                   AtField("order", CheckScanOrder(request.order(), *signers, clock_->Now())));
  RETURN_IF_ERROR(keys_->directories().RequireAgency(order.order.domain(), "domain"));
  ASSIGN_OR_RETURN(const std::vector<MaybeCiphertext> before, scan_keys_.Check(request));
  ASSIGN_OR_RETURN(
      const uint64_t remaining,
      TakeWhole(Oracle::kScan, budgets_.scans, AgencyId(order.order.domain()), before.size()));
  ASSIGN_OR_RETURN(ScanHop hop, scan_keys_.Hop(request.directory(), order.digest, before));
  v1::ScanBatchResponse response;
  for (const MaybeCiphertext& one : hop.after) {
    response.add_ciphertext(one.has_value() ? one->Encode() : "");
  }
  response.set_proof(std::move(hop.proof));
  response.set_remaining(remaining);
  return response;
}

absl::StatusOr<v1::GetCountersResponse> KeyHolder::GetCounters() const {
  ASSIGN_OR_RETURN(const std::vector<Use> uses,
                   counters_->Since(SwedishDay(clock_->Now()) - kDaysShown));
  v1::GetCountersResponse response;
  v1::AgencyCount* count = nullptr;
  for (const Use& use : uses) {
    const std::string day = absl::FormatCivilTime(use.day);
    if (count == nullptr || count->day() != day || count->agency() != use.agency.value()) {
      count = response.add_count();
      count->set_day(day);
      count->set_agency(use.agency.value());
    }
    switch (use.oracle) {
      case Oracle::kEvaluate:
        count->set_evaluated(use.used);
        break;
      case Oracle::kTransform:
        count->set_transformed(use.used);
        break;
      case Oracle::kPeel:
        count->set_peeled(use.used);
        break;
      case Oracle::kScan:
        count->set_scanned(use.used);
        break;
    }
  }
  return response;
}

}  // namespace sluss
