#include "gateway/crypto/key_assembly.h"

#include <cerrno>
#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "google/protobuf/text_format.h"

namespace sluss {
namespace {

absl::Status AlreadyThere(const std::string& file, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(file, ": has a ", what, ", and so has a file before it"));
}

absl::Status Join(const std::string& file, const v1::KeyDirectory& part, v1::KeyDirectory* whole) {
  if (whole->key_set() == 0) whole->set_key_set(part.key_set());
  if (part.key_set() != whole->key_set()) {
    return absl::InvalidArgumentError(absl::StrCat(file, ": is of key set ", part.key_set(),
                                                   ", the files before it of ", whole->key_set()));
  }
  if (part.has_gateway() && whole->has_gateway()) return AlreadyThere(file, "gateway");
  if (part.has_keyholder() && whole->has_keyholder()) return AlreadyThere(file, "keyholder");
  if (part.has_log() && whole->has_log()) return AlreadyThere(file, "log");
  whole->MergeFrom(part);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::KeyDirectory> AssembleKeyDirectory(const std::vector<std::string>& files) {
  v1::KeyDirectory whole;
  for (const std::string& file : files) {
    v1::KeyDirectory part;
    RETURN_IF_ERROR(TextFile::Load(file, &part).status());
    RETURN_IF_ERROR(Join(file, part, &whole));
  }
  return whole;
}

absl::StatusOr<std::shared_ptr<const KeyDirectory>> LoadKeyDirectory(const std::string& path) {
  v1::KeyDirectory proto;
  RETURN_IF_ERROR(TextFile::Load(path, &proto).status());
  absl::StatusOr<std::shared_ptr<const KeyDirectory>> directory = KeyDirectory::Activate(proto);
  if (directory.ok()) return directory;
  return absl::Status(directory.status().code(),
                      absl::StrCat(path, ": ", directory.status().message()));
}

absl::Status SaveKeyText(const google::protobuf::Message& message, absl::string_view comment,
                         const std::string& path) {
  std::string text;
  if (!google::protobuf::TextFormat::PrintToString(message, &text)) {
    return absl::InternalError("cannot print the keys");
  }
  const std::string temporary = absl::StrCat(path, ".new");
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << "# " << comment << "\n" << text;
  file.close();
  if (file.fail() || std::rename(temporary.c_str(), path.c_str()) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write `", path, "`"));
  }
  return absl::OkStatus();
}

absl::Status SavePublicKeys(const v1::KeyDirectory& keys, const std::string& path) {
  return SaveKeyText(
      keys, "Public keys only. Part or whole of a key directory: slussctl keys assemble, check.",
      path);
}

}  // namespace sluss
