// The officer's side: rows found and only these, no cheat of gateway or key holder unnoticed, the
// search held against the log, and the bundle that goes with the report.
#include "gateway/report/scan_reader.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/access/access_desk.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/access.h"
#include "gateway/crypto/sha512.h"
#include "gateway/publication/log_directory.h"
#include "gateway/report/report_bundle.h"
#include "gateway/report/report_rows.h"
#include "gateway/tlog/verifier.h"
#include "gateway/verify/access_report_check.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/access/honest_scan_holder.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::HasSubstr;

constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

class ScanReaderTest : public ::testing::Test {
 protected:
  ScanReaderTest()
      : ring_(world_.parties().ring(kDataProtection)),
        gateway_(world_.parties().gateway_ring()),
        holder_(&world_.parties().keyholder()),
        openings_(world_.Openings()),
        desk_({.ledger = world_.exchange().ledger(),
               .store = &world_.store(),
               .openings = openings_.get(),
               .keys = &gateway_,
               .key_holder = &holder_}),
        directory_(::testing::TempDir() + "/reportXXXXXX") {
    EXPECT_NE(mkdtemp(directory_.data()), nullptr);
  }
  ~ScanReaderTest() override { std::filesystem::remove_all(directory_); }

  uint64_t Report(const char* child) {
    Outgoing outgoing = world_.DutyReport();
    outgoing.number = Number(child);
    return Must(world_.Submit(kSchool, outgoing)).receipt().index();
  }

  // N of the number, as both holders' shares make it: what an enrolment gives.
  Nym NymOf(const char* child) {
    const Point element = Must(NumberElement(Number(child)));
    const Point blinded[] = {element};
    const OprfEvaluation first =
        Must(world_.parties().gateway().Evaluate(kDataProtection, blinded));
    const OprfEvaluation second =
        Must(world_.parties().keyholder().Evaluate(kDataProtection, first.elements));
    return CloseNym(world_.parties().secrets(kDataProtection), second.elements[0]);
  }

  std::vector<v1::ScanPart> Scan(uint64_t from_index = 0) {
    v1::ScanOrder order;
    order.set_officer("officer/anna");
    order.set_procedure(std::string(16, 'p'));
    order.set_from_us(from_);
    order.set_to_us(to_);
    order.set_from_index(from_index);
    order.set_created_us(absl::ToUnixMicros(world_.clock().Now()));
    const v1::SignedScanOrder signed_order = Must(SignScanOrder(
        order, world_.parties().secrets(kDataProtection), world_.parties().directory()));
    digest_ = std::string(AsStringView(Sha512({signed_order.order()})));
    std::vector<v1::ScanPart> parts;
    EXPECT_OK(desk_.Scan("officer/anna", signed_order, [&](const v1::ScanPart& part) {
      parts.push_back(part);
      return true;
    }));
    return parts;
  }

  ScanReader Reader(const char* child) {
    ScanReader reader(&ring_, {NymOf(child)});
    reader.Begin(digest_);
    return reader;
  }
  // The first error, or OK.
  static absl::Status TakeAll(const std::vector<v1::ScanPart>& parts, ScanReader* reader) {
    for (const v1::ScanPart& part : parts) RETURN_IF_ERROR(reader->Take(part));
    return absl::OkStatus();
  }
  static v1::ScanBatch& BatchOf(std::vector<v1::ScanPart>& parts) {
    for (v1::ScanPart& part : parts) {
      if (part.batch().row_size() > 0) return *part.mutable_batch();
    }
    ADD_FAILURE() << "there is no batch";
    return *parts[0].mutable_batch();
  }

  // The log as the officer has it, verified.
  std::unique_ptr<LogFileReader> Log(const std::string& name = "log") {
    const std::string path = directory_ + "/" + name;
    EXPECT_OK(ExportLog(world_.store(), path, world_.verifier()));
    const LogFileReader::Read read = [path](const std::string& file) {
      return ReadFile(path + "/" + file);
    };
    const VerifiedLog verified = Must(VerifyLog(read, world_.verifier()));
    note_ = verified.note;
    return std::make_unique<LogFileReader>(read, verified.checkpoint.size);
  }
  absl::StatusOr<Searched> Hold(const ScanReader& reader) {
    const auto log = Log();
    return HoldAgainstLog(reader, from_, to_, log.get());
  }

