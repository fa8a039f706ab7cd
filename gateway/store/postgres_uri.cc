#include "gateway/store/postgres_uri.h"

#include <libpq-fe.h>

#include <cstdlib>
#include <map>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr absl::string_view kScheme = "postgresql://";
constexpr absl::string_view kExample = "postgresql://HOST/NAME?sslmode=verify-full";

using Parameters = std::map<std::string, std::string>;

absl::Status Refuse(absl::string_view fault) {
  return absl::InvalidArgumentError(absl::StrCat("the URI of the database ", fault));
}

// libpq's own complaint would quote what may be a password.
absl::StatusOr<Parameters> Parse(const std::string& uri) {
  char* complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(uri.c_str(), &complaint), PQconninfoFree);
  PQfreemem(complaint);
  if (options == nullptr) {
    return Refuse(absl::StrCat("cannot be read: write ", kExample));
  }
  Parameters parameters;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) parameters[option->keyword] = option->val;
  }
  return parameters;
}

std::string ValueOf(const Parameters& parameters, const std::string& keyword,
                    const char* variable) {
  if (const auto found = parameters.find(keyword); found != parameters.end()) return found->second;
  const char* const value = std::getenv(variable);
  return value == nullptr ? "" : value;
}

// A path is a Unix socket's directory; without any host, so is libpq's default.
bool IsLocal(const Parameters& parameters) {
  if (!ValueOf(parameters, "hostaddr", "PGHOSTADDR").empty()) return false;
  const std::string hosts = ValueOf(parameters, "host", "PGHOST");
  if (hosts.empty()) return true;
  for (const absl::string_view host : absl::StrSplit(hosts, ',')) {
    if (!absl::StartsWith(host, "/")) return false;
  }
  return true;
}

}  // namespace

bool IsDatabaseUri(absl::string_view database) { return absl::StrContains(database, "://"); }

absl::Status CheckPostgresUri(const std::string& uri) {
  if (!absl::StartsWith(uri, kScheme)) {
    return Refuse(absl::StrCat("has an unknown scheme: write ", kExample, ", or a file's path"));
  }
  ASSIGN_OR_RETURN(const Parameters parameters, Parse(uri));
  if (parameters.count("password") > 0 || parameters.count("sslpassword") > 0) {
    return Refuse(
        "holds a password: take it out and name a `passfile`, or use a client certificate or peer "
        "authentication");
  }
  if (!ValueOf(parameters, "service", "PGSERVICE").empty()) {
    return Refuse("names a `service`: write host and name into the URI itself and unset PGSERVICE");
  }
  const auto mode = parameters.find("sslmode");
  if (!IsLocal(parameters) && (mode == parameters.end() || mode->second != "verify-full")) {
    return Refuse(
        "leads over TCP without `sslmode=verify-full`: add it, with `sslrootcert`, or name a Unix "
        "socket's directory with `?host=/run/postgresql`");
  }
  return absl::OkStatus();
}

}  // namespace sluss
