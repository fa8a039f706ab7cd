// Checks a configuration file as a whole, so that an operator sees every fault at once, each with
// its place: "gateway.txtpb:12:3: `listen`: write host:port, such as 127.0.0.1:7443".
#ifndef SLUSS_GATEWAY_BASE_CONFIG_CHECK_H_
#define SLUSS_GATEWAY_BASE_CONFIG_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/base/text_file.h"

namespace sluss {

// Fields are those of the top message. Relative paths are taken from the configuration file's own
// directory and replaced by the resolved path. Not thread-safe.
class ConfigCheck {
 public:
  // `file` must outlive this object.
  explicit ConfigCheck(const TextFile& file);

  void Required(absl::string_view field, const std::string& value);
  // host:port with a port of 1-65535.
  void Address(absl::string_view field, const std::string& value);
  // One such address, or several numeric ones with commas between: who answers first is used.
  void Addresses(absl::string_view field, const std::string& value);
  // A readable regular file.
  void File(absl::string_view field, std::string* path, int index = 0);
  // The same, and nobody but its owner may read it.
  void SecretFile(absl::string_view field, std::string* path);
  void Directory(absl::string_view field, std::string* path, int index = 0);
  // A path that may be created: only resolved, its directory must exist.
  void FileToCreate(absl::string_view field, std::string* path);
  // 0 takes `standard`; else min <= value <= max. `value` is a uint32 field's accessor pair.
  uint32_t Range(absl::string_view field, uint32_t value, uint32_t standard, uint32_t min,
                 uint32_t max);

  void Fault(absl::string_view field, absl::string_view text, int index = 0);

  // OK, or INVALID_ARGUMENT with a line for each fault.
  absl::Status Finish() const;

 private:
  std::string Resolve(const std::string& path) const;

  const TextFile& file_;
  std::vector<std::string> faults_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_BASE_CONFIG_CHECK_H_
