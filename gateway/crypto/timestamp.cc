#include "gateway/crypto/timestamp.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <ctime>
#include <memory>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/sha256.h"

namespace sluss {
namespace {

constexpr size_t kNonceBytes = 16;

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <typename T, auto Free>
using Owned = std::unique_ptr<T, Freer<Free>>;
using Request = Owned<TS_REQ, TS_REQ_free>;
using Response = Owned<TS_RESP, TS_RESP_free>;
using Verification = Owned<TS_VERIFY_CTX, TS_VERIFY_CTX_free>;

const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// The last error's words: OpenSSL's own, which hold nothing of what was verified.
std::string Reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return reason == nullptr ? "it cannot be verified" : reason;
}

absl::StatusOr<Request> ParseRequest(absl::string_view der) {
  const uint8_t* at = Bytes(der);
  Request request(d2i_TS_REQ(nullptr, &at, static_cast<long>(der.size())));
  if (request != nullptr && at == Bytes(der) + der.size()) return request;
  ERR_clear_error();
  return absl::InvalidArgumentError("the request is no RFC 3161 TimeStampReq");
}

absl::StatusOr<Response> ParseResponse(absl::string_view der) {
  const uint8_t* at = Bytes(der);
  Response response(d2i_TS_RESP(nullptr, &at, static_cast<long>(der.size())));
  if (response != nullptr && at == Bytes(der) + der.size()) return response;
  ERR_clear_error();
  return absl::InvalidArgumentError("the answer is no RFC 3161 TimeStampResp");
}

// All certificates of the file are anchors.
absl::StatusOr<Owned<X509_STORE, X509_STORE_free>> LoadStore(absl::string_view pem) {
  Owned<X509_STORE, X509_STORE_free> store(X509_STORE_new());
  const Owned<BIO, BIO_free> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  int count = 0;
  while (bio != nullptr) {
    const Owned<X509, X509_free> one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (one == nullptr || X509_STORE_add_cert(store.get(), one.get()) != 1) break;
    ++count;
  }
  ERR_clear_error();
  if (count > 0) return store;
  return absl::InvalidArgumentError("there is no certificate of a timestamping authority in PEM");
}

absl::StatusOr<absl::Time> TimeOf(TS_RESP* response) {
  const TS_TST_INFO* const info = TS_RESP_get_tst_info(response);
  std::tm tm = {};
  if (info == nullptr || ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &tm) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError("the timestamp has no time");
  }
  return absl::FromTM(tm, absl::UTCTimeZone());
}

absl::StatusOr<absl::Time> Verify(TS_VERIFY_CTX* context, absl::string_view der,
                                  absl::string_view authority_pem) {
  ASSIGN_OR_RETURN(auto store, LoadStore(authority_pem));
  ASSIGN_OR_RETURN(const Response response, ParseResponse(der));
  TS_VERIFY_CTX_set_store(context, store.release());  // now the context's
  TS_VERIFY_CTX_add_flags(context, TS_VFY_SIGNATURE);
  ERR_clear_error();
  if (TS_RESP_verify_response(context, response.get()) != 1) {
    return absl::PermissionDeniedError(
        absl::StrCat("the timestamp is not the authority's over these bytes: ", Reason()));
  }
  return TimeOf(response.get());
}

}  // namespace

absl::StatusOr<std::string> MakeTimestampRequest(absl::string_view data) {
  const Sha256Digest digest = Sha256({data});
  const Request request(TS_REQ_new());
  const Owned<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free> imprint(TS_MSG_IMPRINT_new());
  const Owned<X509_ALGOR, X509_ALGOR_free> algorithm(X509_ALGOR_new());
  std::string random = RandomBytes(kNonceBytes);
  random[0] = static_cast<char>((random[0] & 0x7f) | 0x40);  // positive, and of full length
  const Owned<BIGNUM, BN_free> number(
      BN_bin2bn(Bytes(random), static_cast<int>(random.size()), nullptr));
  const Owned<ASN1_INTEGER, ASN1_INTEGER_free> nonce(BN_to_ASN1_INTEGER(number.get(), nullptr));
  const bool made =
      X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) == 1 &&
      TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1 &&
      TS_MSG_IMPRINT_set_msg(imprint.get(), const_cast<uint8_t*>(digest.data()),
                             static_cast<int>(digest.size())) == 1 &&
      TS_REQ_set_version(request.get(), 1) == 1 &&
      TS_REQ_set_msg_imprint(request.get(), imprint.get()) == 1 && nonce != nullptr &&
      TS_REQ_set_nonce(request.get(), nonce.get()) == 1 &&
      TS_REQ_set_cert_req(request.get(), 1) == 1;
  uint8_t* der = nullptr;
  const int size = made ? i2d_TS_REQ(request.get(), &der) : -1;
  if (size <= 0) return absl::InternalError(absl::StrCat("no timestamp request: ", Reason()));
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

absl::StatusOr<absl::Time> VerifyTimestampAnswer(absl::string_view request,
                                                 absl::string_view response,
                                                 absl::string_view authority_pem) {
  ASSIGN_OR_RETURN(const Request parsed, ParseRequest(request));
  const Verification context(TS_REQ_to_TS_VERIFY_CTX(parsed.get(), nullptr));
  if (context == nullptr) return absl::InternalError(Reason());
  return Verify(context.get(), response, authority_pem);
}

absl::StatusOr<absl::Time> VerifyTimestampOf(absl::string_view data, absl::string_view response,
                                             absl::string_view authority_pem) {
  const Verification context(TS_VERIFY_CTX_new());
  BIO* const bio = BIO_new_mem_buf(data.data(), static_cast<int>(data.size()));
  if (context == nullptr || bio == nullptr) return absl::InternalError(Reason());
  TS_VERIFY_CTX_set_data(context.get(), bio);  // now the context's
  TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_DATA);
  return Verify(context.get(), response, authority_pem);
}

}  // namespace sluss
