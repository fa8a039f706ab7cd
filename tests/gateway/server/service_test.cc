// The gateway's calls over mutual TLS, with everything behind them real but the disk and the key
// holder: who may call, how often, with which clock; and what bad input looks like to the sender.
#include "gateway/server/service.h"

#include <atomic>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

#include "gateway/crypto/manifest.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/gateway/server/test_rim.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

using ::testing::HasSubstr;

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// Every agency of the world but child psychiatry, which has a certificate and no configuration.
v1::GatewayConfig Config() {
  v1::GatewayConfig config;
  config.add_agency(kSchool.value());
  config.add_agency(kSocialServices.value());
  config.add_agency(kPolice.value());
  config.mutable_limits()->set_requests_per_second(20);
  config.mutable_limits()->set_max_streams_per_agency(2);
  config.mutable_limits()->set_clock_skew_seconds(300);
  return config;
}

class ServiceTest : public ::testing::Test {
 protected:
  // `keys_change`: the gateway has taken the next keys into force, the previous ones beside them.
  explicit ServiceTest(bool keys_change = false) {
    if (keys_change) {
      next_ = std::make_unique<Parties>(world_.parties().Next());
      world_.ChangeKeys(*next_, &world_.parties());
    }
    streams_ = std::make_unique<StreamRegistry>(rim_.verifier());
    service_ = std::make_unique<GatewayService>(
        ServiceParts{.exchange = &world_.exchange(),
                     .directory = &world_.parties().directory(),
                     .verifier = rim_.verifier(),
                     .streams = streams_.get(),
                     .clock = &world_.clock(),
                     .events = &events_,
                     .may_accept =
                         [this] {
                           return accepts_ ? absl::OkStatus()
                                           : absl::UnavailableError("nobody watches");
                         }},
        Config());
    rim_.Serve(service_.get());
  }

  ~ServiceTest() override {
    for (auto& [stream, context] : held_) context->TryCancel();
    world_.exchange().CloseStreams();
    rim_.Stop();
  }

  v1::Gateway::Stub& As(const std::string& uri) { return rim_.As(uri); }
  v1::Gateway::Stub& As(const AgencyId& agency) { return As("sluss://agency/" + agency.value()); }

  template <typename Request, typename Response>
  absl::StatusOr<Response> Call(v1::Gateway::Stub& stub,
                                grpc::Status (v1::Gateway::Stub::*method)(grpc::ClientContext*,
                                                                          const Request&,
                                                                          Response*),
                                const Request& request) {
    return rim_.Call(stub, method, request);
  }

  absl::StatusOr<v1::SubmitResponse> Send(const AgencyId& as, const v1::Envelope& envelope,
                                          absl::Duration clock_off = absl::ZeroDuration()) {
    v1::SubmitRequest request;
    *request.mutable_envelope() = envelope;
    request.set_sent_us(absl::ToUnixMicros(world_.clock().Now() + clock_off));
    return Call(As(as), &v1::Gateway::Stub::Submit, request);
  }

  absl::StatusOr<v1::GetStatusResponse> Status(v1::Gateway::Stub& stub) {
    return Call(stub, &v1::Gateway::Stub::GetStatus, v1::GetStatusRequest());
  }

  // Opens a stream and keeps it; what it was told first, or why there is none.
  absl::Status Hold(const AgencyId& agency) {
    auto context = std::make_unique<grpc::ClientContext>();
    rim_.SetDeadline(context.get());
    v1::FetchRequest request;
    request.set_window(1);
    auto reader = As(agency).Fetch(context.get(), request);
    v1::Delivery delivery;
    if (!reader->Read(&delivery)) return FromGrpc(reader->Finish());
    held_.emplace_back(std::move(reader), std::move(context));
    return absl::OkStatus();
  }

  std::atomic<bool> accepts_ = true;
  TestRim<v1::Gateway> rim_;
  ExchangeWorld world_;
  std::unique_ptr<Parties> next_;
  std::ostringstream lines_;
  EventLog events_{&lines_, &world_.clock()};
  std::unique_ptr<StreamRegistry> streams_;
  std::unique_ptr<GatewayService> service_;
  std::vector<std::pair<std::unique_ptr<grpc::ClientReader<v1::Delivery>>,
                        std::unique_ptr<grpc::ClientContext>>>
      held_;
};

