// A durable directory of protobuf messages, one a file, each with its digest.
//
// File "<id as hex>.rec" := SHA-256(message) (32 bytes) || message. A file that does not match its
// digest is DATA_LOSS and never taken for empty: what it says decides whether something is sent
// twice. Thread-safe as DurableDir is; writers of one id are for the caller to keep apart.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_RECORD_DIR_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_RECORD_DIR_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agency-adapters/client/durable_dir.h"
#include "gateway/base/status_macros.h"

namespace sluss {

namespace internal_records {
std::string FileName(absl::string_view id);
std::string Encode(absl::string_view message);
absl::StatusOr<std::string> Decode(const std::string& directory, const std::string& name,
                                   absl::string_view bytes);
absl::Status Malformed(const std::string& directory, const std::string& name);
}  // namespace internal_records

template <typename Message>
class RecordDir {
 public:
  // `files` must outlive the result.
  static absl::StatusOr<RecordDir> Open(FileSystem* files, std::string path) {
    ASSIGN_OR_RETURN(DurableDir directory, DurableDir::Open(files, std::move(path)));
    return RecordDir(std::move(directory));
  }

  absl::Status Put(absl::string_view id, const Message& message) const {
    return directory_.Put(internal_records::FileName(id),
                          internal_records::Encode(message.SerializeAsString()));
  }

  // NOT_FOUND where there is none.
  absl::StatusOr<Message> Get(absl::string_view id) const {
    return Load(internal_records::FileName(id));
  }

  absl::Status Remove(absl::string_view id) const {
    return directory_.Remove(internal_records::FileName(id));
  }

  absl::StatusOr<std::vector<Message>> All() const {
    ASSIGN_OR_RETURN(const std::vector<DirectoryEntry> entries, directory_.List());
    std::vector<Message> messages;
    messages.reserve(entries.size());
    for (const DirectoryEntry& entry : entries) {
      ASSIGN_OR_RETURN(Message message, Load(entry.name));
      messages.push_back(std::move(message));
    }
    return messages;
  }

 private:
  explicit RecordDir(DurableDir directory) : directory_(std::move(directory)) {}

  absl::StatusOr<Message> Load(const std::string& name) const {
    ASSIGN_OR_RETURN(const std::string bytes, directory_.Get(name));
    ASSIGN_OR_RETURN(const std::string decoded,
                     internal_records::Decode(directory_.path(), name, bytes));
    Message message;
    if (!message.ParseFromString(decoded)) {
      return internal_records::Malformed(directory_.path(), name);
    }
    return message;
  }

  DurableDir directory_;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_RECORD_DIR_H_
