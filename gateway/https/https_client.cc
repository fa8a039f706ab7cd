#include "gateway/https/https_client.h"

#include <curl/curl.h>

#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

bool InitialiseOnce() {
  static const bool done = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return done;
}

struct Answer {
  std::string body;
  size_t limit;
};

// Less than it was given ends the transfer.
size_t Take(char* data, size_t one, size_t count, void* answer) {
  auto* const self = static_cast<Answer*>(answer);
  if (self->body.size() + one * count > self->limit) return 0;
  self->body.append(data, one * count);
  return one * count;
}

// Sets options until one fails.
class Setter {
 public:
  explicit Setter(CURL* handle) : handle_(handle) {}
  template <typename Value>
  Setter& Set(CURLoption option, Value value) {
    if (ok_) ok_ = curl_easy_setopt(handle_, option, value) == CURLE_OK;
    return *this;
  }
  Setter& SetFile(CURLoption option, const std::string& path) {
    return path.empty() ? *this : Set(option, path.c_str());
  }
  bool ok() const { return ok_; }

 private:
  CURL* const handle_;
  bool ok_ = true;
};

}  // namespace

HttpsClient::HttpsClient(HttpsClientOptions options) : options_(std::move(options)) {}

absl::StatusOr<HttpResponse> HttpsClient::Post(const std::string& url,
                                               absl::string_view content_type,
                                               absl::string_view body) const {
  const bool plain = options_.plain_http && absl::StartsWith(url, "http://");
  if (!plain && !absl::StartsWith(url, "https://")) {
    return absl::InvalidArgumentError(absl::StrCat("`", url, "` is no https:// URL"));
  }
  const std::unique_ptr<CURL, FreeHandle> handle(InitialiseOnce() ? curl_easy_init() : nullptr);
  if (handle == nullptr) return absl::UnavailableError("libcurl cannot be started");
  const std::string type = absl::StrCat("Content-Type: ", content_type);
  // Without the second, libcurl would wait for a 100 that many servers do not send.
  const std::unique_ptr<curl_slist, FreeList> headers(
      curl_slist_append(curl_slist_append(nullptr, type.c_str()), "Expect:"));
  Answer answer{"", options_.max_answer_bytes};
  char reason[CURL_ERROR_SIZE] = "";
  const long patience = options_.patience.count();
  Setter setter(handle.get());
  setter.Set(CURLOPT_URL, url.c_str())
      .Set(CURLOPT_PROTOCOLS_STR, plain ? "http" : "https")
      .Set(CURLOPT_FOLLOWLOCATION, 0L)
      .Set(CURLOPT_NOSIGNAL, 1L)
      .Set(CURLOPT_TIMEOUT_MS, patience)
      .Set(CURLOPT_CONNECTTIMEOUT_MS, patience)
      .Set(CURLOPT_POST, 1L)
      .Set(CURLOPT_POSTFIELDS, body.data())
      .Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()))
      .Set(CURLOPT_HTTPHEADER, headers.get())
      .Set(CURLOPT_WRITEFUNCTION, &Take)
      .Set(CURLOPT_WRITEDATA, &answer)
      .Set(CURLOPT_ERRORBUFFER, reason)
      .Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_3))
      .Set(CURLOPT_SSL_VERIFYPEER, 1L)
      .Set(CURLOPT_SSL_VERIFYHOST, 2L)
      .SetFile(CURLOPT_SSLCERT, options_.certificate)
      .SetFile(CURLOPT_SSLKEY, options_.private_key)
      .SetFile(CURLOPT_CAINFO, options_.authority)
      .SetFile(CURLOPT_CRLFILE, options_.revocation_list);
  if (!setter.ok()) return absl::UnavailableError("libcurl does not take the options of the call");
  const CURLcode code = curl_easy_perform(handle.get());
  if (code != CURLE_OK) {
    return absl::UnavailableError(code == CURLE_WRITE_ERROR ? "it answers with too much"
                                  : reason[0] != '\0'       ? reason
                                                            : curl_easy_strerror(code));
  }
  long status = 0;
  if (curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status) != CURLE_OK) {
    return absl::UnavailableError("it answers without a status");
  }
  HttpResponse response;
  response.status = static_cast<int>(status);
  response.body = std::move(answer.body);
  return response;
}

}  // namespace sluss