// ---- Who may call
// ---------------------------------------------------------------------------------

TEST_F(ServiceTest, AnAgencyOutsideTheConfigurationIsServedNothing) {
  v1::Gateway::Stub& stranger = As(kChildPsychiatry);
  const char* const text = "is not an agency of this gateway";
  EXPECT_THAT(Send(kChildPsychiatry, world_.Seal(kSchool, world_.DutyReport())),
              StatusIs(kDenied, HasSubstr(text)));
  EXPECT_THAT(Hold(kChildPsychiatry), StatusIs(kDenied, HasSubstr(text)));
  using Stub = v1::Gateway::Stub;
  const auto refused = [&](auto method, auto request) {
    EXPECT_THAT(Call(stranger, method, request), StatusIs(kDenied, HasSubstr(text)));
  };
  refused(&Stub::Feedback, v1::SubmitRequest());
  refused(&Stub::Preflight, v1::PreflightRequest());
  refused(&Stub::Acknowledge, v1::AcknowledgeRequest());
  refused(&Stub::Withdraw, v1::WithdrawRequest());
  refused(&Stub::RegisterConsent, v1::RegisterConsentRequest());
  refused(&Stub::GetConsent, v1::GetConsentRequest());
  refused(&Stub::GetStatus, v1::GetStatusRequest());
  refused(&Stub::Enrol, v1::EnrolRequest());
  refused(&Stub::GetKeyDirectory, v1::GetKeyDirectoryRequest());
}

