#include "gateway/ctl/policy_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "policy/policy_cases.h"
#include "policy/policy_set.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;

constexpr char kBaseFile[] = "base.digest";
using Files = google::protobuf::RepeatedPtrField<v1::PolicyFile>;

void Add(const std::string& path, std::string text, Files* files) {
  v1::PolicyFile* file = files->Add();
  file->set_name(path);
  file->set_text(std::move(text));
}

absl::Status AddSources(const std::string& path, Files* files) {
  ASSIGN_OR_RETURN(std::vector<PolicySource> sources, ReadPolicySources(path));
  for (PolicySource& source : sources) Add(source.name, std::move(source.text), files);
  return absl::OkStatus();
}

absl::Status AddFiles(const std::vector<std::string>& paths, Files* files) {
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(std::string text, ReadFile(path));
    Add(path, std::move(text), files);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> BaseOf(const DraftPaths& paths) {
  std::string hex = paths.base;
  if (const fs::path file = fs::path(paths.policies) / kBaseFile; hex.empty() && fs::exists(file)) {
    ASSIGN_OR_RETURN(hex, ReadFile(file.string()));
    absl::StripAsciiWhitespace(&hex);
  }
  absl::StatusOr<std::string> digest = FromHex(hex);
  if (digest.ok() && (digest->empty() || digest->size() == 32)) return digest;
  return absl::InvalidArgumentError("the digest of the base must be 64 hexadecimal digits");
}

absl::Status WriteFiles(const Files& files, const fs::path& directory) {
  if (files.empty()) return absl::OkStatus();
  std::error_code error;
  fs::create_directories(directory, error);
  for (const v1::PolicyFile& file : files) {
    // Names come from the gateway and from other authors' disks: only the last part counts.
    RETURN_IF_ERROR(
        WriteFile((directory / fs::path(file.name()).filename()).string(), file.text()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::ProposeRequest> ReadDraft(const DraftPaths& paths) {
  v1::ProposeRequest request;
  RETURN_IF_ERROR(AddSources(paths.policies, request.mutable_policy()));
  const fs::path directory = paths.policies;
  const fs::path catalogue = directory / "catalogue", invariants = directory / "invariants";
  if (!paths.catalogue.empty() || fs::is_directory(catalogue)) {
    RETURN_IF_ERROR(AddSources(paths.catalogue.empty() ? catalogue.string() : paths.catalogue,
                               request.mutable_catalogue()));
  }
  std::vector<std::string> cases = paths.cases;
  if (cases.empty() && fs::is_directory(directory)) {
    ASSIGN_OR_RETURN(cases, FindPolicyCases(paths.policies));
  }
  RETURN_IF_ERROR(AddFiles(cases, request.mutable_cases()));
  if (!paths.invariants.empty()) {
    RETURN_IF_ERROR(AddFiles(paths.invariants, request.mutable_invariants()));
  } else if (fs::is_directory(invariants)) {
    RETURN_IF_ERROR(AddSources(invariants.string(), request.mutable_invariants()));
  }
  ASSIGN_OR_RETURN(*request.mutable_base_digest(), BaseOf(paths));
  return request;
}

absl::Status WriteVersion(const v1::ActivePolicy& version, const std::string& directory) {
  const fs::path root = directory;
  std::error_code error;
  if (fs::exists(root) && !fs::is_empty(root, error)) {
    return absl::AlreadyExistsError(
        absl::StrCat("`", directory, "` is not empty: name a new directory"));
  }
  RETURN_IF_ERROR(WriteFiles(version.policy(), root));
  RETURN_IF_ERROR(WriteFiles(version.cases(), root));
  RETURN_IF_ERROR(WriteFiles(version.catalogue(), root / "catalogue"));
  RETURN_IF_ERROR(WriteFiles(version.invariants(), root / "invariants"));
  return WriteFile((root / kBaseFile).string(),
                   absl::StrCat(ToHex(version.activation().digest()), "\n"));
}

absl::Status WriteFile(const std::string& path, const std::string& content) {
  const mode_t before = umask(077);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  umask(before);
  file << content;
  file.close();
  if (file.good()) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat("`", path, "` cannot be written"));
}

}  // namespace sluss
