// A log that keeps to one history is cosigned; one that shows two is caught, and the proof is kept.
#include "gateway/tlog/witness.h"

#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/tlog/cosignature.h"
#include "gateway/tlog/strict_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/tlog/naive_tree.h"
#include "tests/gateway/tlog/sample_log.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr char kName[] = "witness.example/w1";

class FakeMemory : public WitnessMemory {
 public:
  enum class Fault { kNone, kFailed, kFailedButKept };

  absl::StatusOr<std::string> Last(const std::string& origin) override { return last[origin]; }
  absl::Status Keep(const std::string& origin, const std::string& note) override {
    if (fault != Fault::kFailed) last[origin] = note;
    return Answer();
  }
  absl::Status KeepEvidence(const std::string&, const std::string& note) override {
    if (fault != Fault::kFailed) evidence.push_back(note);
    return Answer();
  }

  std::map<std::string, std::string> last;
  std::vector<std::string> evidence;
  Fault fault = Fault::kNone;

 private:
  absl::Status Answer() const {
    return fault == Fault::kNone ? absl::OkStatus() : absl::UnavailableError("the disk is full");
  }
};

// A log of numbered entries; another `story` has other entries from `since` on.
struct Log {
  std::vector<Hash> leaves;

  explicit Log(uint64_t size, uint64_t since = 0, const std::string& story = "") {
    for (uint64_t i = 0; i < size; ++i) {
      leaves.push_back(LeafHash(absl::StrCat(i, i < since ? "" : story)));
    }
  }
  std::string NoteAt(uint64_t size) const {
    return SignCheckpoint({kSampleOrigin, size, NaiveRoot(Leaves(leaves).first(size))},
                          SampleLogKey());
  }
  std::string RequestFor(uint64_t old_size, uint64_t size) const {
    std::string request = absl::StrCat("old ", old_size, "\n");
    for (const Hash& hash : NaiveConsistency(old_size, Leaves(leaves).first(size))) {
      absl::StrAppend(&request, FormatHash(hash), "\n");
    }
    return absl::StrCat(request, "\n", NoteAt(size));
  }
};

class WitnessTest : public ::testing::Test {
 protected:
  static SigningKey Key() {
    return *SigningKey::FromSeed(SecretBytes(std::string(32, 'w'), InsecureSecretAccess::Get()));
  }
  std::unique_ptr<Witness> Make() {
    return *Witness::Create(kName, Key(), {SampleVerifierKey()}, &memory_, &clock_);
  }
  // That the answer is a cosignature of the log's checkpoint of `size`, made now.
  void ExpectCosigned(const WitnessAnswer& answer, const Log& log, uint64_t size) {
    ASSERT_EQ(answer.http_status, 200) << answer.body;
    const auto note = ParseNote(log.NoteAt(size) + answer.body);
    ASSERT_OK(note);
    const auto seen = WitnessKey::Parse(witness_->verifier_key())->Verify(*note);
    ASSERT_OK(seen);
    EXPECT_EQ(*seen, clock_.Now());
    EXPECT_THAT(*witness_->Sizes(), ElementsAre(Pair(kSampleOrigin, size)));
  }

  FakeMemory memory_;
  FakeClock clock_{absl::FromUnixSeconds(1764000000)};
  std::unique_ptr<Witness> witness_ = Make();
};

TEST_F(WitnessTest, CosignsEveryStepOfOneHistory) {
  const Log log(40);
  uint64_t last = 0;
  for (const uint64_t size : {0, 1, 1, 2, 7, 8, 31, 32, 33, 40, 40}) {
    ExpectCosigned(witness_->AddCheckpoint(log.RequestFor(last, size)), log, size);
    last = size;
    clock_.Advance(absl::Seconds(10));
  }
  EXPECT_THAT(memory_.evidence, IsEmpty());
}

TEST_F(WitnessTest, GoesOnAfterARestartWhereItWas) {
  const Log log(9);
  witness_->AddCheckpoint(log.RequestFor(0, 5));
  witness_ = Make();
  EXPECT_EQ(witness_->AddCheckpoint(log.RequestFor(0, 9)).http_status, 409);
  ExpectCosigned(witness_->AddCheckpoint(log.RequestFor(5, 9)), log, 9);
}

