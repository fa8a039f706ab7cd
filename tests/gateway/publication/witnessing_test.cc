// The gateway's side of its witnesses, against real witnesses in this process that can be away, lie
// or have been shown something else.
#include "gateway/publication/witnessing.h"

#include <map>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/event_log.h"
#include "gateway/publication/published_files.h"
#include "gateway/publication/publisher.h"
#include "gateway/tlog/witness.h"
#include "gmock/gmock.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::CommitFault;
using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::FakeClock;
using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;
using ::testing::_;
using ::testing::HasSubstr;
using ::testing::Not;

class FakeMemory : public WitnessMemory {
 public:
  absl::StatusOr<std::string> Last(const std::string& origin) override { return last[origin]; }
  absl::Status Keep(const std::string& origin, const std::string& note) override {
    last[origin] = note;
    return absl::OkStatus();
  }
  absl::Status KeepEvidence(const std::string&, const std::string& note) override {
    evidence.push_back(note);
    return absl::OkStatus();
  }
  std::map<std::string, std::string> last;
  std::vector<std::string> evidence;
};

enum class Fault { kNone, kAway, kAnswerLost, kBadSignature, kOtherKey, kNothing, kGarbage };

SigningKey KeyOf(const std::string& name) {
  return *SigningKey::FromSeed(
      SecretBytes(std::string(32, name.back()), InsecureSecretAccess::Get()));
}

// One witness, with its key.
struct FakeWitness {
  FakeWitness(const std::string& name, const VerifierKey& log, const Clock* clock)
      : key(KeyOf(name)),
        verifier(*WitnessKey::Make(name, key.public_key())),
        witness(*Witness::Create(name, KeyOf(name), {log}, &memory, clock)) {}

  SigningKey key;
  WitnessKey verifier;
  FakeMemory memory;
  std::unique_ptr<Witness> witness;
  Fault fault = Fault::kNone;
  int status = 0;                  // answered instead, where not 0
  std::vector<std::string> sizes;  // of 409, one after the other, instead of its own
  int asked = 0;
};

class FakePoster : public HttpPoster {
 public:
  absl::StatusOr<HttpReply> Post(const std::string& url, absl::string_view,
                                 absl::string_view body) override {
    FakeWitness& witness = *at.at(url);
    ++witness.asked;
    if (witness.fault == Fault::kAway) return absl::UnavailableError("connection refused");
    if (witness.status != 0) return HttpReply{witness.status, "no\n"};
    if (!witness.sizes.empty()) {
      const std::string size = witness.sizes.front();
      witness.sizes.erase(witness.sizes.begin());
      return HttpReply{409, size};
    }
    const WitnessAnswer answer = witness.witness->AddCheckpoint(body);
    HttpReply reply{answer.http_status, answer.body};
    if (witness.fault == Fault::kAnswerLost) return absl::UnavailableError("timeout");
    if (reply.status != 200) return reply;
    switch (witness.fault) {
      case Fault::kBadSignature:
        reply.body =
            Cosign("another\n5\ntext\n", witness.verifier.name(), witness.key, absl::UnixEpoch());
        break;
      case Fault::kOtherKey: {
        const Note note = *ParseNote(body.substr(body.find("\n\n") + 2));
        reply.body =
            Cosign(note.text, witness.verifier.name(), SigningKey::Generate(), absl::UnixEpoch());
        break;
      }
      case Fault::kNothing:
        reply.body = "";
        break;
      case Fault::kGarbage:
        reply.body = "<html>";
        break;
      default:
        break;
    }
    return reply;
  }

  std::map<std::string, FakeWitness*> at;  // by URL
};

class WitnessingTest : public ::testing::Test {
 protected:
  WitnessingTest() {
    world_.Stop();
    ledger_ = Must(world_.OpenLedger());
    publisher_ = std::make_unique<Publisher>(ledger_.get(), &world_.store());
    for (const char* name : {"a", "b", "c"}) {
      witnesses_[name] = std::make_unique<FakeWitness>(absl::StrCat("w.example/", name),
                                                       world_.verifier(), &world_.clock());
      poster_.at[absl::StrCat("https://", name, "/add-checkpoint")] = witnesses_[name].get();
    }
    Publish();
  }

  void Append(int count = 1) {
    EXPECT_OK(ledger_->Run([count](Recorder& recorder) -> absl::Status {
      for (int i = 0; i < count; ++i) {
        LeafDraft leaf;
        leaf.clear.set_kind(v1::EXPORT);
        const absl::Status appended = recorder.Append(leaf).status();
        if (!appended.ok()) return appended;
      }
      return absl::OkStatus();
    }));
  }
  // One more checkpoint, a second after the last.
  void Publish(int entries = 1) {
    world_.clock().Advance(kPublishEvery);
    Append(entries);
    EXPECT_TRUE(Must(publisher_->Publish()));
  }

