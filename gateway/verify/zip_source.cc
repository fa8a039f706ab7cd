#include "gateway/verify/zip_source.h"

#include <sys/stat.h>
#include <zip.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/verify/bundle_layout.h"

namespace sluss {
namespace {

using Archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;
using Stream = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

// Ten thousand million entries have fewer files than this.
constexpr uint64_t kMostFiles = uint64_t{1} << 27;
constexpr uint32_t kUnixLink = S_IFLNK;

absl::Status NoZip(zip_error_t* error) {
  const absl::Status status =
      absl::InvalidArgumentError(absl::StrCat("it is no sound zip: ", zip_error_strerror(error)));
  zip_error_fini(error);
  return status;
}

absl::Status BadFile(absl::string_view path, absl::string_view text) {
  return absl::InvalidArgumentError(absl::StrCat("the zip's file `", path, "` ", text));
}

class ZipLines final : public LineReader {
 public:
  explicit ZipLines(Stream stream) : stream_(std::move(stream)) {}

  absl::StatusOr<std::optional<std::string>> Next() override {
    for (;;) {
      const size_t end = buffer_.find('\n', from_);
      if (end != std::string::npos) {
        std::string line = buffer_.substr(from_, end - from_);
        from_ = end + 1;
        return line;
      }
      buffer_.erase(0, std::exchange(from_, 0));
      if (buffer_.size() > kLongestLine) return absl::InvalidArgumentError("a line is too long");
      const size_t had = buffer_.size();
      buffer_.resize(had + kLongestLine);
      const zip_int64_t got = zip_fread(stream_.get(), buffer_.data() + had, kLongestLine);
      buffer_.resize(had + static_cast<size_t>(std::max<zip_int64_t>(got, 0)));
      if (got < 0) return absl::DataLossError("it is damaged");
      if (got == 0 && buffer_.empty()) return std::nullopt;
      if (got == 0) return absl::InvalidArgumentError("its last line does not end");
    }
  }

 private:
  Stream stream_;
  std::string buffer_;
  size_t from_ = 0;
};

class ZipSource final : public LogSource {
 public:
  explicit ZipSource(Archive archive) : archive_(std::move(archive)) {}

  absl::Status List() {
    const auto count = static_cast<uint64_t>(zip_get_num_entries(archive_.get(), 0));
    if (count == 0) return absl::InvalidArgumentError("the zip is empty");
    if (count > kMostFiles) return absl::InvalidArgumentError("the zip holds too many files");
    for (uint64_t i = 0; i < count; ++i) RETURN_IF_ERROR(Add(i));
    return absl::OkStatus();
  }

  absl::StatusOr<std::string> Read(const std::string& path, size_t max_bytes) const override {
    ASSIGN_OR_RETURN(const Stream stream, Open(path));
    const File& file = files_.at(path);
    if (file.size > max_bytes) return TooLarge(path, max_bytes);
    // One byte more than it says, so that a file which says less than it holds is found.
    std::string bytes(file.size + 1, '\0');
    size_t have = 0;
    while (have < bytes.size()) {
      const zip_int64_t got = zip_fread(stream.get(), bytes.data() + have, bytes.size() - have);
      if (got < 0) return absl::DataLossError(absl::StrCat(path, " is damaged"));
      if (got == 0) break;
      have += static_cast<size_t>(got);
    }
    if (have != file.size) return BadFile(path, "has not the size that the zip says");
    bytes.resize(have);
    return bytes;
  }

  absl::StatusOr<std::unique_ptr<LineReader>> ReadLines(const std::string& path) const override {
    ASSIGN_OR_RETURN(Stream stream, Open(path));
    return std::make_unique<ZipLines>(std::move(stream));
  }

  absl::StatusOr<std::set<std::string>> Below(const std::string& folder) const override {
    std::set<std::string> paths;
    for (auto file = files_.lower_bound(folder);
         file != files_.end() && absl::StartsWith(file->first, folder); ++file) {
      paths.insert(file->first);
    }
    return paths;
  }

 private:
  struct File {
    uint64_t index = 0;
    uint64_t size = 0;
  };

  static absl::Status TooLarge(absl::string_view path, size_t max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is larger than the ", max_bytes, " bytes that it may have"));
  }

  absl::Status Add(uint64_t index) {
    zip_stat_t stat;
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(archive_.get(), index, ZIP_FL_ENC_RAW, &stat) != 0 ||
        (stat.valid & kNeeded) != kNeeded) {
      return absl::InvalidArgumentError(absl::StrCat("the zip's file ", index, " has no name"));
    }
    const std::string name(stat.name);
    // An odd name may hold anything, so it is not repeated.
    if (!IsBundlePath(name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the zip's file ", index, " has a name that no file of a bundle has; it was not read"));
    }
    if (stat.encryption_method != ZIP_EM_NONE) return BadFile(name, "is encrypted");
    zip_uint8_t system = 0;
    zip_uint32_t attributes = 0;
    if (zip_file_get_external_attributes(archive_.get(), index, 0, &system, &attributes) == 0 &&
        system == ZIP_OPSYS_UNIX && ((attributes >> 16) & S_IFMT) == kUnixLink) {
      return BadFile(name, "is a link");
    }
    if (name != kOpeningsPath && stat.size > kLargestLogFile) {
      return TooLarge(name, kLargestLogFile);
    }
    if (!files_.emplace(name, File{index, stat.size}).second)
      return BadFile(name, "is there twice");
    return absl::OkStatus();
  }

  absl::StatusOr<Stream> Open(const std::string& path) const {
    const auto file = files_.find(path);
    if (file == files_.end()) return absl::NotFoundError(absl::StrCat(path, " is missing"));
    Stream stream(zip_fopen_index(archive_.get(), file->second.index, 0), &zip_fclose);
    if (stream == nullptr) return absl::DataLossError(absl::StrCat(path, " is damaged"));
    return stream;
  }

  Archive archive_;
  std::map<std::string, File> files_;
};

absl::StatusOr<std::unique_ptr<LogSource>> OpenZip(zip_source_t* bytes, zip_error_t* error) {
  if (bytes == nullptr) return NoZip(error);
  Archive archive(zip_open_from_source(bytes, ZIP_RDONLY | ZIP_CHECKCONS, error), &zip_discard);
  if (archive == nullptr) {
    zip_source_free(bytes);
    return NoZip(error);
  }
  zip_error_fini(error);
  auto source = std::make_unique<ZipSource>(std::move(archive));
  RETURN_IF_ERROR(source->List());
  return source;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LogSource>> OpenZipSource(const std::string& path) {
  zip_error_t error;
  zip_error_init(&error);
  return OpenZip(zip_source_file_create(path.c_str(), 0, -1, &error), &error);
}

absl::StatusOr<std::unique_ptr<LogSource>> OpenZipBytes(absl::string_view bytes) {
  zip_error_t error;
  zip_error_init(&error);
  return OpenZip(zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error), &error);
}

}  // namespace sluss