TEST_F(WitnessTest, ARollBackIsAnsweredWithTheSizeItHas) {
  const Log log(9);
  witness_->AddCheckpoint(log.RequestFor(0, 9));
  const WitnessAnswer answer = witness_->AddCheckpoint(log.RequestFor(0, 5));
  EXPECT_EQ(answer.http_status, 409);
  EXPECT_EQ(answer.content_type, "text/x.tlog.size");
  EXPECT_EQ(answer.body, "9\n");
  EXPECT_EQ(witness_->AddCheckpoint("old 9\n\n" + log.NoteAt(5)).http_status, 400);
}

TEST_F(WitnessTest, TwoRootsOfOneSizeAreEvidence) {
  witness_->AddCheckpoint(Log(9).RequestFor(0, 9));
  const Log other(9, 8, " rewritten");
  const WitnessAnswer answer = witness_->AddCheckpoint(other.RequestFor(9, 9));
  EXPECT_EQ(answer.http_status, 409);
  EXPECT_TRUE(answer.split_view);
  EXPECT_THAT(memory_.evidence, ElementsAre(other.NoteAt(9)));
  EXPECT_EQ(memory_.last[kSampleOrigin], Log(9).NoteAt(9));
}

TEST_F(WitnessTest, ARewrittenEntryOrAForkIsNotCosigned) {
  witness_->AddCheckpoint(Log(9).RequestFor(0, 9));
  for (const uint64_t since : {0, 3, 8}) {
    const Log other(20, since, " rewritten");
    const WitnessAnswer answer = witness_->AddCheckpoint(other.RequestFor(9, 20));
    EXPECT_EQ(answer.http_status, 422) << since;
    EXPECT_THAT(answer.body, HasSubstr("the tree of 9 is not the beginning of the tree of 20"));
  }
  EXPECT_THAT(*witness_->Sizes(), ElementsAre(Pair(kSampleOrigin, 9u)));
}

TEST_F(WitnessTest, NoHashOfAProofCanBeChangedOrLeftOut) {
  const Log log(23);
  witness_->AddCheckpoint(log.RequestFor(0, 9));
  const std::string request = log.RequestFor(9, 23);
  const size_t end = request.find("\n\n");
  for (size_t at = request.find('\n') + 1; at < end; at = request.find('\n', at) + 1) {
    std::string changed = request, shorter = request;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(witness_->AddCheckpoint(changed).http_status, 422) << at;
    shorter.erase(at, request.find('\n', at) + 1 - at);
    EXPECT_EQ(witness_->AddCheckpoint(shorter).http_status, 422) << at;
  }
  EXPECT_EQ(witness_->AddCheckpoint(request).http_status, 200);
}

