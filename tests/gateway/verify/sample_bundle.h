// An officer's bundle of a made-up log, file by file, so that a test can change any of them.
#ifndef SLUSS_TESTS_GATEWAY_VERIFY_SAMPLE_BUNDLE_H_
#define SLUSS_TESTS_GATEWAY_VERIFY_SAMPLE_BUNDLE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/crypto/sha256.h"
#include "gateway/tlog/commitment.h"
#include "gateway/verify/bundle_layout.h"
#include "gateway/verify/bundle_page.h"
#include "gateway/verify/log_source.h"
#include "google/protobuf/text_format.h"
#include "proto/policy.pb.h"
#include "tests/gateway/tlog/sample_log.h"

namespace sluss::testing {

// Files in memory as a source.
class MapSource final : public LogSource {
 public:
  explicit MapSource(FileMap files) : files_(std::move(files)) {}

  absl::StatusOr<std::string> Read(const std::string& path, size_t max_bytes) const override {
    const auto file = files_.find(path);
    if (file == files_.end()) return absl::NotFoundError(path + " is missing");
    if (file->second.size() > max_bytes) return absl::InvalidArgumentError(path + " is too large");
    return file->second;
  }
  absl::StatusOr<std::unique_ptr<LineReader>> ReadLines(const std::string& path) const override {
    class Lines final : public LineReader {
     public:
      explicit Lines(std::string text) : text_(std::move(text)) {}
      absl::StatusOr<std::optional<std::string>> Next() override {
        if (text_.empty()) return std::nullopt;
        const size_t end = text_.find('\n');
        if (end == std::string::npos)
          return absl::InvalidArgumentError("its last line does not end");
        std::string line = text_.substr(0, end);
        text_.erase(0, end + 1);
        return line;
      }

     private:
      std::string text_;
    };
    absl::StatusOr<std::string> text = Read(path, 1 << 30);
    if (!text.ok()) return text.status();
    return std::make_unique<Lines>(*std::move(text));
  }
  absl::StatusOr<std::set<std::string>> Below(const std::string& folder) const override {
    std::set<std::string> paths;
    for (const auto& [path, bytes] : files_) {
      if (path.rfind(folder, 0) == 0) paths.insert(path);
    }
    return paths;
  }

 private:
  const FileMap files_;
};

inline std::string SamplePolicy(const std::string& id) {
  v1::PolicyBundle bundle;
  bundle.add_policy()->set_id(id);
  return bundle.SerializeAsString();
}

inline std::string AsText(const std::string& policy) {
  v1::PolicyBundle bundle;
  bundle.ParseFromString(policy);
  std::string text;
  google::protobuf::TextFormat::PrintToString(bundle, &text);
  return text;
}

// A log in which every entry that decides commits to its officer, its age and the number.
class SampleBundle {
 public:
  static constexpr uint64_t kEntries = 600;
  static constexpr uint64_t kErasedAlone = 30;  // said so by an entry

  SampleBundle() {
    for (uint64_t i = 0; i < kEntries; ++i) leaves_.push_back(Leaf(i));
    head_.set_procedure(std::string(16, 'p'));
    head_.set_from_us(leaves_[0].time_us());
    head_.set_to_us(leaves_[kEntries - 1].time_us() + 1);
    head_.set_made_us(head_.to_us());
    for (const uint32_t tag : StandardTags()) head_.add_tag(tag);
  }

  v1::BundleHead& head() { return head_; }
  v1::AuditLeaf& leaf(uint64_t i) { return leaves_[i]; }
  // One more entry, of now.
  v1::AuditLeaf& Append(v1::RecordKind kind) {
    v1::AuditLeaf leaf = SampleLeaf(leaves_.size());
    leaf.clear_verdict();
    leaf.set_kind(kind);
    leaves_.push_back(leaf);
    return leaves_.back();
  }
  void Erase(uint64_t index) {
    Append(v1::ERASURE).add_about_index(index);
    erased_.insert(index);
  }
  void EraseMonth(const std::string& opening_class) {
    Append(v1::ERASURE).add_opening_class(opening_class);
    for (uint64_t i = 0; i < kEntries; ++i) erased_.insert(i);
  }

