#include "gateway/crypto/enrol.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/crypto/layout.h"
#include "gateway/crypto/oprf.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/sign.h"

namespace sluss {
namespace {

constexpr size_t kNonceSize = 16;

using Elements = google::protobuf::RepeatedPtrField<std::string>;

void AppendElements(const Elements& elements, Layout& layout) {
  layout.U32(static_cast<uint32_t>(elements.size()));
  for (const std::string& element : elements) layout.Bytes(element);
}

// What the agency signs.
std::string EnrolLayout(const KeyDirectory& directory, absl::string_view agency,
                        absl::string_view nonce, const Elements& blinded) {
  Layout layout("sluss/v1 enrol");
  layout.Bytes(directory.digest()).Bytes(agency).U32(directory.key_set()).Bytes(nonce);
  AppendElements(blinded, layout);
  return layout.Take();
}

// What the gateway signs: the agency's signed request with what it made of it.
std::string EvaluateLayout(const KeyDirectory& directory, const v1::EvaluateRequest& request) {
  Layout layout("sluss/v1 evaluate");
  layout.Bytes(EnrolLayout(directory, request.agency(), request.nonce(), request.blinded()))
      .Bytes(request.agency_signature());
  AppendElements(request.gateway_element(), layout);
  return layout.Bytes(request.gateway_proof()).Take();
}

absl::Status CheckBatchSize(size_t size) {
  if (size > 0 && size <= kMaxEnrolBatch) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a batch has 1 to ", kMaxEnrolBatch, " elements, not ", size));
}

absl::StatusOr<std::vector<Point>> DecodeElements(const Elements& elements,
                                                  absl::string_view field) {
  RETURN_IF_ERROR(AtField(field, CheckBatchSize(elements.size())));
  std::vector<Point> points;
  points.reserve(elements.size());
  for (const std::string& element : elements) {
    absl::StatusOr<Point> point = Point::Decode(element);
    if (!point.ok()) return AtField(absl::StrCat(field, " ", points.size()), point.status());
    points.push_back(*std::move(point));
  }
  return points;
}

void EncodeElements(const std::vector<Point>& points, Elements* elements) {
  for (const Point& point : points) *elements->Add() = std::string(point.encoded());
}

absl::Status CheckRequest(const KeyDirectory& directory, absl::string_view named, uint32_t key_set,
                          absl::string_view nonce) {
  RETURN_IF_ERROR(CheckDirectoryName(directory, named));
  if (key_set != directory.key_set()) {
    return absl::InvalidArgumentError(
        absl::StrCat("`key_set` is ", key_set, ", the active one is ", directory.key_set()));
  }
  if (nonce.size() == kNonceSize) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("`nonce` must be ", kNonceSize, " bytes, not ", nonce.size()));
}

}  // namespace

EnrolmentBatch::EnrolmentBatch(v1::EnrolRequest request, std::vector<Scalar> blinds,
                               std::vector<Point> blinded,
                               std::shared_ptr<const KeyDirectory> directory)
    : request_(std::move(request)),
      blinds_(std::move(blinds)),
      blinded_(std::move(blinded)),
      directory_(std::move(directory)) {}

absl::StatusOr<EnrolmentBatch> EnrolmentBatch::Start(
    const std::vector<CanonicalNumber>& numbers, const AgencySecrets& secrets,
    std::shared_ptr<const KeyDirectory> directory) {
  RETURN_IF_ERROR(CheckBatchSize(numbers.size()));
  std::vector<Scalar> blinds;
  std::vector<Point> blinded;
  blinds.reserve(numbers.size());
  blinded.reserve(numbers.size());
  for (const CanonicalNumber& number : numbers) {
    blinds.push_back(Scalar::Random());
    ASSIGN_OR_RETURN(const Point element, NumberElement(number));
    ASSIGN_OR_RETURN(Point point, Multiply(blinds.back(), element));
    blinded.push_back(std::move(point));
  }
  v1::EnrolRequest request;
  request.set_key_set(directory->key_set());
  request.set_directory(std::string(directory->short_name()));
  request.set_nonce(RandomBytes(kNonceSize));
  EncodeElements(blinded, request.mutable_blinded());
  request.set_signature(secrets.signing.Sign(
      sign_context::kEnrol,
      EnrolLayout(*directory, secrets.agency.value(), request.nonce(), request.blinded())));
  return EnrolmentBatch(std::move(request), std::move(blinds), std::move(blinded),
                        std::move(directory));
}

