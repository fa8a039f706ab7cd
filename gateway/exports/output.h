// Where a command writes what it makes.
#ifndef SLUSS_GATEWAY_EXPORTS_OUTPUT_H_
#define SLUSS_GATEWAY_EXPORTS_OUTPUT_H_

#include <fstream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sluss {

// A file that appears whole or not at all, in the place of one that has its name; or standard
// output, where the path is empty. Not thread-safe.
class Output {
 public:
  static absl::StatusOr<std::unique_ptr<Output>> Open(const std::string& path);
  ~Output();

  void Write(absl::string_view text);
  // UNAVAILABLE where something could not be written.
  absl::Status Close();

 private:
  explicit Output(std::string path) : path_(std::move(path)) {}

  const std::string path_;
  std::ofstream file_;
  bool closed_ = false;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_OUTPUT_H_
