// Protobuf text format files (configuration, policies, vocabularies) with line and column in
// errors.
#ifndef SLUSS_GATEWAY_BASE_TEXT_FILE_H_
#define SLUSS_GATEWAY_BASE_TEXT_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"

namespace sluss {

// Parses `text` into `message` and remembers where each field stood. `name` is the file name shown
// in errors. Every fault of the text is in the one INVALID_ARGUMENT status, a line each:
//   gateway.txtpb:12:3: no field named `prot` in GatewayConfig
// Not thread-safe while parsing; const afterwards.
class TextFile {
 public:
  static absl::StatusOr<TextFile> Parse(std::string name, absl::string_view text,
                                        google::protobuf::Message* message);
  // Reads the file first; NOT_FOUND or PERMISSION_DENIED name the path.
  static absl::StatusOr<TextFile> Load(const std::string& path, google::protobuf::Message* message);

  const std::string& name() const { return name_; }

  // The place of a field of the top message, or of its `index`th value when repeated:
  // "gateway.txtpb:12:3". The file name alone for a field that is not in the text.
  std::string Where(absl::string_view field, int index = 0) const;

  // The same below a nested message: tree() gives the parse tree of google::protobuf.
  const google::protobuf::TextFormat::ParseInfoTree& tree() const { return *tree_; }
  std::string At(const google::protobuf::TextFormat::ParseInfoTree* tree,
                 const google::protobuf::FieldDescriptor* field, int index) const;

  // "<where>: <text>" as INVALID_ARGUMENT.
  absl::Status Error(absl::string_view field, int index, absl::string_view text) const;

 private:
  TextFile(std::string name, const google::protobuf::Descriptor* type);

  std::string name_;
  const google::protobuf::Descriptor* type_;
  std::unique_ptr<google::protobuf::TextFormat::ParseInfoTree> tree_;
};

// Reads a whole file of at most `max_bytes`. Errors name the path and the cure.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes = 64 << 20);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_BASE_TEXT_FILE_H_
