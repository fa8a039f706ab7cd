// RFC 9497, appendix A.1.
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/hash_to_group.h"
#include "gateway/crypto/oprf.h"
#include "gateway/crypto/vectors/fields.h"
#include "gateway/crypto/vectors/vectors.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

constexpr char kSuite[] = "ristretto255-SHA512";

// One line of the table: a batch.
struct Batch {
  std::vector<std::string> inputs;
  std::vector<Scalar> blinds;
  std::vector<Point> blinded;
};

struct Server {
  OprfMode mode;
  OprfKeyPair key;
};

absl::StatusOr<OprfKeyPair> CheckKeyPair(OprfMode mode, const nlohmann::json& suite) {
  ASSIGN_OR_RETURN(OprfKeyPair pair,
                   OprfDeriveKeyPair(mode, SecretField(suite, "seed"), HexField(suite, "keyInfo")));
  RETURN_IF_ERROR(Expect(suite, "skSm", pair.secret.EncodePublic()));
  RETURN_IF_ERROR(Expect(suite, "pkSm", pair.public_key.encoded()));
  return pair;
}

absl::StatusOr<Batch> BlindAll(OprfMode mode, const nlohmann::json& suite,
                               const nlohmann::json& vector) {
  Batch batch;
  batch.inputs = HexListField(vector, "Input");
  const std::vector<std::string> blinds = HexListField(vector, "Blind");
  const std::vector<std::string> expected = HexListField(vector, "BlindedElement");
  if (blinds.size() != batch.inputs.size() || expected.size() != batch.inputs.size()) {
    return absl::InvalidArgumentError("the lists differ in length");
  }
  for (size_t i = 0; i < blinds.size(); ++i) {
    ASSIGN_OR_RETURN(Scalar blind, Scalar::Decode(blinds[i]));
    ASSIGN_OR_RETURN(Point blinded, OprfBlind(mode, batch.inputs[i], blind));
    RETURN_IF_ERROR(ExpectEqual("BlindedElement", expected[i], blinded.encoded()));
    for (const char* const dst : {"hashToGroupDST", "groupDST"}) {
      if (!HasField(suite, dst)) continue;
      ASSIGN_OR_RETURN(const Point element, HashToGroup(batch.inputs[i], HexField(suite, dst)));
      ASSIGN_OR_RETURN(const Point again, Multiply(blind, element));
      RETURN_IF_ERROR(ExpectEqual(dst, blinded.encoded(), again.encoded()));
    }
    batch.blinds.push_back(std::move(blind));
    batch.blinded.push_back(std::move(blinded));
  }
  return batch;
}

// "ProofRandomScalar" beside the proof, or both within it.
absl::StatusOr<Scalar> ProofScalar(const nlohmann::json& vector) {
  const nlohmann::json& proof = vector.at("Proof");
  return Scalar::Decode(proof.is_object() ? HexField(proof, "r")
                                          : HexField(vector, "ProofRandomScalar"));
}

absl::Status ExpectProof(const nlohmann::json& vector, absl::string_view proof) {
  const nlohmann::json& expected = vector.at("Proof");
  return expected.is_object() ? Expect(expected, "proof", proof) : Expect(vector, "Proof", proof);
}

absl::StatusOr<OprfEvaluation> Evaluate(const Server& server, const Batch& batch,
                                        const nlohmann::json& vector) {
  if (server.mode == OprfMode::kOprf) {
    OprfEvaluation evaluation;
    for (const Point& blinded : batch.blinded) {
      ASSIGN_OR_RETURN(Point element, OprfBlindEvaluate(server.key.secret, blinded));
      evaluation.elements.push_back(std::move(element));
    }
    return evaluation;
  }
  ASSIGN_OR_RETURN(const Scalar r, ProofScalar(vector));
  ASSIGN_OR_RETURN(
      OprfEvaluation evaluation,
      server.mode == OprfMode::kVoprf
          ? VoprfBlindEvaluateForTest(server.key.secret, server.key.public_key, batch.blinded, r)
          : PoprfBlindEvaluateForTest(server.key.secret, batch.blinded, HexField(vector, "Info"),
                                      r));
  RETURN_IF_ERROR(ExpectProof(vector, evaluation.proof));
  return evaluation;
}

// Each checks the proof again, as a client does.
absl::StatusOr<std::vector<std::string>> Finalize(const Server& server, const Batch& batch,
                                                  const OprfEvaluation& evaluation,
                                                  const nlohmann::json& vector) {
  if (server.mode == OprfMode::kVoprf) {
    return VoprfFinalize(batch.inputs, batch.blinds, server.key.public_key, batch.blinded,
                         evaluation);
  }
  if (server.mode == OprfMode::kPoprf) {
    const std::string info = HexField(vector, "Info");
    ASSIGN_OR_RETURN(const Point tweaked, PoprfTweakedKey(server.key.public_key, info));
    return PoprfFinalize(batch.inputs, batch.blinds, tweaked, batch.blinded, evaluation, info);
  }
  std::vector<std::string> outputs;
  for (size_t i = 0; i < batch.inputs.size(); ++i) {
    ASSIGN_OR_RETURN(std::string output,
                     OprfFinalize(batch.inputs[i], batch.blinds[i], evaluation.elements[i]));
    outputs.push_back(std::move(output));
  }
  return outputs;
}

absl::Status CheckVector(const Server& server, const nlohmann::json& suite,
                         const nlohmann::json& vector) {
  ASSIGN_OR_RETURN(const Batch batch, BlindAll(server.mode, suite, vector));
  ASSIGN_OR_RETURN(const OprfEvaluation evaluation, Evaluate(server, batch, vector));
  ASSIGN_OR_RETURN(const std::vector<std::string> outputs,
                   Finalize(server, batch, evaluation, vector));
  const std::vector<std::string> elements = HexListField(vector, "EvaluationElement");
  const std::vector<std::string> expected = HexListField(vector, "Output");
  if (elements.size() != outputs.size() || expected.size() != outputs.size()) {
    return absl::InvalidArgumentError("the lists differ in length");
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    RETURN_IF_ERROR(
        ExpectEqual("EvaluationElement", elements[i], evaluation.elements[i].encoded()));
    RETURN_IF_ERROR(ExpectEqual("Output", expected[i], outputs[i]));
  }
  return absl::OkStatus();
}

}  // namespace

void RunOprfSuite(const nlohmann::json& suite, VectorReport* report) {
  const std::string name = suite.value("suite", suite.value("identifier", std::string(kSuite)));
  const uint64_t number = NumberOf(suite.at("mode"));
  const std::string title = absl::StrCat(name, " mode ", number);
  if (name != kSuite || number > 2) {
    for (size_t i = 0; i < suite.at("vectors").size(); ++i) {
      report->Add(title, absl::UnimplementedError("another suite"));
    }
    return;
  }
  const OprfMode mode = static_cast<OprfMode>(number);
  const absl::StatusOr<OprfKeyPair> key = CheckKeyPair(mode, suite);
  report->Add(absl::StrCat(title, " key pair"), key.status());
  if (!key.ok()) return;
  int line = 0;
  for (const nlohmann::json& vector : suite.at("vectors")) {
    report->Add(absl::StrCat(title, " vector ", ++line), CheckVector({mode, *key}, suite, vector));
  }
}

}  // namespace sluss
