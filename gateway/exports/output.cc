#include "gateway/exports/output.h"

#include <filesystem>
#include <iostream>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

std::string Aside(const std::string& path) { return path + ".part"; }

absl::Status CannotWrite(const std::string& path) {
  return absl::UnavailableError(absl::StrCat("cannot write `", path, "`"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Output>> Output::Open(const std::string& path) {
  std::unique_ptr<Output> output(new Output(path));
  if (path.empty()) return output;
  output->file_.open(Aside(path), std::ios::binary | std::ios::trunc);
  if (!output->file_) return CannotWrite(path);
  return output;
}

Output::~Output() {
  if (closed_ || path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(Aside(path_), ignored);
}

void Output::Write(absl::string_view text) {
  std::ostream& stream = path_.empty() ? std::cout : file_;
  stream.write(text.data(), static_cast<std::streamsize>(text.size()));
}

absl::Status Output::Close() {
  if (path_.empty()) {
    std::cout.flush();
    closed_ = true;
    return std::cout ? absl::OkStatus() : CannotWrite("standard output");
  }
  file_.close();
  if (!file_) return CannotWrite(path_);
  std::error_code error;
  std::filesystem::rename(Aside(path_), path_, error);
  closed_ = !error;
  return error ? CannotWrite(path_) : absl::OkStatus();
}

}  // namespace sluss
