#include "gateway/exports/bundle_writer.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/base/status_macros.h"
#include "gateway/exports/zip_writer.h"
#include "gateway/tlog/checkpoint.h"
#include "gateway/tlog/history.h"
#include "gateway/tlog/note.h"
#include "gateway/tlog/tile.h"
#include "gateway/verify/bundle_layout.h"
#include "google/protobuf/text_format.h"
#include "proto/policy.pb.h"

namespace sluss {
namespace {

using Packing = ZipWriter::Packing;

constexpr size_t kChunk = 256 << 10;

absl::StatusOr<std::string> PolicyText(const std::string& bytes) {
  v1::PolicyBundle bundle;
  if (!bundle.ParseFromString(bytes)) {
    return absl::DataLossError("a version of the policies cannot be read");
  }
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);  // people read it
  std::string text;
  printer.PrintToString(bundle, &text);
  return text;
}

class Bundle {
 public:
  Bundle(BundleFeed* feed, v1::BundleHead head, Checkpoint checkpoint, ZipWriter* zip)
      : feed_(feed),
        written_{head, BundleTally(head)},
        checkpoint_(std::move(checkpoint)),
        zip_(zip) {}

  // Openings are asked for first: they come over a stream that is open already.
  absl::Status Add() {
    RETURN_IF_ERROR(Text(kReadmePath, [] { return BundleReadme(); }));
    RETURN_IF_ERROR(Text(kBundlePath, [this] { return FormatBundleHead(head()); }));
    RETURN_IF_ERROR(zip_->Add(std::string(kOpeningsPath), Packing::kDeflated,
                              [this] { return NextOpenings(); }));
    RETURN_IF_ERROR(Text(kCheckpointPath, [this] { return head().checkpoint(); }));
    if (!head().verifier_key().empty()) {
      RETURN_IF_ERROR(
          Text(kVerifierKeyPath, [this] { return absl::StrCat(head().verifier_key(), "\n"); }));
    }
    RETURN_IF_ERROR(AddTree());
    for (uint64_t number = 0; number < head().kept_checkpoints(); ++number) {
      RETURN_IF_ERROR(Fetched(KeptCheckpointPath(number), Packing::kDeflated));
    }
    for (uint64_t number = 0; number < head().timestamps(); ++number) {
      RETURN_IF_ERROR(Fetched(StampedCheckpointPath(number), Packing::kDeflated));
      RETURN_IF_ERROR(Fetched(TimestampPath(number), Packing::kDeflated));
    }
    for (const std::string& digest : head().policy_digest()) RETURN_IF_ERROR(AddPolicy(digest));
    // Last, when everything has been counted.
    return Text(kReportPath, [this] {
      return BundlePage(head(), written_.tally, checkpoint_.origin, checkpoint_.size);
    });
  }

  WrittenBundle&& Take() && { return std::move(written_); }

 private:
  const v1::BundleHead& head() const { return written_.head; }

  template <typename Make>
  absl::Status Text(absl::string_view path, Make make) {
    return zip_->Add(
        std::string(path), Packing::kDeflated,
        Once([make = std::move(make)]() -> absl::StatusOr<std::string> { return make(); }));
  }

  absl::Status Fetched(const std::string& path, Packing packing) {
    return zip_->Add(path, packing, Once([this, path] { return feed_->ReadFile(path); }));
  }

  absl::Status AddTree() {
    const uint64_t size = checkpoint_.size;
    for (uint64_t index = 0; index * kTileWidth < size; ++index) {
      const uint64_t width = std::min(kTileWidth, size - index * kTileWidth);
      RETURN_IF_ERROR(zip_->Add(EntriesPath(index, width), Packing::kDeflated,
                                Once([this, index, width] { return Entries(index, width); })));
    }
    for (int level = 0; HashesAt(level, size) > 0; ++level) {
      const uint64_t rows = HashesAt(level, size);
      for (uint64_t index = 0; index * kTileWidth < rows; ++index) {
        const uint64_t width = std::min(kTileWidth, rows - index * kTileWidth);
        RETURN_IF_ERROR(Fetched(TilePath(level, index, width), Packing::kStored));
      }
    }
    return absl::OkStatus();
  }

  // On their way they are counted, for the report.
  absl::StatusOr<std::string> Entries(uint64_t index, uint64_t width) {
    ASSIGN_OR_RETURN(std::string bytes, feed_->ReadFile(EntriesPath(index, width)));
    ASSIGN_OR_RETURN(const auto entries, ParseBundle(bytes, width, index * kTileWidth));
    for (const absl::string_view entry : entries) {
      ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, ParseEntry(entry));
      written_.tally.Add(leaf);
    }
    return bytes;
  }

  absl::StatusOr<std::string> NextOpenings() {
    std::string lines;
    while (lines.size() < kChunk) {
      ASSIGN_OR_RETURN(const std::optional<v1::EntryOpening> opening, feed_->NextOpening());
      if (!opening.has_value()) break;
      written_.tally.AddOpening(*opening);
      absl::StrAppend(&lines, FormatOpening(*opening), "\n");
    }
    return lines;
  }

  absl::Status AddPolicy(const std::string& digest) {
    const std::string path = PolicyPath(digest);
    RETURN_IF_ERROR(Fetched(path, Packing::kDeflated));
    return zip_->Add(PolicyTextPath(digest), Packing::kDeflated,
                     Once([this, path]() -> absl::StatusOr<std::string> {
                       ASSIGN_OR_RETURN(const std::string bytes, feed_->ReadFile(path));
                       return PolicyText(bytes);
                     }));
  }

  BundleFeed* const feed_;
  WrittenBundle written_;
  const Checkpoint checkpoint_;
  ZipWriter* const zip_;
};

}  // namespace

absl::StatusOr<WrittenBundle> WriteBundle(BundleFeed* feed, const std::string& path) {
  ASSIGN_OR_RETURN(v1::BundleHead head, feed->Head());
  ASSIGN_OR_RETURN(const Note note, ParseNote(head.checkpoint()));
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseCheckpointText(note.text));
  ASSIGN_OR_RETURN(const std::unique_ptr<ZipWriter> zip,
                   ZipWriter::Create(path, absl::FromUnixMicros(head.made_us())));
  Bundle bundle(feed, std::move(head), std::move(checkpoint), zip.get());
  RETURN_IF_ERROR(bundle.Add());
  RETURN_IF_ERROR(zip->Write());
  return std::move(bundle).Take();
}

}  // namespace sluss
