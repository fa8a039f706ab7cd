#include "policy/analysis/recorded_file.h"

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/zero_copy_stream_impl.h"
#include "google/protobuf/util/delimited_message_util.h"
#include "google/protobuf/util/json_util.h"

namespace sluss {
namespace {

using Visit = std::function<void(const v1::RecordedDecision&)>;

absl::Status ReadDelimited(const std::string& path, std::ifstream* file, const Visit& visit) {
  google::protobuf::io::IstreamInputStream stream(file);
  for (int number = 1;; ++number) {
    v1::RecordedDecision recorded;
    bool at_end = false;
    if (google::protobuf::util::ParseDelimitedFromZeroCopyStream(&recorded, &stream, &at_end)) {
      visit(recorded);
    } else if (at_end) {
      return absl::OkStatus();
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": message ", number, " is not a RecordedDecision or is cut short"));
    }
  }
}

absl::Status ReadLines(const std::string& path, std::ifstream* file, const Visit& visit) {
  std::string line;
  for (int number = 1; std::getline(*file, line); ++number) {
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    v1::RecordedDecision recorded;
    // The parser's own words may show what stands in the line.
    if (!google::protobuf::util::JsonStringToMessage(line, &recorded).ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", number,
                       ": not a RecordedDecision as JSON, such as {\"id\": \"1\", \"facts\": "
                       "{...}, \"decision\": {...}} on one line"));
    }
    visit(recorded);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadRecorded(const std::string& path, const Visit& visit) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read `", path, "`"));
  return absl::EndsWith(path, ".binpb") ? ReadDelimited(path, &file, visit)
                                        : ReadLines(path, &file, visit);
}

}  // namespace sluss
