// The sigma proof and RFC 9497's batch proof, under everything that may be done to them.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "gateway/crypto/oprf.h"
#include "gateway/crypto/sigma.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

// A = a G,  0 = a B - b G,  C = a B + b B'
class SigmaTest : public ::testing::Test {
 protected:
  SigmaRelation Relation() const {
    return {.name = "test",
            .witnesses = 2,
            .equations = {{left_a_, {{0, std::nullopt}}},
                          {std::nullopt, {{0, base_}, {1, std::nullopt, true}}},
                          {left_c_, {{0, base_}, {1, other_base_}}}}};
  }

  const Scalar k_ = Scalar::Random();
  const Scalar a_ = Scalar::Random();
  const Scalar b_ = a_ * k_;
  const Point base_ = Must(MultiplyBase(k_));
  const Point other_base_ = Must(MultiplyBase(Scalar::Random()));
  const Point left_a_ = Must(MultiplyBase(a_));
  const Point left_c_ = Must(Add(Must(Multiply(a_, base_)), Must(Multiply(b_, other_base_))));
  const std::array<Scalar, 2> witness_ = {a_, b_};
};

TEST_F(SigmaTest, ATrueStatementVerifies) {
  const std::string proof = Must(SigmaProve(Relation(), witness_, "binding"));
  EXPECT_EQ(proof.size(), 3 * kScalarSize);
  EXPECT_OK(SigmaVerify(Relation(), "binding", proof));
  EXPECT_NE(proof, Must(SigmaProve(Relation(), witness_, "binding"))) << "the nonces are fresh";
}

TEST_F(SigmaTest, AWitnessMustSatisfyEveryEquation) {
  const Scalar wrong = Scalar::Random();
  for (const std::array<Scalar, 2>& witness :
       {std::array<Scalar, 2>{wrong, b_}, {a_, wrong}, {b_, a_}}) {
    const std::string proof = Must(SigmaProve(Relation(), witness, "binding"));
    EXPECT_THAT(SigmaVerify(Relation(), "binding", proof),
                StatusIs(kDenied, "proof does not verify"));
  }
}

TEST_F(SigmaTest, TheProofIsOfThisStatementAlone) {
  const std::string proof = Must(SigmaProve(Relation(), witness_, "binding"));
  const auto denied = StatusIs(kDenied, "proof does not verify");
  EXPECT_THAT(SigmaVerify(Relation(), "Binding", proof), denied);
  SigmaRelation changed = Relation();
  changed.name = "other";
  EXPECT_THAT(SigmaVerify(changed, "binding", proof), denied);
  changed = Relation();
  changed.equations[0].left = other_base_;
  EXPECT_THAT(SigmaVerify(changed, "binding", proof), denied);
  changed = Relation();
  changed.equations[2].right[1].base = base_;
  EXPECT_THAT(SigmaVerify(changed, "binding", proof), denied);
  changed = Relation();
  changed.equations[1].right[1].negative = false;
  EXPECT_THAT(SigmaVerify(changed, "binding", proof), denied);
  changed = Relation();
  changed.equations.pop_back();
  EXPECT_THAT(SigmaVerify(changed, "binding", proof), denied);
}

TEST_F(SigmaTest, MalformedProofsAreToldApart) {
  const std::string proof = Must(SigmaProve(Relation(), witness_, "binding"));
  EXPECT_THAT(SigmaVerify(Relation(), "binding", proof.substr(1)),
              StatusIs(kInvalid, "proof must be 96 bytes, not 95"));
  for (size_t i = 0; i < 3; ++i) {
    std::string bad = proof;
    bad.replace(32 * i, 32, std::string(32, '\xff'));
    EXPECT_THAT(SigmaVerify(Relation(), "binding", bad),
                StatusIs(kInvalid, "scalar is not below the order of the group"));
    bad = proof;
    bad[32 * i] ^= 1;
    EXPECT_THAT(SigmaVerify(Relation(), "binding", bad),
                StatusIs(kDenied, "proof does not verify"));
  }
  EXPECT_THAT(SigmaVerify(Relation(), "binding", std::string(96, '\0')),
              StatusIs(kDenied, "proof does not verify"));
  EXPECT_THAT(SigmaProve(Relation(), {&a_, 1}, "binding"),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("needs 2 witnesses, not 1")));
}

class VoprfTest : public ::testing::Test {
 protected:
  VoprfTest() {
    for (int i = 0; i < 3; ++i) blinded_.push_back(Must(MultiplyBase(Scalar::Random())));
  }

  absl::Status Verify(const OprfEvaluation& e) {
    return VoprfVerify(public_key_, blinded_, e.elements, e.proof);
  }

  const Scalar secret_ = Scalar::Random();
  const Point public_key_ = Must(MultiplyBase(secret_));
  std::vector<Point> blinded_;
};

TEST_F(VoprfTest, OneProofHoldsForTheWholeBatch) {
  const OprfEvaluation good = Must(VoprfBlindEvaluate(secret_, public_key_, blinded_));
  ASSERT_OK(Verify(good));
  const auto denied = StatusIs(kDenied, "proof does not verify");
  for (size_t i = 0; i < good.elements.size(); ++i) {
    OprfEvaluation bad = good;
    bad.elements[i] = blinded_[i];
    EXPECT_THAT(Verify(bad), denied);
  }
  OprfEvaluation bad = good;
  std::swap(bad.elements[0], bad.elements[1]);
  EXPECT_THAT(Verify(bad), denied);
  bad = good;
  bad.proof[40] ^= 1;
  EXPECT_THAT(Verify(bad), denied);
  EXPECT_THAT(VoprfVerify(blinded_[0], blinded_, good.elements, good.proof), denied);
}

TEST_F(VoprfTest, AnotherKeyDoesNotVerify) {
  EXPECT_THAT(Verify(Must(VoprfBlindEvaluate(Scalar::Random(), public_key_, blinded_))),
              StatusIs(kDenied, "proof does not verify"));
}

TEST_F(VoprfTest, MalformedBatchesAreToldApart) {
  const OprfEvaluation good = Must(VoprfBlindEvaluate(secret_, public_key_, blinded_));
  EXPECT_THAT(VoprfVerify(public_key_, blinded_, {}, good.proof),
              StatusIs(kInvalid, "the batch is empty"));
  EXPECT_THAT(VoprfBlindEvaluate(secret_, public_key_, {}),
              StatusIs(kInvalid, "the batch is empty"));
  OprfEvaluation bad = good;
  bad.elements.pop_back();
  EXPECT_THAT(Verify(bad), StatusIs(kInvalid, "the batch has 2 elements, not 3"));
  bad = good;
  bad.proof.pop_back();
  EXPECT_THAT(Verify(bad), StatusIs(kInvalid, "proof must be 64 bytes, not 63"));
  bad = good;
  bad.proof.replace(32, 32, std::string(32, '\xff'));
  EXPECT_THAT(Verify(bad), StatusIs(kInvalid, "scalar is not below the order of the group"));
}

}  // namespace
}  // namespace sluss
