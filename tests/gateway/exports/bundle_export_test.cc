// From a gateway's store to a bundle that verifies; and that nothing leaves before the log says so.
#include "gateway/exports/bundle_export.h"

#include <filesystem>

#include "gateway/exports/bundle_writer.h"
#include "gateway/exports/log_period.h"
#include "gateway/openings/stored_openings.h"
#include "gateway/tlog/history.h"
#include "gateway/tlog/opening_class.h"
#include "gateway/verify/bundle_check.h"
#include "gateway/verify/erased_entries.h"
#include "gmock/gmock.h"
#include "policy/canonical.h"
#include "proto/stored.pb.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::HasSubstr;

// Opens everything but what a test has erased or spoilt.
class FakeOpenings : public OpeningReader {
 public:
  explicit FakeOpenings(const OpeningReader* real) : real_(real) {}
  absl::StatusOr<std::optional<v1::AuditOpening>> Open(uint64_t index) const override {
    ++opened;
    if (!failure.ok()) return failure;
    auto opening = real_->Open(index);
    if (opening.ok() && opening->has_value() && spoil) (*opening)->mutable_field(0)->set_value("x");
    return opening;
  }
  mutable int opened = 0;
  absl::Status failure;
  bool spoil = false;

 private:
  const OpeningReader* const real_;
};

// The export in this process, as the feed of a writer.
class DirectFeed : public BundleFeed {
 public:
  DirectFeed(const BundleExport* exports, v1::ExportBundleRequest request)
      : exports_(exports), request_(std::move(request)) {}

  absl::StatusOr<v1::BundleHead> Head() override {
    const absl::Status status = exports_->Run("officer/dan", request_, [&](const auto& part) {
      parts_.push_back(part);
      return true;
    });
    if (!status.ok()) return status;
    return parts_.front().head();
  }
  absl::StatusOr<std::optional<v1::EntryOpening>> NextOpening() override {
    if (++next_ >= parts_.size()) return std::nullopt;
    return parts_[next_].entry();
  }
  absl::StatusOr<std::string> ReadFile(const std::string& path) override {
    v1::ReadLogFileRequest request;
    request.set_path(path);
    request.set_size(parts_.front().head().size());
    return exports_->ReadFile(request);
  }

 private:
  const BundleExport* const exports_;
  const v1::ExportBundleRequest request_;
  std::vector<v1::BundlePart> parts_;
  size_t next_ = 0;
};

class BundleExportTest : public ::testing::Test {
 protected:
  BundleExportTest() {
    std::string name = std::filesystem::temp_directory_path() / "sluss-bundle-XXXXXX";
    directory_ = mkdtemp(name.data());
    StorePolicy();
    for (int i = 0; i < 3; ++i) {
      Must(world_.Submit(AgencyId("school/ekbacken"), world_.DutyReport()));
      world_.clock().Advance(absl::Hours(1));
    }
    request_.set_from_us(0);
    request_.set_to_us(INT64_MAX);
  }
  ~BundleExportTest() override { std::filesystem::remove_all(directory_); }

  // As the policies' life does at the first start.
  void StorePolicy() {
    v1::StoredPolicyVersion version;
    version.set_bundle(CanonicalBytes(world_.policy().Current()->bundle()));
    const auto done = world_.exchange().ledger()->Run([&](Recorder& recorder) -> absl::Status {
      LeafDraft leaf;
      leaf.clear.set_kind(v1::POLICY_ACTIVATION);
      const auto entry = recorder.Append(leaf);
      if (!entry.ok()) return entry.status();
      return recorder.store().PutPolicyVersion(world_.policy().Current()->digest(),
                                               version.SerializeAsString(), *entry);
    });
    ASSERT_OK(done);
  }