  // The files, with the entry of the export, everything as it must be.
  FileMap Files() {
    v1::AuditLeaf& exported = Append(v1::EXPORT);
    head_.set_export_index(leaves_.size() - 1);
    exported.set_outcome(std::string(kBundleOutcome));
    exported.set_procedure(head_.procedure());
    exported.set_from_us(head_.from_us());
    exported.set_to_us(head_.to_us());
    if (!head_.agency().empty()) exported.add_party(head_.agency());
    uint64_t count = 0;
    for (const v1::AuditLeaf& leaf : leaves_) {
      if (InScope(head_, leaf) && !ToOpen(head_, leaf).empty()) ++count;
    }
    head_.set_entries(count);
    exported.set_count(count);

    std::vector<std::string> entries;
    BundleTally tally(head_);
    for (const v1::AuditLeaf& leaf : leaves_) {
      tally.Add(leaf);
      entries.push_back(Serialised(leaf));
    }
    FileMap files = LogFilesOf(entries);
    std::string& openings = files[std::string(kOpeningsPath)];
    for (uint64_t i = 0; i < leaves_.size(); ++i) {
      if (!InScope(head_, leaves_[i]) || ToOpen(head_, leaves_[i]).empty()) continue;
      const v1::EntryOpening opening = Opening(i);
      tally.AddOpening(opening);
      openings += FormatOpening(opening) + "\n";
    }
    for (const std::string& digest : tally.policy_digests) {
      files[PolicyPath(digest)] = policy_;
      files[PolicyTextPath(digest)] = AsText(policy_);
    }
    files[std::string(kBundlePath)] = FormatBundleHead(head_);
    files[std::string(kReadmePath)] = BundleReadme();
    files[std::string(kVerifierKeyPath)] = SampleVerifierKey().ToString() + "\n";
    files[std::string(kReportPath)] = BundlePage(head_, tally, kSampleOrigin, leaves_.size());
    return files;
  }

  v1::EntryOpening Opening(uint64_t i) const {
    v1::EntryOpening opening;
    opening.set_index(i);
    opening.set_event_id(leaves_[i].event_id());
    if (erased_.count(i) > 0) {
      opening.set_erased(true);
      return opening;
    }
    for (const v1::Commitment* commitment : ToOpen(head_, leaves_[i])) {
      v1::OpenedCommitment* field = opening.add_field();
      field->set_tag(commitment->tag());
      field->set_salt(CommitmentSalt(Secret(i), commitment->tag()));
      field->set_value(Value(i, commitment->tag()));
    }
    return opening;
  }

  static std::string Value(uint64_t i, uint32_t tag) {
    if (tag == 6) return absl::StrCat(i % 18, "-", i % 18 + 1);
    return Sha256String(absl::StrCat("value ", i, " ", tag));
  }
  const std::string& policy() const { return policy_; }

 private:
  static std::string Secret(uint64_t i) { return Sha256String(absl::StrCat("secret ", i)); }

  v1::AuditLeaf Leaf(uint64_t i) const {
    v1::AuditLeaf leaf = SampleLeaf(i);
    if (leaf.kind() == v1::ACKNOWLEDGEMENT) return leaf;
    leaf.set_policy_digest(Sha256String(policy_));
    for (const uint32_t tag : {1u, 6u, 7u}) {
      v1::Commitment* commitment = leaf.add_commitment();
      commitment->set_tag(tag);
      commitment->set_digest(CommitmentOf(CommitmentSalt(Secret(i), tag), tag, Value(i, tag)));
    }
    return leaf;
  }

  const std::string policy_ = SamplePolicy("the-policy");
  std::vector<v1::AuditLeaf> leaves_;
  std::set<uint64_t> erased_;
  v1::BundleHead head_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_VERIFY_SAMPLE_BUNDLE_H_