  void Start(WitnessLimits limits = {}, const std::string& quorum = "group g 2 a b c\nquorum g\n") {
    std::string text;
    for (const auto& [name, witness] : witnesses_) {
      absl::StrAppend(&text, "witness ", name, " ", witness->verifier.ToString(), " https://", name,
                      "/\n");
    }
    witnessing_ =
        Must(Witnessing::Create(*WitnessPolicy::Parse(text + quorum), limits,
                                {.ledger = ledger_.get(),
                                 .store = &world_.store(),
                                 .poster = &poster_,
                                 .events = &events_,
                                 .cosigned = [this](uint64_t n) { told_.push_back(n); }}));
  }
  void StepAll() {
    for (size_t i = 0; i < witnessing_->size(); ++i) witnessing_->Step(i);
  }
  FakeWitness& Of(const char* name) { return *witnesses_.at(name); }
  WitnessesStanding Standing() { return Must(witnessing_->Standing()); }
  absl::Status Last(size_t witness) { return Standing().witnesses[witness].last; }
  uint64_t Shown() { return *Must(witnessing_->Shown(world_.store())); }
  std::string Events() const { return event_text_.str(); }

  ExchangeWorld world_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Publisher> publisher_;
  std::map<std::string, std::unique_ptr<FakeWitness>> witnesses_;
  FakePoster poster_;
  std::ostringstream event_text_;
  EventLog events_{&event_text_, &world_.clock()};
  std::vector<uint64_t> told_;
  std::unique_ptr<Witnessing> witnessing_;
};

constexpr absl::Duration kRound = absl::Seconds(15);

TEST_F(WitnessingTest, AQuorumSeesOneCheckpointAfterTheOther) {
  Start();
  for (uint64_t number = 0; number < 5; ++number) {
    StepAll();
    const PublishedCheckpoint checkpoint = *Must(world_.store().FindPublished(number));
    const std::string cosigned = Must(CosignedNote(world_.store(), checkpoint));
    const Note note = *ParseNote(cosigned);
    for (const auto& [name, witness] : witnesses_) EXPECT_OK(witness->verifier.Verify(note));
    EXPECT_EQ(Shown(), number);
    EXPECT_EQ(Standing().size, checkpoint.size);
    world_.clock().Advance(kRound);
    Publish(100 * static_cast<int>(number) + 1);
  }
  EXPECT_EQ(told_.size(), 15u);
}

TEST_F(WitnessingTest, ManyCheckpointsASecondAreNotAllSentButTheSameToEach) {
  Start();
  witnessing_->Step(0);
  for (int i = 0; i < 5; ++i) Publish();
  witnessing_->Step(1);
  EXPECT_EQ(Shown(), 0u) << "the second was sent what the first was";
  EXPECT_EQ(Of("a").asked + Of("b").asked, 2);
  world_.clock().Advance(kRound);
  StepAll();
  EXPECT_EQ(Shown(), 5u);
  StepAll();
  EXPECT_EQ(Of("a").asked, 2) << "nothing new, nothing asked";
}

TEST_F(WitnessingTest, OneAwayHoldsNobodyUpAndIsAskedEverMoreSeldom) {
  Start();
  Of("a").fault = Fault::kAway;
  StepAll();
  EXPECT_EQ(Shown(), 0u);
  EXPECT_THAT(Last(0), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("refused")));
  EXPECT_THAT(Events(), HasSubstr("witness-away"));
  const int before = Of("a").asked;
  for (int second = 0; second < 3600; ++second) {
    world_.clock().Advance(absl::Seconds(1));
    witnessing_->Step(0);
  }
  EXPECT_LT(Of("a").asked - before, 25);
  EXPECT_GT(Of("a").asked - before, 12);
  Of("a").fault = Fault::kNone;
  world_.clock().Advance(absl::Minutes(5));
  Publish();
  world_.clock().Advance(kRound);
  StepAll();
  EXPECT_OK(Last(0));
  EXPECT_THAT(Events(), HasSubstr("witness-cosigns"));
  EXPECT_EQ(Shown(), 1u);
}

