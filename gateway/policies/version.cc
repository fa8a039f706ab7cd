#include "gateway/policies/version.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/sha256.h"
#include "google/protobuf/text_format.h"

namespace sluss {
namespace {

void AddFile(const std::string& name, const google::protobuf::Message& message,
             PolicyFiles* files) {
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);  // people read and edit it
  v1::PolicyFile* file = files->Add();
  file->set_name(absl::StrCat(name, ".txtpb"));
  printer.PrintToString(message, file->mutable_text());
}

absl::Status Damaged(const std::string& digest) {
  return absl::DataLossError(
      absl::StrCat("the stored policy version ", ToHex(digest),
                   " is not what was stored: stop the gateway and restore the database"));
}

}  // namespace

std::vector<PolicySource> SourcesOf(const PolicyFiles& files) {
  std::vector<PolicySource> sources;
  for (const v1::PolicyFile& file : files) sources.push_back({file.name(), file.text()});
  return sources;
}

BundleFiles FilesOf(const v1::PolicyBundle& bundle) {
  BundleFiles files;
  AddFile("catalogue", bundle.vocabulary(), &files.catalogue);
  for (const v1::Policy& policy : bundle.policy()) {
    AddFile(absl::StrReplaceAll(policy.id(), {{"/", "-"}}), policy, &files.policy);
  }
  return files;
}

absl::StatusOr<v1::StoredPolicyVersion> ReadVersion(const StoreView& view,
                                                    const std::string& digest) {
  ASSIGN_OR_RETURN(const std::string bytes, view.ReadPolicyVersion(digest));
  if (bytes.empty()) {
    return absl::NotFoundError(absl::StrCat("there is no policy version ", ToHex(digest)));
  }
  v1::StoredPolicyVersion version;
  if (!version.ParseFromString(bytes) || Sha256String(version.bundle()) != digest) {
    return Damaged(digest);
  }
  return version;
}

absl::StatusOr<std::shared_ptr<const PolicySet>> LoadVersion(const StoreView& view,
                                                             const std::string& digest) {
  ASSIGN_OR_RETURN(const v1::StoredPolicyVersion version, ReadVersion(view, digest));
  v1::PolicyBundle bundle;
  if (!bundle.ParseFromString(version.bundle())) return Damaged(digest);
  const BundleFiles files = FilesOf(bundle);
  auto set = PolicySet::Load(SourcesOf(files.catalogue), SourcesOf(files.policy), Sha256String);
  if (set.ok() && (*set)->digest() == digest) return set;
  return absl::FailedPreconditionError(absl::StrCat(
      "the stored policy version ", ToHex(digest),
      " is not taken by this program: run the one that activated it and bring a version into "
      "force that both take",
      set.ok() ? "" : ": ", set.ok() ? "" : set.status().message()));
}

}  // namespace sluss