  ExchangeWorld world_;
  const AgencyRing ring_;
  const HolderRing gateway_;
  HonestScanHolder holder_;
  const std::unique_ptr<StoredOpenings> openings_;
  AccessDesk desk_;
  std::string directory_, digest_, note_;
  int64_t from_ = absl::ToUnixMicros(world_.clock().Now() - absl::Hours(1));
  int64_t to_ = absl::ToUnixMicros(world_.clock().Now() + absl::Hours(1));
};

TEST_F(ScanReaderTest, FindsTheChildsRowsAndNoOthers) {
  const uint64_t first = Report(kChild);
  Report(kOtherChild);
  const uint64_t third = Report(kChild);
  const std::vector<v1::ScanPart> parts = Scan();
  ScanReader reader = Reader(kChild);
  ASSERT_OK(TakeAll(parts, &reader));
  ASSERT_EQ(reader.found().size(), 2u);
  EXPECT_EQ(reader.found()[0].index, first);
  EXPECT_EQ(reader.found()[1].index, third);
  EXPECT_EQ(reader.compared().size(), 3u);
  EXPECT_TRUE(reader.done().has_value());
  ScanReader stranger = Reader("201103159826");
  ASSERT_OK(TakeAll(parts, &stranger));
  EXPECT_TRUE(stranger.found().empty());
}

TEST_F(ScanReaderTest, EntriesOfEarlierKeysNeedTheDomainsOwnOfThatTime) {
  const uint64_t index = Report(kChild);
  const uint64_t other = Report(kOtherChild);
  const std::vector<v1::ScanPart> parts = Scan();
  const AgencyRing later = world_.parties().Next().Next().ring(kDataProtection);
  const AgencyArchive archive =
      Must(AgencyArchive::Make(later.directories(), {world_.parties().kept(kDataProtection)}));
  ScanReader reader(&later, {NymOf(kChild)}, &archive);
  reader.Begin(digest_);
  ASSERT_OK(TakeAll(parts, &reader));
  ASSERT_EQ(reader.found().size(), 1u);
  EXPECT_EQ(reader.found()[0].index, index);
  EXPECT_EQ(Must(Hold(reader)).unreached.count, 0u);

  ScanReader without(&later, {NymOf(kChild)});
  without.Begin(digest_);
  ASSERT_OK(TakeAll(parts, &without));
  EXPECT_TRUE(without.done().has_value());
  EXPECT_TRUE(without.found().empty());
  EXPECT_TRUE(without.compared().empty());
  EXPECT_EQ(without.unread(),
            (std::map<uint64_t, std::string>{{index, "own-keys-gone"}, {other, "own-keys-gone"}}));
  const Unreached unreached =
      Must(HoldAgainstLog(without, from_, to_, Log("again").get())).unreached;
  EXPECT_EQ(unreached.count, 2u);
  const auto time = [&](uint64_t at) {
    return Must(ParseEntry(Must(world_.store().ReadEntry(at)))).time_us();
  };
  EXPECT_EQ(unreached.first_us, time(index));
  EXPECT_EQ(unreached.last_us, time(other));
}

