// What is refused before anything is decided: each with its field, each recorded.
#include <type_traits>

#include "gateway/crypto/random.h"
#include "gateway/crypto/sign.h"
#include "gateway/exchange/pipeline.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/testing/officers.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::Attest;
using ::sluss::testing::ExchangeWorld;
using ::sluss::testing::kPolice;
using ::sluss::testing::kSchool;
using ::sluss::testing::kSocialServices;
using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

// The steps cannot be skipped: nothing but the step before makes a step, and the store's door and
// the recorder's take one type each.
template <typename Step, typename... From>
constexpr bool kMadeFrom = std::is_constructible_v<Step, From...>;
static_assert(!kMadeFrom<Submission> && !kMadeFrom<Submission, AgencyId, Route, v1::Envelope>);
static_assert(!kMadeFrom<Verified> && !kMadeFrom<Verified, Submission>);
static_assert(!kMadeFrom<Verified, CheckedEnvelope, std::string, v1::Facts,
                         std::vector<v1::CitedConsent>, std::vector<v1::AttestingOfficer>>);
static_assert(!kMadeFrom<Decided> && !kMadeFrom<Decided, Verified> &&
              !kMadeFrom<Decided, Submission>);
static_assert(!kMadeFrom<Decided, MessageRow, std::string, LeafDraft>);
static_assert(!kMadeFrom<Recorded> && !kMadeFrom<Recorded, Decided> &&
              !kMadeFrom<Recorded, Decided, Entry> && !kMadeFrom<Recorded, Verified>);
static_assert(!kMadeFrom<Entry> && !kMadeFrom<Entry, EventId, uint64_t>);
static_assert(!kMadeFrom<Claimed> && !kMadeFrom<Claimed, QueueItem>);
template <typename Step>
concept Admitted = requires(Transaction& store, const Step& step) {
  store.Admit(step);
};
static_assert(Admitted<Recorded> && !Admitted<Decided> && !Admitted<Verified> &&
              !Admitted<Submission>);
template <typename Step>
concept Recordable = requires(Recorder& recorder, Step step) {
  recorder.Record(std::move(step));
};
static_assert(Recordable<Decided> && !Recordable<Verified> && !Recordable<Submission>);
template <typename Thing>
concept Deliverable = requires(const Claimer& claimer, const Thing& thing) {
  claimer.Deliver(thing);
};
static_assert(Deliverable<Claimed> && !Deliverable<QueueItem> && !Deliverable<MessageRow>);

class RefusalTest : public ::testing::Test {
 protected:
  RefusalTest() { world_.key_holder().SetAway(true); }

  // Changes the header behind the seal and signs it again, as a sender that breaks the rules would.
  template <typename Change>
  v1::Envelope Resigned(const Outgoing& outgoing, Change change) {
    v1::Envelope envelope = world_.Seal(kSchool, outgoing);
    v1::Manifest manifest;
    EXPECT_TRUE(manifest.ParseFromString(envelope.manifest()));
    v1::Header header;
    EXPECT_TRUE(header.ParseFromString(manifest.header()));
    change(header);
    manifest.set_header(header.SerializeAsString());
    envelope.set_manifest(manifest.SerializeAsString());
    envelope.set_signature(world_.parties().secrets(kSchool).signing.Sign(sign_context::kManifest,
                                                                          envelope.manifest()));
    testing::SignByOfficers(&envelope);
    return envelope;
  }

  ExchangeWorld world_;
};

struct BadHeader {
  const char* name;
  void (*change)(ExchangeWorld& world, Outgoing& outgoing);
  const char* text;
  const char* code;
};

class BadHeaderTest : public RefusalTest, public ::testing::WithParamInterface<BadHeader> {};

