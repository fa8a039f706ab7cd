#include "gateway/exports/zip_writer.h"

#include <sys/stat.h>
#include <zip.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

constexpr mode_t kPrivate = 0600;
constexpr mode_t kOthersBits = 0077;

absl::Status NotWritten(const std::string& path, absl::string_view cause) {
  return absl::UnavailableError(absl::StrCat("cannot write `", path, "`: ", cause));
}

// One file of the zip, as libzip asks for it.
struct Pulled {
  ZipWriter::Chunks chunks;
  absl::Status* failure;  // of the writer
  time_t time = 0;
  std::string chunk = {};
  size_t read = 0;
  bool ended = false;

  zip_int64_t Read(char* to, zip_uint64_t room) {
    while (read == chunk.size() && !ended) {
      absl::StatusOr<std::string> next = chunks();
      if (!next.ok()) {
        if (failure->ok()) *failure = next.status();
        return -1;
      }
      chunk = *std::move(next);
      read = 0;
      ended = chunk.empty();
    }
    const size_t part = std::min<size_t>(room, chunk.size() - read);
    std::memcpy(to, chunk.data() + read, part);
    read += part;
    return static_cast<zip_int64_t>(part);
  }

  static zip_int64_t Callback(void* self, void* data, zip_uint64_t length,
                              zip_source_cmd_t command) {
    auto* const file = static_cast<Pulled*>(self);
    switch (command) {
      case ZIP_SOURCE_OPEN:
        return 0;
      case ZIP_SOURCE_READ:
        return file->Read(static_cast<char*>(data), length);
      case ZIP_SOURCE_CLOSE:
        file->chunk = std::string();
        file->chunks = nullptr;
        return 0;
      case ZIP_SOURCE_STAT: {
        auto* const stat = static_cast<zip_stat_t*>(data);
        zip_stat_init(stat);
        stat->mtime = file->time;
        stat->valid = ZIP_STAT_MTIME;
        return sizeof(zip_stat_t);
      }
      case ZIP_SOURCE_ERROR: {
        auto* const codes = static_cast<int*>(data);
        codes[0] = ZIP_ER_READ;
        codes[1] = 0;
        return 2 * sizeof(int);
      }
      case ZIP_SOURCE_FREE:
        delete file;
        return 0;
      case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_READABLE;
      default:
        return -1;
    }
  }
};

class Writer final : public ZipWriter {
 public:
  Writer(zip_t* archive, std::string path, absl::Time time)
      : archive_(archive), path_(std::move(path)), time_(absl::ToTimeT(time)) {}
  ~Writer() override {
    if (archive_ != nullptr) zip_discard(archive_);
  }

  absl::Status Add(const std::string& name, Packing packing, Chunks chunks) override {
    auto* const file = new Pulled{std::move(chunks), &failure_, time_};
    zip_source_t* const source = zip_source_function(archive_, &Pulled::Callback, file);
    if (source == nullptr) {
      delete file;
      return NotWritten(path_, zip_strerror(archive_));
    }
    const zip_int64_t index = zip_file_add(archive_, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);  // and the file with it
      return NotWritten(path_, zip_strerror(archive_));
    }
    const auto at = static_cast<zip_uint64_t>(index);
    const int method = packing == Packing::kStored ? ZIP_CM_STORE : ZIP_CM_DEFLATE;
    const bool set = zip_set_file_compression(archive_, at, method, 0) == 0 &&
                     zip_file_set_external_attributes(archive_, at, 0, ZIP_OPSYS_UNIX,
                                                      (S_IFREG | kPrivate) << 16) == 0;
    return set ? absl::OkStatus() : NotWritten(path_, zip_strerror(archive_));
  }

  absl::Status Write() override {
    // libzip gives a new file the rights that the process grants.
    const mode_t before = umask(kOthersBits);
    const bool written = zip_close(archive_) == 0;
    umask(before);
    if (written) {
      archive_ = nullptr;
      return absl::OkStatus();
    }
    return failure_.ok() ? NotWritten(path_, zip_strerror(archive_)) : failure_;
  }

 private:
  zip_t* archive_;
  const std::string path_;
  const time_t time_;
  absl::Status failure_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ZipWriter>> ZipWriter::Create(const std::string& path,
                                                             absl::Time time) {
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    return absl::AlreadyExistsError(
        absl::StrCat("`", path, "` is there already: choose another name"));
  }
  int code = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_EXCL, &code);
  if (archive != nullptr) return std::make_unique<Writer>(archive, path, time);
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  const absl::Status status = NotWritten(path, zip_error_strerror(&error));
  zip_error_fini(&error);
  return status;
}

ZipWriter::Chunks Once(std::function<absl::StatusOr<std::string>()> make) {
  return [make = std::move(make), made = false]() mutable -> absl::StatusOr<std::string> {
    if (std::exchange(made, true)) return std::string();
    return make();
  };
}

}  // namespace sluss
