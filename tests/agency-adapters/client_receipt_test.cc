// Both ends of a disclosure keep the proof that the log tells of it, and find what is missing.
#include "agency-adapters/client/receipt_book.h"
#include "gateway/tlog/kept_receipts.h"
#include "gateway/tlog/proof_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agency-adapters/client_agency.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using namespace sluss::testing;  // NOLINT: the fixtures of these tests
using ::testing::HasSubstr;
using ::testing::SizeIs;

const absl::Time kNow = absl::FromCivil(absl::CivilHour(2026, 1, 15, 9), absl::UTCTimeZone());

class ReceiptTest : public ::testing::Test {
 protected:
  void Exchange(const std::string& native_id) {
    school_.Drop(native_id + ".txt", DutyReport(native_id));
    school_.Look();
    social_.Receive();
  }

  // The kept receipts of these agencies against the gateway's log, entry for entry.
  absl::Status Audit(const std::vector<const Agency*>& agencies) const {
    KeptReceipts receipts;
    for (const Agency* agency : agencies) {
      for (const auto& [path, text] : agency->Files("/receipts/")) {
        ASSIGN_OR_RETURN(KeptReceipt receipt, ReadReceiptFile(path, text));
        RETURN_IF_ERROR(receipts.Add(std::move(receipt)));
      }
    }
    RETURN_IF_ERROR(receipts.CheckCounters());
    RETURN_IF_ERROR(
        receipts.CheckSignatures(Must(VerifierKey::Parse(gateway_.log_key().verifier_key())), {}));
    const std::vector<std::string> entries = gateway_.entries();
    for (size_t i = 0; i < entries.size(); ++i) RETURN_IF_ERROR(receipts.OnEntry(i, entries[i]));
    return receipts.gap();
  }

  Parties parties_;
  FakeClock clock_{kNow};
  FakeGateway gateway_{&parties_};
  Agency school_{kSchool, &parties_, &gateway_, &clock_};
  Agency social_{kSocialServices, &parties_, &gateway_, &clock_};
};

TEST_F(ReceiptTest, BothEndsKeepTheProofAndTheNativeRecordHasItBeside) {
  Exchange("FI-1");
  EXPECT_THAT(school_.Files("/receipts/", ".tlog-proof"), SizeIs(2));  // officers, decision
  EXPECT_THAT(social_.Files("/receipts/", ".tlog-proof"), SizeIs(2));
  EXPECT_OK(Audit({&school_}));
  EXPECT_OK(Audit({&social_}));
  EXPECT_OK(Audit({&school_, &social_}));

  const std::string id = ToHex(gateway_.accepted()[0].message_id());
  const std::string beside = school_.OnlyFile("/out/" + id, ".decision.tlog-proof");
  EXPECT_EQ(beside, school_.OnlyFile("/receipts/", "-decision-" + id + ".tlog-proof"));
  EXPECT_EQ(social_.OnlyFile("/out/" + id, ".delivery.tlog-proof"),
            social_.OnlyFile("/receipts/", "-delivery-" + id + ".tlog-proof"));
}

TEST_F(ReceiptTest, ADenialHasItsReceiptToo) {
  gateway_.verdict = v1::VERDICT_DENY;
  Exchange("FI-1");
  EXPECT_THAT(school_.Files("/receipts/", ".tlog-proof"), SizeIs(2));
  EXPECT_OK(Audit({&school_}));
}

TEST_F(ReceiptTest, AReceiptThatIsGoneIsAGap) {
  Exchange("FI-1");
  const std::string path = school_.Files("/receipts/", "").rbegin()->first;
  ASSERT_THAT(path, HasSubstr("-decision-"));
  ASSERT_OK(school_.disk.Remove(path));
  EXPECT_THAT(Audit({&school_}),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("the log tells of something that "
                                                              "`school/ekbacken` sent")));
}

// A gateway whose log was set back proves other entries under the same numbers. Duty reports go on;
// both proofs are kept, and whoever watches hears of it.
TEST_F(ReceiptTest, ALogThatWasSetBackIsNoticedAtTheNextReceipt) {
  Exchange("FI-1");
  EXPECT_EQ(school_.contradictions, 0);
  gateway_.SetLogBack(1);
  Exchange("FI-2");
  EXPECT_GE(school_.contradictions, 1);
  EXPECT_THAT(gateway_.accepted(), SizeIs(2));
  EXPECT_THAT(school_.Files("/out", "accepted-outcome.txt"), SizeIs(2));
  EXPECT_EQ(Audit({&school_}).code(), absl::StatusCode::kDataLoss);
  EXPECT_GE(school_.parts().receipts->contradictions(), 1u);
}

// The adapter is started again after the gateway's log was set back.
TEST_F(ReceiptTest, WhatWasKeptBeforeARestartIsHeldAgainstWhatComes) {
  Exchange("FI-1");
  const std::string path = school_.Files("/receipts/", "").rbegin()->first;
  const KeptReceipt kept = Must(ReadReceiptFile(path, school_.Files("/receipts/").at(path)));
  v1::LogReceipt again;
  again.set_index(kept.index);
  again.set_leaf(kept.entry);
  ProofFile proof = Must(ParseProofFile(school_.Files("/receipts/").at(path)));
  proof.extra.reset();
  again.set_proof(FormatProofFile(proof));
  int contradictions = 0;
  const auto book = Must(ReceiptBook::Open(&school_.disk, "/receipts",
                                           Must(ReceiptVerifier::Make(gateway_.log_key())),
                                           [&](uint64_t) { ++contradictions; }));
  EXPECT_EQ(book->kept(), 2u);
  ASSERT_OK(book->Take(again));
  EXPECT_EQ(contradictions, 0);
  gateway_.SetLogBack(kept.index);
  v1::AuditLeaf other = kept.leaf;
  other.set_purpose("PREVENTION");
  ASSERT_OK(book->Take(gateway_.LogEntryOf(other)));
  EXPECT_EQ(contradictions, 1);
  EXPECT_THAT(school_.Files("/receipts/", ".tlog-proof"), SizeIs(3)) << "both are kept";
}

}  // namespace
}  // namespace sluss