TEST_F(ScanReaderTest, NobodyCheatsUnnoticed) {
  for (int i = 0; i < 4; ++i) Report(i % 2 == 0 ? kChild : kOtherChild);
  const std::vector<v1::ScanPart> honest = Scan();
  struct Case {
    const char* name;
    std::function<void(v1::ScanBatch&)> change;
    absl::StatusCode code;
    const char* text;
  };
  const Case cases[] = {
      {"gateway swaps", [](auto& b) { b.mutable_gateway_ciphertext()->SwapElements(0, 1); },
       kDenied, "`gateway`: `proof`"},
      {"key holder swaps", [](auto& b) { b.mutable_keyholder_ciphertext()->SwapElements(0, 1); },
       kDenied, "`keyholder`: `proof`"},
      {"gateway's proof", [](auto& b) { b.mutable_gateway_proof()->back() ^= 1; }, kDenied,
       "`gateway`"},
      {"no proof", [](auto& b) { b.clear_keyholder_proof(); }, kInvalid, "`keyholder`: `proof`"},
      {"another value", [](auto& b) { *b.mutable_row(0)->mutable_value() = b.row(1).value(); },
       kDataLoss, "does not commit to this value"},
      {"another salt", [](auto& b) { b.mutable_row(0)->mutable_salt()->back() ^= 1; }, kDataLoss,
       "does not commit"},
      {"rows in another order", [](auto& b) { b.mutable_row()->SwapElements(0, 1); }, kInvalid,
       "not in order"},
      {"a row twice", [](auto& b) { *b.mutable_row(1) = b.row(0); }, kInvalid, "not in order"},
      {"too few", [](auto& b) { b.mutable_gateway_ciphertext()->RemoveLast(); }, kInvalid,
       "`gateway_ciphertext`: there are 3 ciphertexts of 4 rows"},
      {"another directory", [](auto& b) { b.set_directory("12345678"); }, kInvalid, "`directory`"},
      {"nothing new", [](auto& b) { b.set_next_index(0); }, kInvalid, "nothing new"},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    std::vector<v1::ScanPart> parts = honest;
    one.change(BatchOf(parts));
    ScanReader reader = Reader(kChild);
    EXPECT_THAT(TakeAll(parts, &reader), StatusIs(one.code, HasSubstr(one.text)));
    EXPECT_FALSE(reader.done().has_value());
  }
}

TEST_F(ScanReaderTest, AnEndThatComesTooEarlyIsNone) {
  Report(kChild);
  std::vector<v1::ScanPart> parts = Scan();
  std::erase_if(parts, [](const v1::ScanPart& part) { return part.has_batch(); });
  ScanReader reader = Reader(kChild);
  EXPECT_THAT(TakeAll(parts, &reader),
              StatusIs(kInvalid, HasSubstr("ended before everything was told")));
  ScanReader unbegun = Reader(kChild);
  v1::ScanPart batch;
  batch.mutable_batch()->set_next_index(1);
  EXPECT_THAT(unbegun.Take(batch), StatusIs(kInvalid, HasSubstr("before the scan began")));
  EXPECT_THAT(unbegun.Take(v1::ScanPart()), StatusIs(kInvalid, HasSubstr("is empty")));
}

TEST_F(ScanReaderTest, GoesOnWhereTheConnectionBroke) {
  for (int i = 0; i < 300; ++i) Report(i == 7 || i == 290 ? kChild : kOtherChild);
  std::vector<v1::ScanPart> first = Scan();
  ScanReader reader = Reader(kChild);
  ASSERT_OK(reader.Take(first[0]));
  ASSERT_OK(reader.Take(first[1]));  // and the connection is gone
  const uint64_t next = reader.next_index();
  EXPECT_LT(next, first[0].begun().end_index());
  const std::vector<v1::ScanPart> second = Scan(next);
  reader.Begin(digest_);
  ASSERT_OK(TakeAll(second, &reader));
  EXPECT_EQ(reader.found().size(), 2u);
  EXPECT_EQ(reader.compared().size(), 300u);
  ASSERT_OK(Hold(reader));
  ScanReader gap = Reader(kChild);
  ASSERT_OK(gap.Take(second[0]));  // begins in the middle: the log knows
  EXPECT_OK(TakeAll({second.begin() + 1, second.end()}, &gap));
  EXPECT_THAT(Hold(gap), StatusIs(kDataLoss, HasSubstr("is of the period and was not looked at")));
}