TEST_F(WitnessingTest, WhatIsNoCosignatureCountsForNothing) {
  const struct {
    const char* name;
    Fault fault;
  } cases[] = {{"bad signature", Fault::kBadSignature},
               {"other key", Fault::kOtherKey},
               {"nothing", Fault::kNothing},
               {"garbage", Fault::kGarbage}};
  for (const auto& c : cases) {
    Start();
    Of("a").fault = Of("b").fault = c.fault;
    Publish();
    StepAll();
    EXPECT_THAT(Last(0), StatusIs(absl::StatusCode::kPermissionDenied, _)) << c.name;
    EXPECT_FALSE(Must(world_.store().LastCosignature(Of("a").verifier.Label())).has_value());
    EXPECT_THAT(Events(), HasSubstr("witness-lies")) << c.name;
    EXPECT_FALSE(Must(NewestCosigned(world_.store(), *WitnessPolicy::Parse(absl::StrCat(
                                                         "witness a ", Of("a").verifier.ToString(),
                                                         "\nquorum a\n"))))
                     .has_value());
  }
}

TEST_F(WitnessingTest, WhoRefusesSaysWhy) {
  const struct {
    int status;
    absl::StatusCode code;
    const char* text;
  } cases[] = {
      {400, absl::StatusCode::kInvalidArgument, "does not understand"},
      {401, absl::StatusCode::kInvalidArgument, "certificate"},
      {403, absl::StatusCode::kInvalidArgument, "verifier key"},
      {404, absl::StatusCode::kInvalidArgument, "does not watch this log"},
      {422, absl::StatusCode::kFailedPrecondition, "is not the beginning of this log"},
      {429, absl::StatusCode::kUnavailable, "it answers 429"},
      {500, absl::StatusCode::kUnavailable, "it answers 500"},
      {302, absl::StatusCode::kUnavailable, "it answers 302"},
  };
  for (const auto& c : cases) {
    Start();
    Of("a").status = c.status;
    witnessing_->Step(0);
    EXPECT_THAT(Last(0), StatusIs(c.code, HasSubstr(c.text)));
  }
}

// The answer was lost, or the gateway was killed between the answer and the store: the witness has
// more than is known here, and says so.
TEST_F(WitnessingTest, WhatWasLostIsAskedForAgain) {
  for (const bool restarted : {false, true}) {
    Start();
    Of("a").fault = Fault::kAnswerLost;
    Publish();
    witnessing_->Step(0);
    EXPECT_THAT(Last(0), StatusIs(absl::StatusCode::kUnavailable, _));
    Of("a").fault = Fault::kNone;
    if (restarted) Start();
    world_.clock().Advance(kRound);
    Publish();
    witnessing_->Step(0);
    EXPECT_OK(Last(0));
    EXPECT_EQ(Standing().witnesses[0].size, Must(world_.store().LastPublished())->size);
  }
}

TEST_F(WitnessingTest, TheSameCheckpointIsCosignedAgainWhereItWasNotStored) {
  Start();
  world_.memory().SetFaults({.commit = CommitFault::kFailed});
  witnessing_->Step(0);
  EXPECT_THAT(Last(0), StatusIs(absl::StatusCode::kUnavailable, _));
  world_.memory().SetFaults({});
  EXPECT_FALSE(Must(world_.store().LastCosignature(Of("a").verifier.Label())).has_value());
  world_.clock().Advance(absl::Seconds(2));
  witnessing_->Step(0);
  EXPECT_OK(Last(0));
  EXPECT_TRUE(Must(world_.store().LastCosignature(Of("a").verifier.Label())).has_value());

  world_.memory().SetFaults({.commit = CommitFault::kFailedButPersisted});
  witnessing_->Step(1);
  world_.memory().SetFaults({});
  EXPECT_THAT(Last(1), StatusIs(absl::StatusCode::kUnavailable, _));
  world_.clock().Advance(absl::Seconds(2));
  witnessing_->Step(1);
  EXPECT_OK(Last(1));
  EXPECT_EQ(Shown(), 0u);
}

TEST_F(WitnessingTest, AWitnessThatChangesItsMindIsNotFollowedForEver) {
  Publish(50);
  Start();
  Of("a").sizes = {"3\n", "4\n", "5\n", "6\n", "7\n", "8\n"};
  witnessing_->Step(0);
  EXPECT_EQ(Of("a").asked, 3);
  EXPECT_THAT(Last(0), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("another size")));
  for (const char* size : {"", "x\n", "-1\n", "007\n", "99999999999999999999999\n"}) {
    Start();
    Of("a").sizes = {size};
    witnessing_->Step(0);
    EXPECT_THAT(Last(0), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("without a size")))
        << size;
  }
}

// ---- This gateway, or another one under its name, has shown another history

