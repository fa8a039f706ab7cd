#include "gateway/base/config_check.h"

#include <arpa/inet.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace sluss {

namespace fs = std::filesystem;

ConfigCheck::ConfigCheck(const TextFile& file) : file_(file) {}

void ConfigCheck::Fault(absl::string_view field, absl::string_view text, int index) {
  // A nested field ("tls.certificate") stands where its parent stands.
  const absl::string_view top = field.substr(0, field.find('.'));
  faults_.push_back(absl::StrCat(file_.Where(top, index), ": `", field, "`: ", text));
}

absl::Status ConfigCheck::Finish() const {
  if (faults_.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrJoin(faults_, "\n"));
}

std::string ConfigCheck::Resolve(const std::string& path) const {
  return fs::absolute(fs::path(file_.name())).parent_path() / path;
}

void ConfigCheck::Required(absl::string_view field, const std::string& value) {
  if (value.empty()) Fault(field, "is missing");
}

void ConfigCheck::Address(absl::string_view field, const std::string& value) {
  const size_t colon = value.rfind(':');
  int port = 0;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(value.substr(colon + 1), &port) || port < 1 || port > 65535) {
    Fault(field, "write host:port, such as 127.0.0.1:7443");
  }
}

void ConfigCheck::Addresses(absl::string_view field, const std::string& value) {
  const std::vector<std::string> list = absl::StrSplit(value, ',');
  for (const std::string& one : list) Address(field, one);
  const auto is = [](int family) {
    return [family](const std::string& one) {
      std::string host = one.substr(0, one.rfind(':'));
      if (family == AF_INET6 && absl::StartsWith(host, "[") && absl::EndsWith(host, "]")) {
        host = host.substr(1, host.size() - 2);
      }
      char bytes[sizeof(in6_addr)];
      return inet_pton(family, host.c_str(), bytes) == 1;
    };
  };
  if (list.size() < 2 || std::all_of(list.begin(), list.end(), is(AF_INET)) ||
      std::all_of(list.begin(), list.end(), is(AF_INET6))) {
    return;
  }
  Fault(field,
        "a list names numeric addresses of one kind, such as 10.0.0.1:7443,10.0.0.2:7443: or name "
        "one host whose name has several");
}

void ConfigCheck::File(absl::string_view field, std::string* path, int index) {
  if (path->empty()) return Fault(field, "is missing", index);
  *path = Resolve(*path);
  struct stat info;
  if (stat(path->c_str(), &info) != 0) {
    return Fault(field, absl::StrCat("cannot open `", *path, "`: ", std::strerror(errno)), index);
  }
  if (!S_ISREG(info.st_mode)) {
    return Fault(field, absl::StrCat("`", *path, "` is not a file"), index);
  }
  if (access(path->c_str(), R_OK) != 0) {
    Fault(field, absl::StrCat("this user may not read `", *path, "`"), index);
  }
}

void ConfigCheck::SecretFile(absl::string_view field, std::string* path) {
  File(field, path);
  struct stat info;
  if (stat(path->c_str(), &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    Fault(field, absl::StrCat("others may read `", *path, "`: run chmod 600 on it"));
  }
}

void ConfigCheck::Directory(absl::string_view field, std::string* path, int index) {
  if (path->empty()) return Fault(field, "is missing", index);
  *path = Resolve(*path);
  struct stat info;
  if (stat(path->c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    Fault(field, absl::StrCat("`", *path, "` is not a directory: create it"), index);
  }
}

void ConfigCheck::FileToCreate(absl::string_view field, std::string* path) {
  if (path->empty()) return Fault(field, "is missing");
  *path = Resolve(*path);
  if (!fs::is_directory(fs::path(*path).parent_path())) {
    Fault(field, absl::StrCat("the directory of `", *path, "` does not exist: create it"));
  }
}

uint32_t ConfigCheck::Range(absl::string_view field, uint32_t value, uint32_t standard,
                            uint32_t min, uint32_t max) {
  if (value == 0) return standard;
  if (value < min || value > max) {
    Fault(field, absl::StrCat("must be from ", min, " to ", max, ", not ", value));
  }
  return value;
}

}  // namespace sluss