  BundleExport Export() {
    return BundleExport({.store = &world_.store(),
                         .ledger = world_.exchange().ledger(),
                         .openings = &openings_,
                         .verifier_key = world_.verifier().ToString()});
  }
  absl::Status Run(std::vector<v1::BundlePart>* parts) {
    world_.clock().Advance(absl::Seconds(1));
    return Export().Run("officer/dan", request_, [&](const v1::BundlePart& part) {
      parts->push_back(part);
      return true;
    });
  }
  uint64_t Size() { return Must(world_.store().ReadHead("")).size; }
  v1::AuditLeaf LastLeaf() { return Must(ReadStoredLeaf(world_.store(), Size() - 1)); }

  ExchangeWorld world_;
  const StoredOpenings stored_{&world_.store(), &world_.month_keys(), world_.verifier().name()};
  FakeOpenings openings_{&stored_};
  v1::ExportBundleRequest request_;
  std::filesystem::path directory_;
};

TEST_F(BundleExportTest, WritesAZipThatVerifies) {
  const BundleExport exports = Export();
  DirectFeed feed(&exports, request_);
  const std::string path = directory_ / "bundle.zip";
  const auto written = WriteBundle(&feed, path);
  ASSERT_OK(written);
  const auto source = OpenLogSource(path);
  ASSERT_OK(source);
  const auto checked = CheckBundle(**source, world_.verifier());
  ASSERT_OK(checked);
  EXPECT_EQ(checked->tally.verdicts, (BundleTally::Counts{{"PERMIT", 3}}));
  EXPECT_GE(checked->tally.opened, 3u);
  EXPECT_TRUE(checked->report_checked);
  const auto mode = std::filesystem::status(path).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  // A name that is there stays.
  world_.clock().Advance(absl::Seconds(1));
  DirectFeed again(&exports, request_);
  EXPECT_THAT(WriteBundle(&again, path),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("choose another name")));
}

TEST_F(BundleExportTest, TheLogSaysSoBeforeAnythingLeaves) {
  std::vector<v1::BundlePart> parts;
  request_.set_agency("school/ekbacken");
  ASSERT_OK(Run(&parts));
  const v1::AuditLeaf leaf = LastLeaf();
  EXPECT_EQ(leaf.kind(), v1::EXPORT);
  EXPECT_EQ(leaf.outcome(), "bundle");
  EXPECT_EQ(leaf.procedure(), parts[0].head().procedure());
  EXPECT_EQ(leaf.count(), parts.size() - 1);
  EXPECT_EQ(leaf.party(0), "school/ekbacken");
  EXPECT_EQ(leaf.commitment_size(), 1);  // the officer
  EXPECT_EQ(parts[0].head().export_index(), Size() - 1);
  EXPECT_EQ(leaf.SerializeAsString().find("dan"), std::string::npos);
}

// In both forms of the fault: not written; and written, though the store said that it was not.
TEST_F(BundleExportTest, NothingLeavesWhereTheEntryIsNotDurable) {
  for (const CommitFault fault : {CommitFault::kFailed, CommitFault::kFailedButPersisted}) {
    openings_.opened = 0;
    std::vector<v1::BundlePart> parts;
    world_.memory().SetFaults({.commit = fault});
    const absl::Status status = Run(&parts);
    world_.memory().SetFaults({});
    if (fault == CommitFault::kFailed) {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("")));
    }
    if (status.ok()) {
      ASSERT_FALSE(parts.empty());
      EXPECT_EQ(Must(ReadStoredLeaf(world_.store(), parts[0].head().export_index())).kind(),
                v1::EXPORT);
    } else {
      EXPECT_TRUE(parts.empty());
      EXPECT_EQ(openings_.opened, 0);
    }
  }
}

TEST_F(BundleExportTest, WhatDoesNotOpenItsEntryDoesNotLeave) {
  openings_.spoil = true;
  std::vector<v1::BundlePart> parts;
  EXPECT_THAT(Run(&parts), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("does not open it")));
  ASSERT_EQ(parts.size(), 1u);  // the head alone
  openings_.spoil = false;
  openings_.failure = absl::UnavailableError("the keys are away");
  parts.clear();
  EXPECT_THAT(Run(&parts), StatusIs(absl::StatusCode::kUnavailable, "the keys are away"));
}

