#include "gateway/verify/log_source.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "gateway/base/text_file.h"
#include "gateway/verify/zip_source.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;

class FileLines final : public LineReader {
 public:
  explicit FileLines(std::ifstream file) : file_(std::move(file)) {}

  absl::StatusOr<std::optional<std::string>> Next() override {
    std::string line;
    for (char byte; file_.get(byte); line.push_back(byte)) {
      if (byte == '\n') return line;
      if (line.size() >= kLongestLine) return absl::InvalidArgumentError("a line is too long");
    }
    if (file_.bad()) return absl::UnavailableError("it cannot be read");
    if (line.empty()) return std::nullopt;
    return absl::InvalidArgumentError("its last line does not end");
  }

 private:
  std::ifstream file_;
};

class DirectorySource final : public LogSource {
 public:
  explicit DirectorySource(fs::path root) : root_(std::move(root)) {}

  absl::StatusOr<std::string> Read(const std::string& path, size_t max_bytes) const override {
    return ReadFile((root_ / path).string(), max_bytes);
  }

  absl::StatusOr<std::unique_ptr<LineReader>> ReadLines(const std::string& path) const override {
    std::ifstream file(root_ / path, std::ios::binary);
    if (!file) return absl::NotFoundError(absl::StrCat(path, " is missing"));
    return std::make_unique<FileLines>(std::move(file));
  }

  absl::StatusOr<std::set<std::string>> Below(const std::string& folder) const override {
    std::set<std::string> paths;
    std::error_code error;
    fs::recursive_directory_iterator file(root_ / folder, error);
    for (; !error && file != fs::recursive_directory_iterator(); file.increment(error)) {
      if (!file->is_directory()) paths.insert(fs::relative(file->path(), root_).string());
    }
    if (error && error != std::errc::no_such_file_or_directory) {
      return absl::UnavailableError(absl::StrCat(folder, ": ", error.message()));
    }
    return paths;
  }

 private:
  const fs::path root_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LogSource>> OpenLogSource(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return std::make_unique<DirectorySource>(path);
  if (fs::is_regular_file(path, ignored)) return OpenZipSource(path);
  return absl::NotFoundError(
      absl::StrCat("`", path, "` is not a directory, and no zip of one either"));
}

}  // namespace sluss
