#include "gateway/base/text_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/status_macros.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"

namespace sluss {
namespace {

using google::protobuf::TextFormat;

class ErrorList : public google::protobuf::io::ErrorCollector {
 public:
  explicit ErrorList(const std::string& name) : name_(name) {}
  void AddError(int line, int column, const std::string& message) override {
    errors_.push_back(absl::StrCat(name_, ":", line + 1, ":", column + 1, ": ", message));
  }
  void AddWarning(int line, int column, const std::string& message) override {}
  std::string Text() const { return absl::StrJoin(errors_, "\n"); }

 private:
  const std::string name_;
  std::vector<std::string> errors_;
};

}  // namespace

TextFile::TextFile(std::string name, const google::protobuf::Descriptor* type)
    : name_(std::move(name)), type_(type), tree_(std::make_unique<TextFormat::ParseInfoTree>()) {}

absl::StatusOr<TextFile> TextFile::Parse(std::string name, absl::string_view text,
                                         google::protobuf::Message* message) {
  TextFile file(std::move(name), message->GetDescriptor());
  ErrorList errors(file.name_);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.WriteLocationsTo(file.tree_.get());
  parser.SetRecursionLimit(32);
  if (!parser.ParseFromString(std::string(text), message)) {
    return absl::InvalidArgumentError(errors.Text());
  }
  return file;
}

absl::StatusOr<TextFile> TextFile::Load(const std::string& path,
                                        google::protobuf::Message* message) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return Parse(path, text, message);
}

std::string TextFile::Where(absl::string_view field, int index) const {
  const auto* descriptor = type_->FindFieldByName(std::string(field));
  return descriptor == nullptr ? name_ : At(tree_.get(), descriptor, index);
}

std::string TextFile::At(const TextFormat::ParseInfoTree* tree,
                         const google::protobuf::FieldDescriptor* field, int index) const {
  if (tree == nullptr) return name_;
  const TextFormat::ParseLocation place =
      tree->GetLocation(field, field->is_repeated() ? index : -1);
  if (place.line < 0) return name_;
  return absl::StrCat(name_, ":", place.line + 1, ":", place.column + 1);
}

absl::Status TextFile::Error(absl::string_view field, int index, absl::string_view text) const {
  return absl::InvalidArgumentError(absl::StrCat(Where(field, index), ": ", text));
}

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t max_bytes) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    const int error = errno;
    const std::string text = absl::StrCat("cannot read `", path, "`: ", std::strerror(error));
    return error == EACCES ? absl::PermissionDeniedError(text) : absl::NotFoundError(text);
  }
  const std::streamoff size = file.tellg();
  if (size < 0) return absl::FailedPreconditionError(absl::StrCat("`", path, "` is not a file"));
  if (static_cast<size_t>(size) > max_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("`", path, "` has ", size, " bytes; the limit is ", max_bytes));
  }
  file.seekg(0);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (file.bad()) return absl::DataLossError(absl::StrCat("reading `", path, "` failed"));
  return text;
}

}  // namespace sluss