TEST_F(ScanReaderTest, TheSearchIsHeldAgainstTheLog) {
  Report(kOtherChild);
  const uint64_t index = Report(kChild);
  const v1::Delivery delivery = world_.Take(kSocialServices);
  EXPECT_OK(world_.Acknowledge(kSocialServices, delivery));
  const v1::Delivery second = world_.Take(kSocialServices);
  EXPECT_OK(world_.Acknowledge(kSocialServices, second));
  const std::vector<v1::ScanPart> parts = Scan();
  ScanReader reader = Reader(kChild);
  ASSERT_OK(TakeAll(parts, &reader));
  const Searched searched = Must(Hold(reader));
  EXPECT_EQ(searched.decisions, 2u);
  EXPECT_EQ(searched.without_number, 0u);
  ASSERT_EQ(searched.disclosures.size(), 1u);
  EXPECT_EQ(searched.disclosures[0].decision.index, index);
  std::vector<v1::RecordKind> kinds;
  for (const LogRow& row : searched.disclosures[0].later) kinds.push_back(row.parsed.kind());
  // Its pseudonym may have followed in between.
  EXPECT_THAT(kinds, ::testing::Contains(v1::DELIVERY));
  EXPECT_THAT(kinds, ::testing::Contains(v1::ACKNOWLEDGEMENT));
}

TEST_F(ScanReaderTest, ARowThatTheGatewayLeavesOutIsMissed) {
  Report(kChild);
  Report(kOtherChild);
  std::vector<v1::ScanPart> parts = Scan();
  // The gateway hides the first: it makes both hops of the second alone.
  v1::ScanBatch& batch = BatchOf(parts);
  const v1::ScanRow kept = batch.row(1);
  const MaybeCiphertext before[] = {
      Must(NymCiphertext::Decode(Must(DecodeAccessValue(kept.value())).ciphertext))};
  const ScanHop first = Must(world_.parties().gateway().HopForScan(digest_, before));
  const ScanHop second = Must(world_.parties().keyholder().HopForScan(digest_, first.after));
  batch.clear_row();
  *batch.add_row() = kept;
  batch.clear_gateway_ciphertext();
  batch.add_gateway_ciphertext(first.after[0]->Encode());
  batch.set_gateway_proof(first.proof);
  batch.clear_keyholder_ciphertext();
  batch.add_keyholder_ciphertext(second.after[0]->Encode());
  batch.set_keyholder_proof(second.proof);
  ScanReader reader = Reader(kOtherChild);
  ASSERT_OK(TakeAll(parts, &reader));
  EXPECT_EQ(reader.found().size(), 1u);
  EXPECT_THAT(Hold(reader),
              StatusIs(kDataLoss, HasSubstr("has an encrypted number and was left out")));
}

TEST_F(ScanReaderTest, ALogThatIsShorterThanTheScanSaysNothing) {
  const auto log = Log("before");
  Report(kChild);
  ScanReader reader = Reader(kChild);
  const std::vector<v1::ScanPart> parts = Scan();
  reader.Begin(digest_);
  ASSERT_OK(TakeAll(parts, &reader));
  EXPECT_THAT(HoldAgainstLog(reader, from_, to_, log.get()),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("export it anew")));
}

TEST_F(ScanReaderTest, WithheldRowsAreKnownByTheirTime) {
  Disclosure one;
  const absl::Time until = world_.clock().Now();
  one.decision.parsed.set_withhold_until_us(absl::ToUnixMicros(until));
  EXPECT_TRUE(one.WithheldAt(until - absl::Seconds(1)));
  EXPECT_FALSE(one.WithheldAt(until));
  EXPECT_FALSE(Disclosure().WithheldAt(until));
}

// ---- The bundle ---------------------------------------------------------------------------------