TEST_F(WitnessTest, WhatIsNoRequestOfThisLogIsRefused) {
  const Log log(3);
  const std::string stranger = SignCheckpoint({"log.example/other", 1, log.leaves[0]}, Key());
  const std::string forged = SignCheckpoint({kSampleOrigin, 1, log.leaves[0]}, Key());
  const struct {
    const char* name;
    std::string request;
    int status;
  } cases[] = {
      {"empty", "", 400},
      {"no old", log.NoteAt(3), 400},
      {"old with a zero in front", "old 00\n\n" + log.NoteAt(3), 400},
      {"old beyond the checkpoint", "old 4\n\n" + log.NoteAt(3), 400},
      {"no hash", "old 0\nxyz\n\n" + log.NoteAt(3), 400},
      {"no empty line", "old 0\n", 400},
      {"a proof from nothing",
       absl::StrCat("old 0\n", FormatHash(log.leaves[0]), "\n\n", log.NoteAt(3)), 422},
      {"too long", absl::StrCat("old 0\n\n", log.NoteAt(3), std::string(20'000, 'x')), 400},
      {"no checkpoint", "old 0\n\nlog\n\n", 400},
      {"another log", "old 0\n\n" + stranger, 404},
      {"another key", "old 0\n\n" + forged, 403},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(witness_->AddCheckpoint(c.request).http_status, c.status) << c.name;
  }
  EXPECT_THAT(memory_.last, ElementsAre(Pair(kSampleOrigin, "")));
}

TEST_F(WitnessTest, SignsNothingThatItCannotRemember) {
  const Log log(9);
  for (const auto fault : {FakeMemory::Fault::kFailed, FakeMemory::Fault::kFailedButKept}) {
    memory_.fault = fault;
    const uint64_t old_size = witness_->Sizes()->at(kSampleOrigin);
    const WitnessAnswer answer = witness_->AddCheckpoint(log.RequestFor(old_size, 5));
    EXPECT_EQ(answer.http_status, 500);
    EXPECT_THAT(answer.body, HasSubstr("the disk is full"));
  }
  memory_.fault = FakeMemory::Fault::kNone;
  // It was kept the second time: the log hears of it and asks again from there.
  EXPECT_EQ(witness_->AddCheckpoint(log.RequestFor(0, 9)).body, "5\n");
  ExpectCosigned(witness_->AddCheckpoint(log.RequestFor(5, 9)), log, 9);
}

TEST_F(WitnessTest, EvidenceThatCannotBeKeptIsAFaultAndNoAnswer) {
  witness_->AddCheckpoint(Log(9).RequestFor(0, 9));
  memory_.fault = FakeMemory::Fault::kFailed;
  EXPECT_EQ(witness_->AddCheckpoint(Log(9, 8, "x").RequestFor(9, 9)).http_status, 500);
}

TEST_F(WitnessTest, DamagedMemoryStopsIt) {
  memory_.last[kSampleOrigin] = SignCheckpoint({kSampleOrigin, 2, EmptyRoot()}, Key());
  const WitnessAnswer answer = witness_->AddCheckpoint(Log(3).RequestFor(2, 3));
  EXPECT_EQ(answer.http_status, 500);
  EXPECT_THAT(answer.body, HasSubstr("is damaged"));
  EXPECT_THAT(witness_->Sizes(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("retire")));
}

TEST_F(WitnessTest, OfTwoHistoriesAtOnceOneIsCosigned) {
  for (int round = 0; round < 20; ++round) {
    memory_.last.clear();
    const Log one(9), two(9, 4, "x");
    int status_one = 0, status_two = 0;
    std::thread first(
        [&] { status_one = witness_->AddCheckpoint(one.RequestFor(0, 9)).http_status; });
    std::thread second(
        [&] { status_two = witness_->AddCheckpoint(two.RequestFor(0, 9)).http_status; });
    first.join();
    second.join();
    EXPECT_EQ(status_one + status_two, 200 + 409);
  }
}

// The key of a log is changed over: the witness knows both for a while, and its memory, signed by
// both, opens with either.
TEST(WitnessKeysTest, EitherKeySignsWhileTheyAreChangedOver) {
  const SigningKey next = SigningKey::Generate();
  const VerifierKey next_verifier = *VerifierKey::Make(kSampleOrigin, next.public_key());
  const auto request = [&](uint64_t old_size, uint64_t size, bool by_old, bool by_new) {
    const Log log(size);
    Appender tree;
    tree.Append(log.leaves);
    const Checkpoint checkpoint{kSampleOrigin, size, tree.root()};
    const SigningKey old = SampleLogKey();
    const std::string note = by_old ? SignCheckpoint(checkpoint, old, by_new ? &next : nullptr)
                                    : SignCheckpoint(checkpoint, next);
    std::string text = absl::StrCat("old ", old_size, "\n");
    if (old_size > 0) {
      for (const Hash& hash : NaiveConsistency(old_size, log.leaves)) {
        absl::StrAppend(&text, FormatHash(hash), "\n");
      }
    }
    return absl::StrCat(text, "\n", note);
  };
  FakeMemory memory;
  FakeClock clock{absl::UnixEpoch()};
  const auto with = [&](const std::vector<VerifierKey>& keys) {
    return *Witness::Create(kName, SampleLogKey(), keys, &memory, &clock);
  };
  const VerifierKey old_verifier = SampleVerifierKey();
  EXPECT_EQ(with({old_verifier})->AddCheckpoint(request(0, 3, true, false)).http_status, 200);
  EXPECT_EQ(with({next_verifier})->AddCheckpoint(request(3, 5, true, true)).http_status, 500)
      << "what it remembers is not signed by the new key";
  EXPECT_EQ(
      with({old_verifier, next_verifier})->AddCheckpoint(request(3, 5, true, true)).http_status,
      200);
  EXPECT_EQ(with({next_verifier})->AddCheckpoint(request(5, 8, false, true)).http_status, 200);
  EXPECT_EQ(with({next_verifier})->AddCheckpoint(request(8, 9, true, false)).http_status, 403);
  EXPECT_THAT(Witness::Create(kName, SampleLogKey(), {old_verifier, next_verifier, old_verifier},
                              &memory, &clock)
                  .status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("more than two keys")));
}

}  // namespace
}  // namespace sluss::testing
