#include "gateway/crypto/scan_requests.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/ids.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/sha512.h"

namespace sluss {
namespace {

absl::Status Fault(absl::string_view field, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("`", field, "` ", text));
}

absl::Status CheckKeySet(const KeyDirectory& directory, uint32_t key_set) {
  if (key_set == directory.key_set()) return absl::OkStatus();
  return Fault("key_set",
               absl::StrCat("is ", key_set, ", the active one is ", directory.key_set()));
}

absl::StatusOr<v1::ScanOrder> Parse(const v1::SignedScanOrder& signed_order) {
  v1::ScanOrder order;
  if (!order.ParseFromString(signed_order.order())) {
    return absl::InvalidArgumentError("`order` is not a ScanOrder");
  }
  return order;
}

absl::Status CheckAge(const v1::ScanOrder& order, absl::Time now) {
  const absl::Time created = absl::FromUnixMicros(order.created_us());
  if (created > now + kScanOrderSkew) {
    return Fault("created_us", "is in the future: set the clock");
  }
  if (created >= now - kScanOrderLasts) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "`created_us`: the order has lapsed: run the command again, which signs a new one");
}

std::string BatchLayout(const KeyDirectory& directory, const v1::ScanBatchRequest& request) {
  Layout layout("sluss/v1 scan-batch");
  layout.Bytes(directory.digest())
      .U32(request.key_set())
      .Bytes(request.order().order())
      .Bytes(request.order().signature())
      .U32(static_cast<uint32_t>(request.ciphertext_size()));
  for (const std::string& ciphertext : request.ciphertext()) layout.Bytes(ciphertext);
  return layout.Take();
}

}  // namespace

absl::StatusOr<v1::SignedScanOrder> SignScanOrder(v1::ScanOrder order, const AgencySecrets& domain,
                                                  const KeyDirectory& directory) {
  const AgencyEntry* const entry = directory.access_domain();
  if (entry == nullptr || entry->id != domain.agency) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the keys of `", domain.agency.value(),
        "` are not those of the key directory's access domain",
        entry == nullptr ? ", which names none" : absl::StrCat(" `", entry->id.value(), "`")));
  }
  order.set_domain(domain.agency.value());
  order.set_key_set(directory.key_set());
  order.set_directory(std::string(directory.short_name()));
  v1::SignedScanOrder signed_order;
  signed_order.set_order(order.SerializeAsString());
  signed_order.set_signature(domain.signing.Sign(sign_context::kScanOrder, signed_order.order()));
  return signed_order;
}

absl::StatusOr<std::string> DirectoryNamedIn(const v1::SignedScanOrder& signed_order) {
  ASSIGN_OR_RETURN(const v1::ScanOrder order, Parse(signed_order));
  return order.directory();
}

absl::StatusOr<CheckedScanOrder> CheckScanOrder(const v1::SignedScanOrder& signed_order,
                                                const KeyDirectory& directory, absl::Time now) {
  ASSIGN_OR_RETURN(v1::ScanOrder order, Parse(signed_order));
  RETURN_IF_ERROR(CheckDirectoryName(directory, order.directory()));
  RETURN_IF_ERROR(CheckKeySet(directory, order.key_set()));
  const AgencyEntry* const domain = directory.access_domain();
  if (domain == nullptr || domain->id.value() != order.domain()) {
    return Fault("domain", "is not the access domain of the key directory");
  }
  RETURN_IF_ERROR(
      AtField("signature", VerifySignature(domain->signing_public, sign_context::kScanOrder,
                                           signed_order.order(), signed_order.signature())));
  RETURN_IF_ERROR(ParseId16<MessageId>(order.procedure(), "procedure").status());
  if (order.officer().empty()) return Fault("officer", "is missing");
  if (order.from_us() >= order.to_us()) return Fault("to_us", "is not after `from_us`");
  RETURN_IF_ERROR(CheckAge(order, now));
  return CheckedScanOrder{std::move(order),
                          std::string(AsStringView(Sha512({signed_order.order()})))};
}

void SignScanBatch(const SigningKey& gateway, const KeyDirectory& directory,
                   v1::ScanBatchRequest* request) {
  request->set_key_set(directory.key_set());
  request->set_directory(std::string(directory.short_name()));
  request->set_gateway_signature(
      gateway.Sign(sign_context::kScanBatch, BatchLayout(directory, *request)));
}

absl::StatusOr<std::vector<MaybeCiphertext>> CheckScanBatch(const KeyDirectory& directory,
                                                            const v1::ScanBatchRequest& request) {
  return CheckScanBatch(directory, request, directory);
}

absl::StatusOr<std::vector<MaybeCiphertext>> CheckScanBatch(const KeyDirectory& directory,
                                                            const v1::ScanBatchRequest& request,
                                                            const KeyDirectory& signed_under) {
  RETURN_IF_ERROR(CheckDirectoryName(directory, request.directory()));
  RETURN_IF_ERROR(CheckKeySet(directory, request.key_set()));
  const size_t size = request.ciphertext_size();
  if (size == 0 || size > kMaxScanBatch) {
    return Fault("ciphertext",
                 absl::StrCat("has ", size, " values, 1 to ", kMaxScanBatch, " are taken"));
  }
  RETURN_IF_ERROR(
      AtField("gateway_signature",
              VerifySignature(signed_under.gateway().signing_public, sign_context::kScanBatch,
                              BatchLayout(directory, request), request.gateway_signature())));
  std::vector<MaybeCiphertext> ciphertexts;
  ciphertexts.reserve(size);
  for (const std::string& bytes : request.ciphertext()) {
    ASSIGN_OR_RETURN(NymCiphertext one, AtField("ciphertext", NymCiphertext::Decode(bytes)));
    ciphertexts.emplace_back(std::move(one));
  }
  return ciphertexts;
}

}  // namespace sluss