TEST_F(ServiceTest, AnOfficerShowsTakesBackAndDecidesOnConsentsAndNobodyElseWithARole) {
  using Stub = v1::Gateway::Stub;
  const ConsentWitness consent = world_.Register(world_.Record());
  v1::GetConsentRequest get;
  get.set_consent_id(consent.consent_id().value());
  v1::WithdrawRequest withdraw;
  withdraw.set_consent_id(get.consent_id());
  withdraw.set_on_behalf_of("guardian");
  const v1::DecideConsentRequest decide;
  v1::Gateway::Stub& author = As("sluss://role/author/anna");
  const char* const text = "is not an agency of this gateway";
  EXPECT_THAT(Call(author, &Stub::GetConsent, get), StatusIs(kDenied, HasSubstr(text)));
  EXPECT_THAT(Call(author, &Stub::Withdraw, withdraw), StatusIs(kDenied, HasSubstr(text)));
  EXPECT_THAT(Call(author, &Stub::DecideConsent, decide),
              StatusIs(kDenied, HasSubstr("decided by an officer")));
  EXPECT_THAT(Call(As(kSchool), &Stub::DecideConsent, decide),
              StatusIs(kDenied, HasSubstr("decided by an officer")));
  v1::Gateway::Stub& officer = As("sluss://role/officer/anna");
  EXPECT_OK(Call(officer, &Stub::GetConsent, get));
  EXPECT_OK(Call(officer, &Stub::Withdraw, withdraw));
  EXPECT_THAT(Call(officer, &Stub::DecideConsent, decide),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`stands`")));
}

TEST_F(ServiceTest, APersonMayAskForTheStatus) {
  v1::Gateway::Stub& officer = As("sluss://role/officer/anna");
  EXPECT_OK(Status(officer));
  v1::GetStatusRequest one;
  one.set_message_id(std::string(16, 'm'));
  EXPECT_THAT(Call(officer, &v1::Gateway::Stub::GetStatus, one), StatusIs(kDenied, HasSubstr("")));
  EXPECT_THAT(Call(officer, &v1::Gateway::Stub::GetKeyDirectory, v1::GetKeyDirectoryRequest()),
              StatusIs(kDenied, HasSubstr("is not an agency of this gateway")));
}

TEST_F(ServiceTest, TheCertificateOfAnotherAgencyIsNotTheSenders) {
  EXPECT_THAT(Send(kPolice, world_.Seal(kSchool, world_.DutyReport())),
              StatusIs(kDenied, HasSubstr("sender")));
  EXPECT_TRUE(world_.NothingFor(kSocialServices));
}

// ---- The clock
// --------------------------------------------------------------------------------------

TEST_F(ServiceTest, AClockTenMinutesOffIsToldAndNothingIsTaken) {
  const v1::Envelope report = world_.Seal(kSchool, world_.DutyReport());
  const size_t leaves = world_.Leaves().size();
  for (const absl::Duration off : {absl::Minutes(10), -absl::Minutes(10), absl::Seconds(301)}) {
    EXPECT_THAT(Send(kSchool, report, off),
                StatusIs(absl::StatusCode::kUnavailable,
                         HasSubstr("set the clock of the sending machine")));
  }
  EXPECT_EQ(world_.Leaves().size(), leaves);
  EXPECT_OK(Send(kSchool, report, absl::Seconds(299)));
}

// ---- How often
// ----------------------------------------------------------------------------------------

TEST_F(ServiceTest, AnAgencyThatAsksTooOftenIsHeldBackButItsDutyReportsAreNot) {
  absl::StatusOr<v1::GetStatusResponse> status = v1::GetStatusResponse();
  for (int calls = 0; calls < 30 && status.ok(); ++calls) status = Status(As(kSchool));
  EXPECT_THAT(status, StatusIs(kExhausted, HasSubstr("in one second")));
  EXPECT_OK(Status(As(kPolice)));
  EXPECT_OK(Send(kSchool, world_.Seal(kSchool, world_.DutyReport())));
  EXPECT_THAT(Send(kSchool, world_.Seal(kSchool, world_.Message(kSocialServices, "CONSULTATION", "",
                                                                {"ANONYMOUS"}, "counsellor"))),
              StatusIs(kExhausted, HasSubstr("in one second")));
  world_.clock().Advance(absl::Seconds(1));
  EXPECT_OK(Status(As(kSchool)));
}

TEST_F(ServiceTest, WhileNobodyWatchesTheLogOnlyDutyReportsAreTaken) {
  using Stub = v1::Gateway::Stub;
  accepts_ = false;
  EXPECT_OK(Send(kSchool, world_.Seal(kSchool, world_.DutyReport())));
  const v1::Envelope signal = world_.Seal(kSocialServices, world_.Signal({}));
  const auto held_back = StatusIs(absl::StatusCode::kUnavailable, HasSubstr("nobody watches"));
  EXPECT_THAT(Send(kSocialServices, signal), held_back);
  v1::SubmitRequest feedback;
  *feedback.mutable_envelope() = signal;
  feedback.set_sent_us(absl::ToUnixMicros(world_.clock().Now()));
  EXPECT_THAT(Call(As(kSocialServices), &Stub::Feedback, feedback), held_back);
  EXPECT_THAT(Call(As(kSchool), &Stub::Reidentify, v1::ReidentifyRequest()), held_back);
  // What only takes back, shows or ends something goes on.
  EXPECT_OK(Status(As(kSchool)));
  EXPECT_OK(Hold(kSocialServices));
  EXPECT_THAT(Call(As(kSchool), &Stub::Withdraw, v1::WithdrawRequest()), ::testing::Not(held_back));
  accepts_ = true;
  EXPECT_THAT(Send(kSocialServices, signal), ::testing::Not(held_back));
}

TEST_F(ServiceTest, AnAgencyHoldsOnlySoManyStreams) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK(Send(kSchool, world_.Seal(kSchool, world_.DutyReport())));
    ASSERT_OK(Hold(kSocialServices));
  }
  EXPECT_THAT(Hold(kSocialServices), StatusIs(kExhausted, HasSubstr("already holds 2 streams")));
}

// ---- Keys that change over
// -------------------------------------------------------------------------

class KeyChangeServiceTest : public ServiceTest {
 protected:
  KeyChangeServiceTest() : ServiceTest(/*keys_change=*/true) {}
};

TEST_F(KeyChangeServiceTest, TakesWhatWasMadeUnderEitherDirectoryAndNothingElse) {
  EXPECT_OK(Send(kSchool, world_.Seal(kSchool, world_.DutyReport())));
  world_.SealBy(*next_);
  world_.EnrolOfficers(kSchool);
  EXPECT_OK(Send(kSchool, world_.Seal(kSchool, world_.DutyReport())));
  const Parties strangers;
  world_.SealBy(strangers);
  EXPECT_THAT(Send(kSchool, world_.Seal(kSchool, world_.DutyReport())),
              StatusIs(kInvalid, HasSubstr("`directory` is ")));
}