TEST_F(WitnessingTest, ARolledBackLogIsToldByItsWitness) {
  Start();
  StepAll();
  Of("a").sizes = {absl::StrCat(Must(world_.store().LastPublished())->size + 40, "\n")};
  world_.clock().Advance(kRound);
  Publish();
  witnessing_->Step(0);
  EXPECT_THAT(Last(0), StatusIs(absl::StatusCode::kFailedPrecondition,
                                HasSubstr("a restored backup, or a second gateway")));
  EXPECT_THAT(Events(), HasSubstr("witness-conflict"));
}

TEST_F(WitnessingTest, ASecondHistoryIsToldByItsWitness) {
  Start();
  StepAll();
  // It has as many entries as were proved to it, and another root: a fork of one length.
  Of("a").sizes = {absl::StrCat(Must(world_.store().LastPublished())->size, "\n")};
  Publish();
  world_.clock().Advance(kRound);
  witnessing_->Step(0);
  EXPECT_THAT(Last(0), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("two histories")));
}

// ---- Ages

TEST_F(WitnessingTest, WarnsThenRefusesThenTakesAgain) {
  Start({.warn_after = absl::Minutes(10), .refuse_after = absl::Hours(1)});
  StepAll();
  for (const char* name : {"a", "b"}) Of(name).fault = Fault::kAway;
  const struct {
    absl::Duration passes;
    WitnessAge age;
    bool accepts;
  } steps[] = {{absl::Minutes(9), WitnessAge::kInTime, true},
               {absl::Minutes(2), WitnessAge::kLate, true},
               {absl::Minutes(48), WitnessAge::kLate, true},
               {absl::Minutes(2), WitnessAge::kRefusing, false}};
  Publish();
  for (const auto& step : steps) {
    world_.clock().Advance(step.passes);
    StepAll();
    ASSERT_OK(witnessing_->Watch());
    EXPECT_EQ(Standing().age, step.age);
    EXPECT_EQ(witnessing_->MayAccept().ok(), step.accepts);
  }
  EXPECT_THAT(witnessing_->MayAccept(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("`slussctl witness status`")));
  EXPECT_THAT(Events(), HasSubstr("witnesses-late"));
  EXPECT_THAT(Events(), HasSubstr("witnesses-refusing"));
  EXPECT_THAT(Events(), Not(HasSubstr("witnesses-in-time")));
  for (const char* name : {"a", "b"}) Of(name).fault = Fault::kNone;
  world_.clock().Advance(absl::Minutes(5));
  StepAll();
  ASSERT_OK(witnessing_->Watch());
  EXPECT_OK(witnessing_->MayAccept());
  EXPECT_THAT(Events(), HasSubstr("witnesses-in-time"));
}

TEST_F(WitnessingTest, AQuietLogDoesNotGrowOld) {
  Start({.warn_after = absl::Minutes(10), .refuse_after = absl::Hours(1)});
  StepAll();
  world_.clock().Advance(absl::Hours(24 * 30));
  ASSERT_OK(witnessing_->Watch());
  EXPECT_EQ(Standing().age, WitnessAge::kInTime);
  EXPECT_EQ(Standing().waiting, absl::ZeroDuration());
}

TEST_F(WitnessingTest, TheAgeSurvivesARestartAndAFirstQuorumHasItsTime) {
  const WitnessLimits limits{.warn_after = absl::Minutes(10), .refuse_after = absl::Hours(1)};
  world_.clock().Advance(absl::Hours(24 * 365));  // an old log gets its first witnesses
  Start(limits);
  ASSERT_OK(witnessing_->Watch());
  EXPECT_EQ(Standing().age, WitnessAge::kInTime);
  StepAll();
  Publish();
  world_.clock().Advance(absl::Hours(2));
  Start(limits);
  ASSERT_OK(witnessing_->Watch());
  EXPECT_FALSE(witnessing_->MayAccept().ok()) << "a restart is no witness";
}

TEST_F(WitnessingTest, ReadersAreShownWhatAQuorumHasSeen) {
  Start();
  EXPECT_EQ(Shown(), 0u) << "before the first, the newest";
  Publish();
  EXPECT_EQ(Shown(), 1u);
  StepAll();
  Publish();
  EXPECT_EQ(Shown(), 1u) << "nobody has seen the newest";
  Start();
  EXPECT_EQ(Shown(), 1u) << "after a restart too";
  // Another policy trusts others: none of them has seen anything.
  Start({}, "group g all a b c\nquorum g\n");
  EXPECT_EQ(Shown(), 1u) << "all three had";
}

}  // namespace
}  // namespace sluss