absl::StatusOr<std::vector<Nym>> EnrolmentBatch::Finish(const v1::EnrolResponse& response,
                                                        const AgencySecrets& secrets) const {
  ASSIGN_OR_RETURN(const AgencyEntry* const own,
                   directory_->RequireAgency(secrets.agency.value(), "agency"));
  ASSIGN_OR_RETURN(const std::vector<Point> by_gateway,
                   DecodeElements(response.gateway_element(), "gateway_element"));
  RETURN_IF_ERROR(AtField("gateway_proof", VoprfVerify(own->gateway_share, blinded_, by_gateway,
                                                       response.gateway_proof())));
  ASSIGN_OR_RETURN(const std::vector<Point> by_both,
                   DecodeElements(response.keyholder_element(), "keyholder_element"));
  RETURN_IF_ERROR(AtField("keyholder_proof", VoprfVerify(own->keyholder_share, by_gateway, by_both,
                                                         response.keyholder_proof())));
  std::vector<Nym> nyms;
  nyms.reserve(by_both.size());
  for (size_t i = 0; i < by_both.size(); ++i) {
    ASSIGN_OR_RETURN(const Point element, OprfUnblind(blinds_[i], by_both[i]));
    nyms.push_back(CloseNym(secrets, element));
  }
  return nyms;
}

absl::StatusOr<v1::EvaluateRequest> EvaluateAtGateway(const Holder& gateway, const AgencyId& agency,
                                                      const v1::EnrolRequest& request) {
  const KeyDirectory& directory = gateway.directory();
  ASSIGN_OR_RETURN(const AgencyEntry* const entry,
                   directory.RequireAgency(agency.value(), "agency"));
  RETURN_IF_ERROR(CheckRequest(directory, request.directory(), request.key_set(), request.nonce()));
  RETURN_IF_ERROR(AtField(
      "signature",
      VerifySignature(entry->signing_public, sign_context::kEnrol,
                      EnrolLayout(directory, agency.value(), request.nonce(), request.blinded()),
                      request.signature())));
  ASSIGN_OR_RETURN(const std::vector<Point> blinded, DecodeElements(request.blinded(), "blinded"));
  ASSIGN_OR_RETURN(OprfEvaluation evaluation, gateway.Evaluate(agency, blinded));
  v1::EvaluateRequest next;
  next.set_agency(agency.value());
  next.set_key_set(request.key_set());
  *next.mutable_blinded() = request.blinded();
  next.set_agency_signature(request.signature());
  next.set_nonce(request.nonce());
  EncodeElements(evaluation.elements, next.mutable_gateway_element());
  next.set_gateway_proof(std::move(evaluation.proof));
  SignEvaluateRequest(gateway.signing(), directory, &next);
  return next;
}

void SignEvaluateRequest(const SigningKey& gateway, const KeyDirectory& directory,
                         v1::EvaluateRequest* request) {
  request->set_directory(std::string(directory.short_name()));
  request->set_gateway_signature(
      gateway.Sign(sign_context::kEvaluate, EvaluateLayout(directory, *request)));
}

absl::StatusOr<CheckedEvaluation> CheckEvaluateRequest(const KeyDirectory& directory,
                                                       const v1::EvaluateRequest& request) {
  ASSIGN_OR_RETURN(const AgencyEntry* const entry,
                   directory.RequireAgency(request.agency(), "agency"));
  RETURN_IF_ERROR(CheckRequest(directory, request.directory(), request.key_set(), request.nonce()));
  RETURN_IF_ERROR(AtField(
      "agency_signature",
      VerifySignature(entry->signing_public, sign_context::kEnrol,
                      EnrolLayout(directory, request.agency(), request.nonce(), request.blinded()),
                      request.agency_signature())));
  RETURN_IF_ERROR(
      AtField("gateway_signature",
              VerifySignature(directory.gateway().signing_public, sign_context::kEvaluate,
                              EvaluateLayout(directory, request), request.gateway_signature())));
  ASSIGN_OR_RETURN(const std::vector<Point> blinded, DecodeElements(request.blinded(), "blinded"));
  ASSIGN_OR_RETURN(std::vector<Point> elements,
                   DecodeElements(request.gateway_element(), "gateway_element"));
  RETURN_IF_ERROR(AtField("gateway_proof", VoprfVerify(entry->gateway_share, blinded, elements,
                                                       request.gateway_proof())));
  return CheckedEvaluation{entry->id, std::move(elements)};
}

absl::StatusOr<v1::EvaluateResponse> EvaluateAtKeyholder(const Holder& keyholder,
                                                         const CheckedEvaluation& checked) {
  ASSIGN_OR_RETURN(OprfEvaluation evaluation, keyholder.Evaluate(checked.agency, checked.elements));
  v1::EvaluateResponse response;
  EncodeElements(evaluation.elements, response.mutable_element());
  response.set_proof(std::move(evaluation.proof));
  return response;
}

}  // namespace sluss