TEST_P(BadHeaderTest, IsRejectedWithItsFieldAndRecorded) {
  Outgoing outgoing = world_.DutyReport();
  GetParam().change(world_, outgoing);
  EXPECT_THAT(world_.Submit(kSchool, outgoing),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().text)));
  const v1::AuditLeaf leaf = world_.Leaves().back();
  EXPECT_EQ(leaf.kind(), v1::REJECTED);
  EXPECT_EQ(leaf.sender(), kSchool.value());
  EXPECT_EQ(leaf.outcome(), GetParam().code);
  EXPECT_EQ(leaf.count(), 1u);
  EXPECT_TRUE(world_.NothingFor(kSocialServices));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadHeaderTest,
    ::testing::Values(
        BadHeader{"WaitedLongerThanAnyMessageMay",
                  [](ExchangeWorld& world, Outgoing& outgoing) {
                    outgoing.header.set_created_us(
                        absl::ToUnixMicros(world.clock().Now() - absl::Hours(73)));
                  },
                  "`created_us` is -73h from the gateway's clock", "created-us"},
        BadHeader{"ClockTenMinutesAhead",
                  [](ExchangeWorld& world, Outgoing& outgoing) {
                    outgoing.header.set_created_us(
                        absl::ToUnixMicros(world.clock().Now() + absl::Minutes(10)));
                  },
                  "`created_us` is 10m from the gateway's clock", "created-us"},
        BadHeader{"NowWithoutPhoning",
                  [](ExchangeWorld&, Outgoing& outgoing) { outgoing.header.set_urgency(v1::NOW); },
                  "`urgency` is NOW without `phoned_first`", "urgency"},
        BadHeader{"NoUrgency",
                  [](ExchangeWorld&, Outgoing& outgoing) { outgoing.header.clear_urgency(); },
                  "`urgency` is missing", "urgency"},
        BadHeader{"NoCompartment",
                  [](ExchangeWorld&, Outgoing& outgoing) { outgoing.parts.clear(); },
                  "`compartment` is missing", "compartment"},
        BadHeader{"SameOfficerTwice",
                  [](ExchangeWorld&, Outgoing& outgoing) {
                    *outgoing.header.add_attestation() = Attest("first officer", "principal");
                  },
                  "`attestation` has the same officer twice", "attestation"},
        BadHeader{"TooManyOfficers",
                  [](ExchangeWorld&, Outgoing& outgoing) {
                    for (const char* name : {"b", "c", "d", "e"}) {
                      *outgoing.header.add_attestation() = Attest(name, "principal");
                    }
                  },
                  "`attestation` has more than 4 values", "attestation"},
        BadHeader{
            "UnknownPurpose",
            [](ExchangeWorld&, Outgoing& outgoing) { outgoing.header.set_purpose("CURIOSITY"); },
            "`purpose` is not a purpose", "purpose"},
        BadHeader{
            "AnswerSentAsSubmission",
            [](ExchangeWorld&, Outgoing& outgoing) { outgoing.header.set_purpose("FEEDBACK"); },
            "`purpose` answers a message", "purpose"},
        BadHeader{
            "NymWhereThereIsNoSubject",
            [](ExchangeWorld&, Outgoing& outgoing) { outgoing.header.set_purpose("CONSULTATION"); },
            "`nym_ciphertext` is there", "nym-ciphertext"},
        BadHeader{"NoNymWhereThereIsASubject",
                  [](ExchangeWorld&, Outgoing& outgoing) { outgoing.number.reset(); },
                  "`nym_ciphertext` is missing", "nym-ciphertext"},
        BadHeader{"AgeTooExact",
                  [](ExchangeWorld&, Outgoing& outgoing) {
                    outgoing.header.mutable_age()->set_from(13);
                    outgoing.header.mutable_age()->set_below(14);
                  },
                  "`age` is narrower than the age limits", "age"},
        BadHeader{"UnknownCategory",
                  [](ExchangeWorld&, Outgoing& outgoing) {
                    outgoing.parts = {{"GOSSIP", "what is said"}};
                  },
                  "`category`", "category"},
        BadHeader{
            "UnknownParagraph",
            [](ExchangeWorld&, Outgoing& outgoing) { outgoing.header.set_legal_basis("LAW-1"); },
            "`legal_basis`", "legal-basis"},
        BadHeader{"UnknownRole",
                  [](ExchangeWorld&, Outgoing& outgoing) {
                    outgoing.header.mutable_attestation(0)->set_role("king");
                  },
                  "`officer_role`", "officer-role"}),
    [](const ::testing::TestParamInfo<BadHeader>& one) { return one.param.name; });

TEST_F(RefusalTest, AClockThatIsOffByLessIsTaken) {
  Outgoing outgoing = world_.DutyReport();
  outgoing.header.set_created_us(absl::ToUnixMicros(world_.clock().Now() - absl::Minutes(4)));
  EXPECT_OK(world_.Submit(kSchool, outgoing));
}

TEST_F(RefusalTest, AnotherAgencysCertificateIsNotTheSender) {
  const v1::Envelope envelope = world_.Seal(kSchool, world_.DutyReport());
  EXPECT_THAT(world_.exchange().Submit(kPolice, envelope),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("`sender`")));
  EXPECT_EQ(world_.Leaves().back().outcome(), "sender");
  EXPECT_EQ(world_.Leaves().back().sender(), kPolice.value());
}

