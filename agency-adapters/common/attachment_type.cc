#include "agency-adapters/common/attachment_type.h"

#include "absl/strings/match.h"

namespace sluss {

std::string BaseName(absl::string_view path) {
  const size_t slash = path.find_last_of("/\\");
  if (slash != absl::string_view::npos) path.remove_prefix(slash + 1);
  if (path.find_first_not_of('.') == absl::string_view::npos) return "file";
  return std::string(path);
}

absl::string_view ContentTypeOf(absl::string_view file_name) {
  struct Type {
    absl::string_view ending;
    absl::string_view type;
  };
  static constexpr Type kTypes[] = {
      {".pdf", "application/pdf"},
      {".txt", "text/plain"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".json", "application/json"},
      {".xml", "application/xml"},
      {".html", "text/html"},
      {".mp4", "video/mp4"},
      {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
  };
  for (const Type& type : kTypes) {
    if (absl::EndsWithIgnoreCase(file_name, type.ending)) return type.type;
  }
  return "application/octet-stream";
}

}  // namespace sluss
