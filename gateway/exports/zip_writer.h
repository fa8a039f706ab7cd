// A zip whose files are made while it is written, one after the other: what does not fit into
// memory never has to. Zip64 where the number of files or a size asks for it.
#ifndef SLUSS_GATEWAY_EXPORTS_ZIP_WRITER_H_
#define SLUSS_GATEWAY_EXPORTS_ZIP_WRITER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sluss {

// Not thread-safe. A file's name and what makes it take some 400 bytes of memory until Write.
class ZipWriter {
 public:
  // What the file goes on with; empty at its end.
  using Chunks = std::function<absl::StatusOr<std::string>()>;
  enum class Packing { kStored, kDeflated };

  // The file appears at `path`, readable by its owner only, whole or not at all. All its files are
  // dated `time`. ALREADY_EXISTS rather than overwrite.
  static absl::StatusOr<std::unique_ptr<ZipWriter>> Create(const std::string& path,
                                                           absl::Time time);
  virtual ~ZipWriter() = default;

  // `chunks` is called while Write runs, after those of the files before it have ended.
  virtual absl::Status Add(const std::string& name, Packing packing, Chunks chunks) = 0;
  // The first error of any chunks, or UNAVAILABLE where the zip cannot be written.
  virtual absl::Status Write() = 0;
};

// A file that is made in one piece.
ZipWriter::Chunks Once(std::function<absl::StatusOr<std::string>()> make);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_ZIP_WRITER_H_