// ---- Bad envelopes
// ----------------------------------------------------------------------------------

struct BadEnvelope {
  const char* name;
  std::function<void(v1::Envelope& envelope)> change;
  absl::StatusCode code;
  const char* text;
};

class BadEnvelopeTest : public ServiceTest, public ::testing::WithParamInterface<BadEnvelope> {};

TEST_P(BadEnvelopeTest, IsNamedToTheSenderAndTheRestGoesOn) {
  v1::Envelope envelope = world_.Seal(kSchool, world_.DutyReport());
  GetParam().change(envelope);
  EXPECT_THAT(Send(kSchool, envelope), StatusIs(GetParam().code, HasSubstr(GetParam().text)));
  EXPECT_TRUE(world_.NothingFor(kSocialServices));
  EXPECT_OK(Send(kSchool, world_.Seal(kSchool, world_.DutyReport())));
  EXPECT_FALSE(world_.Take(kSocialServices).message_id().empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, BadEnvelopeTest,
    ::testing::Values(
        BadEnvelope{"Nothing", [](v1::Envelope& envelope) { envelope.Clear(); }, kInvalid,
                    "`directory` is missing"},
        BadEnvelope{"SignatureOverOtherBytes",
                    [](v1::Envelope& envelope) { envelope.mutable_signature()->front() ^= 1; },
                    kDenied, "`signature`"},
        BadEnvelope{"ManifestChangedAfterSigning",
                    [](v1::Envelope& envelope) {
                      v1::Manifest manifest;
                      manifest.ParseFromString(envelope.manifest());
                      manifest.mutable_compartment_digest(0)->front() ^= 1;
                      envelope.set_manifest(manifest.SerializeAsString());
                    },
                    kDenied, "`signature`"},
        BadEnvelope{"SealedBytesChanged",
                    [](v1::Envelope& envelope) {
                      envelope.mutable_compartment(0)->mutable_ciphertext()->front() ^= 1;
                    },
                    kDenied, "its digest is not in the manifest"},
        BadEnvelope{
            "CompartmentNobodySigned",
            [](v1::Envelope& envelope) {
              *envelope.add_compartment() = envelope.compartment(0);
              envelope.mutable_compartment(envelope.compartment_size() - 1)->set_category("HEALTH");
            },
            kDenied, "`compartment HEALTH`: its digest is not in the manifest"},
        BadEnvelope{"CompartmentLeftOut",
                    [](v1::Envelope& envelope) { envelope.mutable_compartment()->RemoveLast(); },
                    kInvalid, "compartment"},
        BadEnvelope{"ProofOfAnotherNumber",
                    [](v1::Envelope& envelope) { envelope.mutable_nym_proof()->back() ^= 1; },
                    kDenied, "nym_proof"}),
    [](const auto& of) { return std::string(of.param.name); });

TEST_F(ServiceTest, ThirtyTwoMebibytesAndMoreAreRefusedByTheTransport) {
  v1::Envelope envelope = world_.Seal(kSchool, world_.DutyReport());
  envelope.mutable_compartment(0)->set_ciphertext(std::string((32 << 20) + 1, 'x'));
  EXPECT_THAT(Send(kSchool, envelope), StatusIs(kExhausted, HasSubstr("larger than max")));
  EXPECT_OK(Send(kSchool, world_.Seal(kSchool, world_.DutyReport())));
}

TEST_F(ServiceTest, WhatItWritesDownHoldsCodesAndNoContent) {
  ASSERT_OK(Send(kSchool, world_.Seal(kSchool, world_.DutyReport())));
  EXPECT_THAT(lines_.str(), HasSubstr("\"event\":\"decided\",\"agency\":\"school/ekbacken\","
                                      "\"verdict\":\"VERDICT_PERMIT\""));
  EXPECT_THAT(lines_.str(), ::testing::Not(HasSubstr(kChild)));
}

}  // namespace
}  // namespace sluss::testing
