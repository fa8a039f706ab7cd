#include "gateway/crypto/keyholder_requests.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/layout.h"

namespace sluss {
namespace {

std::string TransformLayout(const KeyDirectory& directory, const v1::TransformRequest& request) {
  Layout layout("sluss/v1 transform");
  layout.Bytes(directory.digest())
      .U32(request.key_set())
      .U32(static_cast<uint32_t>(request.item_size()));
  for (const v1::TransformItem& item : request.item()) {
    layout.Bytes(item.message_id())
        .Bytes(item.sender())
        .Bytes(item.recipient())
        .Bytes(item.ciphertext());
  }
  return layout.Take();
}

std::string PeelLayout(const KeyDirectory& directory, const v1::PeelRequest& request) {
  return Layout("sluss/v1 peel")
      .Bytes(directory.digest())
      .U32(request.key_set())
      .Bytes(request.message_id())
      .Bytes(request.recipient())
      .Bytes(request.enc())
      .Bytes(request.ciphertext())
      .Take();
}

absl::Status CheckKeySet(const KeyDirectory& directory, uint32_t key_set) {
  if (key_set == directory.key_set()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`key_set` is ", key_set, ", the active one is ", directory.key_set()));
}

absl::Status CheckGatewaySignature(const KeyDirectory& directory, absl::string_view context,
                                   absl::string_view bytes, absl::string_view signature) {
  return AtField("gateway_signature",
                 VerifySignature(directory.gateway().signing_public, context, bytes, signature));
}

}  // namespace

void SignTransformRequest(const SigningKey& gateway, const KeyDirectory& directory,
                          v1::TransformRequest* request) {
  request->set_directory(std::string(directory.short_name()));
  request->set_gateway_signature(
      gateway.Sign(sign_context::kTransform, TransformLayout(directory, *request)));
}

void SignPeelRequest(const SigningKey& gateway, const KeyDirectory& directory,
                     v1::PeelRequest* request) {
  request->set_directory(std::string(directory.short_name()));
  request->set_gateway_signature(
      gateway.Sign(sign_context::kPeel, PeelLayout(directory, *request)));
}

absl::Status CheckTransformRequest(const KeyDirectory& directory,
                                   const v1::TransformRequest& request) {
  RETURN_IF_ERROR(CheckDirectoryName(directory, request.directory()));
  RETURN_IF_ERROR(CheckKeySet(directory, request.key_set()));
  const size_t size = request.item_size();
  if (size == 0 || size > kMaxTransformBatch) {
    return absl::InvalidArgumentError(
        absl::StrCat("`item`: a batch has 1 to ", kMaxTransformBatch, " items, not ", size));
  }
  return CheckGatewaySignature(directory, sign_context::kTransform,
                               TransformLayout(directory, request), request.gateway_signature());
}

absl::Status CheckPeelRequest(const KeyDirectory& directory, const v1::PeelRequest& request) {
  RETURN_IF_ERROR(CheckDirectoryName(directory, request.directory()));
  RETURN_IF_ERROR(CheckKeySet(directory, request.key_set()));
  return CheckGatewaySignature(directory, sign_context::kPeel, PeelLayout(directory, request),
                               request.gateway_signature());
}

}  // namespace sluss