TEST_F(BundleExportTest, NeverOpensTheNumberUnlessAsked) {
  std::vector<v1::BundlePart> parts;
  ASSERT_OK(Run(&parts));
  for (const v1::BundlePart& part : parts) {
    for (const v1::OpenedCommitment& field : part.entry().field()) EXPECT_NE(field.tag(), 7u);
  }
  parts.clear();
  request_.add_tag(6);
  ASSERT_OK(Run(&parts));
  ASSERT_GT(parts.size(), 1u);
  for (size_t i = 1; i < parts.size(); ++i) {
    ASSERT_EQ(parts[i].entry().field_size(), 1);
    EXPECT_EQ(parts[i].entry().field(0).tag(), 6u);
  }
}

TEST_F(BundleExportTest, RefusesPeriodsThatAreNone) {
  std::vector<v1::BundlePart> parts;
  const uint64_t before = Size();
  request_.set_to_us(0);
  EXPECT_THAT(Run(&parts), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`from`")));
  request_.set_to_us(INT64_MAX);
  request_.set_from_us(INT64_MAX - 1);
  EXPECT_THAT(Run(&parts), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`from`")));
  request_.set_from_us(0);
  request_.add_tag(0);
  EXPECT_THAT(Run(&parts), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`field`")));
  EXPECT_EQ(Size(), before);
}

TEST_F(BundleExportTest, ShowsNoFileBesideThoseOfTheBundle) {
  v1::ReadLogFileRequest request;
  request.set_size(Size());
  const BundleExport exports = Export();
  for (const char* path : {"checkpoint", "verifier-key", "../sluss.db", "tile/0/001",
                           "openings.ndjson", "tile/0/000.p/200", "", "/etc/passwd"}) {
    request.set_path(path);
    EXPECT_THAT(exports.ReadFile(request),
                StatusIs(absl::StatusCode::kNotFound, HasSubstr("no such")))
        << path;
  }
  // Not beyond the size that was asked for.
  request.set_path(EntriesPath(0, 2));
  ASSERT_OK(exports.ReadFile(request));
  request.set_size(1);
  EXPECT_THAT(exports.ReadFile(request),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no such")));
}

TEST_F(BundleExportTest, AnErasureAgreesWithTheVerifiersRule) {
  // Every kind of entry has the class by which the gateway erases it.
  for (int kind = v1::RecordKind_MIN + 1; kind <= v1::RecordKind_MAX; ++kind) {
    v1::AuditLeaf leaf;
    leaf.set_kind(static_cast<v1::RecordKind>(kind));
    leaf.set_time_us(1764000000000000);
    v1::AuditLeaf erasure;
    erasure.set_kind(v1::ERASURE);
    erasure.add_opening_class(
        OpeningMonthText(MonthOf(leaf.kind(), absl::FromUnixMicros(leaf.time_us()))));
    ErasedEntries erasures;
    erasures.Add(5, erasure);
    EXPECT_EQ(erasures.Of(4, leaf), 5u) << v1::RecordKind_Name(leaf.kind());
    EXPECT_FALSE(erasures.Of(6, leaf).has_value());
  }
}

TEST_F(BundleExportTest, FindsAPeriodWithoutReadingWhatLiesBefore) {
  const uint64_t size = Size();
  for (int64_t from = 0; from < static_cast<int64_t>(size); ++from) {
    const int64_t from_us = Must(ReadStoredLeaf(world_.store(), from)).time_us();
    std::vector<uint64_t> found, expected;
    const uint64_t first = Must(FirstOfPeriod(world_.store(), size, from_us));
    ASSERT_OK(ForEachOfPeriod(world_.store(), first, size, from_us, from_us + 1,
                              [&](uint64_t i, const auto&) {
                                found.push_back(i);
                                return absl::OkStatus();
                              }));
    for (uint64_t i = 0; i < size; ++i) {
      if (Must(ReadStoredLeaf(world_.store(), i)).time_us() == from_us) expected.push_back(i);
    }
    EXPECT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace sluss::testing