class BundleTest : public ScanReaderTest {
 protected:
  void Make() {
    Report(kChild);
    Report(kOtherChild);
    Report(kChild);
    const std::vector<v1::ScanPart> parts = Scan();
    ScanReader reader = Reader(kChild);
    ASSERT_OK(TakeAll(parts, &reader));
    const auto log = Log();
    const Searched searched = Must(HoldAgainstLog(reader, from_, to_, log.get()));
    rows_ = searched.disclosures;
    ASSERT_OK(WriteProofs(rows_,
                          {log.get(), note_, "log.sluss.example/gw1", world_.verifier().ToString()},
                          directory_));
  }
  absl::StatusOr<VerifiedReport> Verify() {
    return VerifyReport(
        [this](const std::string& path) -> absl::StatusOr<std::string> {
          if (path == missing_) return absl::NotFoundError("is missing");
          std::string bytes = Must(ReadFile(directory_ + "/proofs/" + path));
          if (path == changed_) bytes = changed_to_;
          return bytes;
        },
        key_ == nullptr ? world_.verifier() : *key_);
  }
  std::string EntryFile(size_t row, const char* suffix) const {
    return "entries/" + std::to_string(rows_[row].decision.index) + suffix;
  }

  std::vector<Disclosure> rows_;
  std::string missing_, changed_, changed_to_;
  std::unique_ptr<VerifierKey> key_;
};

TEST_F(BundleTest, EveryRowIsProved) {
  Make();
  const VerifiedReport report = Must(Verify());
  ASSERT_EQ(report.rows.size(), 2u);
  EXPECT_EQ(report.rows[0].index, rows_[0].decision.index);
  EXPECT_EQ(report.checkpoint.origin, "log.sluss.example/gw1");
  EXPECT_THAT(ReportRowAsLine(1, report.rows[0]),
              HasSubstr("school/ekbacken -> social-services/sundby  PROTECTION  SOL-2025-19-1"));
}

TEST_F(BundleTest, WhatIsChangedTakenAwayOrOfAnotherLogIsNamed) {
  Make();
  for (const char* const suffix : {".leaf", ".tlog-proof"}) {
    missing_ = EntryFile(1, suffix);
    EXPECT_THAT(Verify(), StatusIs(absl::StatusCode::kNotFound,
                                   HasSubstr("row 2, " + missing_ + ": is missing")));
  }
  missing_.clear();
  changed_ = EntryFile(0, ".leaf");
  changed_to_ = rows_[0].decision.leaf;
  changed_to_.back() ^= 1;
  EXPECT_THAT(Verify(), StatusIs(kDataLoss, HasSubstr("row 1, " + changed_)));
  changed_ = EntryFile(0, ".tlog-proof");
  changed_to_ = Must(ReadFile(directory_ + "/proofs/" + EntryFile(1, ".tlog-proof")));
  EXPECT_THAT(Verify(), StatusIs(kDataLoss, HasSubstr("it is the proof of another entry")));
  changed_to_ = "no proof";
  EXPECT_THAT(Verify(), StatusIs(kInvalid, HasSubstr("row 1, " + changed_)));
  changed_ = "report.json";
  for (const char* const text : {"", "{}", "[1]", "{\"format\":\"x\",\"log\":\"y\",\"rows\":[]}"}) {
    changed_to_ = text;
    EXPECT_THAT(Verify(), StatusIs(kInvalid, HasSubstr("report.json: is no")));
  }
  changed_to_ =
      "{\"format\":\"sluss-access-report/1\",\"log\":\"log.sluss.example/gw1\","
      "\"rows\":[{\"index\":1}]}";
  EXPECT_THAT(Verify(), StatusIs(kInvalid, HasSubstr("row 1 is not of this format")));
  changed_.clear();
  const SigningKey other = SigningKey::Generate();
  key_ = std::make_unique<VerifierKey>(
      Must(VerifierKey::Make("log.sluss.example/gw1", other.public_key())));
  EXPECT_THAT(Verify(), StatusIs(kDenied, HasSubstr("checkpoint")));
}

TEST_F(BundleTest, ARowThatOpensAnotherNumberIsNone) {
  Make();
  changed_ = "report.json";
  changed_to_ = Must(ReadFile(directory_ + "/proofs/report.json"));
  const std::string own = ToHex(rows_[0].value), other = ToHex(rows_[1].value);
  changed_to_.replace(changed_to_.find(own), own.size(), other);
  EXPECT_THAT(Verify(), StatusIs(kDataLoss, HasSubstr("row 1, report.json: the entry does not "
                                                      "commit to this value under tag 7")));
}

}  // namespace
}  // namespace sluss::testing