TEST_F(RefusalTest, ASignatureOverOtherBytesIsDenied) {
  v1::Envelope envelope = world_.Seal(kSchool, world_.DutyReport());
  envelope.mutable_signature()->front() ^= 1;
  EXPECT_THAT(world_.exchange().Submit(kSchool, envelope),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("`signature`")));
  EXPECT_EQ(world_.Leaves().back().outcome(), "signature");
}

TEST_F(RefusalTest, AnUnknownRecipientIsNamed) {
  const v1::Envelope envelope = Resigned(world_.DutyReport(), [](v1::Header& header) {
    header.set_recipient("social-services/elsewhere");
  });
  EXPECT_THAT(world_.exchange().Submit(kSchool, envelope),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`recipient`")));
}

TEST_F(RefusalTest, AnEnvelopeThatIsTooLargeIsRefusedBeforeItIsRead) {
  ExchangeLimits limits;
  limits.max_message_bytes = 1000;
  ExchangeWorld small(nullptr, limits);
  EXPECT_THAT(small.Submit(kSchool, small.DutyReport()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at most 1000")));
  EXPECT_EQ(small.Leaves().back().kind(), v1::REJECTED);
}

TEST_F(RefusalTest, AnIdIsNotUsedForOtherBytesNorByOthers) {
  Outgoing outgoing = world_.DutyReport();
  outgoing.header.set_message_id(RandomBytes(16));
  ASSERT_OK(world_.Submit(kSchool, outgoing));
  EXPECT_THAT(world_.Submit(kSchool, outgoing),  // sealed anew: other bytes
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("`message_id`")));
  EXPECT_THAT(world_.Submit(testing::kChildPsychiatry, outgoing),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("`message_id`")));
}

TEST_F(RefusalTest, AnAnswerNamesAMessageThatWentTheOtherWay) {
  ASSERT_OK(world_.Submit(kSchool, world_.DutyReport()));
  Outgoing answer = world_.Message(kSchool, "FEEDBACK", "SOL-2025-19-6", {"STATUS"}, "case-worker");
  answer.number.reset();
  answer.header.clear_age();
  const auto send = [&] {
    return world_.exchange().Feedback(kSocialServices, world_.Seal(kSocialServices, answer));
  };
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`reply_to`"));
  EXPECT_THAT(send(), refused);  // none named
  answer.header.set_reply_to(RandomBytes(16));
  EXPECT_THAT(send(), refused);  // unknown
  const auto items = Must(world_.store().ReadyItems(kSocialServices, 0, 1));
  answer.header.set_reply_to(items.front().message_id.value());
  EXPECT_THAT(send(), refused);  // not delivered yet
  const v1::Delivery delivery = world_.Take(kSocialServices);
  EXPECT_OK(send());
  answer.header.set_recipient(kPolice.value());
  EXPECT_THAT(send(), refused);  // the police did not send it
  Outgoing other = world_.Message(kPolice, "FEEDBACK", "SOL-2025-19-6", {"STATUS"}, "case-worker");
  other.number.reset();
  other.header.clear_age();
  other.header.set_recipient(kSchool.value());
  other.header.set_reply_to(items.front().message_id.value());
  EXPECT_THAT(world_.exchange().Feedback(kPolice, world_.Seal(kPolice, other)),
              refused);  // nor did they receive it
  EXPECT_THAT(world_.exchange().Feedback(kSchool, world_.Seal(kSchool, world_.DutyReport())),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`purpose` is no answer")));
}

TEST_F(RefusalTest, GarbageCannotFillTheLog) {
  ExchangeLimits limits;
  limits.rejections_logged_per_hour = 2;
  ExchangeWorld world(nullptr, limits);
  v1::Envelope garbage;
  garbage.set_manifest("garbage");
  const auto send = [&] { EXPECT_FALSE(world.exchange().Submit(kSchool, garbage).ok()); };
  for (int i = 0; i < 5; ++i) send();
  EXPECT_THAT(world.Kinds(), ::testing::ElementsAre(v1::REJECTED, v1::REJECTED));
  world.clock().Advance(absl::Hours(1));
  ASSERT_OK(world.exchange().Sweep());
  EXPECT_EQ(world.Leaves().back().count(), 3u);  // those that were only counted
  send();
  EXPECT_EQ(world.Leaves().back().count(), 1u);
}

TEST_F(RefusalTest, ARejectionThatCannotBeRecordedIsTriedAgain) {
  world_.memory().SetFaults({.commit = testing::CommitFault::kFailed});
  Outgoing outgoing = world_.DutyReport();
  outgoing.header.clear_urgency();
  EXPECT_THAT(world_.Submit(kSchool, outgoing),
              StatusIs(absl::StatusCode::kUnavailable, ::testing::_));
}

}  // namespace
}  // namespace sluss
