// RFC 9496, appendix A, and RFC 9380, appendix K.
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/group.h"
#include "gateway/crypto/hash.h"
#include "gateway/crypto/hash_to_group.h"
#include "gateway/crypto/vectors/fields.h"
#include "gateway/crypto/vectors/vectors.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

// The multiple with k = 0 is the identity, which this group type refuses in both directions.
absl::Status CheckMultiple(const nlohmann::json& entry) {
  const uint64_t k = NumberOf(entry.at("k"));
  std::string scalar_bytes(kScalarSize, '\0');
  for (size_t i = 0; i < sizeof(k); ++i) scalar_bytes[i] = static_cast<char>(k >> (8 * i));
  ASSIGN_OR_RETURN(const Scalar scalar, Scalar::Decode(scalar_bytes));
  const absl::StatusOr<Point> multiple = MultiplyBase(scalar);
  const std::string encoding = HexField(entry, "encoding");
  if (k == 0) {
    RETURN_IF_ERROR(ExpectEqual("encoding", encoding, std::string(kPointSize, '\0')));
    if (multiple.ok() || Point::Decode(encoding).ok()) {
      return absl::DataLossError("the identity element is accepted");
    }
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(multiple.status());
  RETURN_IF_ERROR(Expect(entry, "encoding", multiple->encoded()));
  return Point::Decode(encoding).status();
}

absl::Status CheckInvalid(const nlohmann::json& entry) {
  if (!Point::Decode(HexField(entry, "encoding")).ok()) return absl::OkStatus();
  return absl::DataLossError("an invalid encoding is accepted");
}

absl::Status CheckMap(const nlohmann::json& entry) {
  ASSIGN_OR_RETURN(const Point point, Point::FromUniform(HexField(entry, "input")));
  return Expect(entry, "output", point.encoded());
}

void RunTable(const nlohmann::json& tables, const char* name,
              absl::Status (*check)(const nlohmann::json&), VectorReport* report) {
  if (!HasField(tables, name)) return;
  int line = 0;
  for (const nlohmann::json& entry : tables.at(name)) {
    report->Add(absl::StrCat(name, " ", ++line), check(entry));
  }
}

absl::StatusOr<HashFunction> HashNamed(const std::string& name) {
  if (name == "SHA512") return HashFunction::kSha512;
  if (name == "SHA256") return HashFunction::kSha256;
  return absl::UnimplementedError(name);
}

// The intermediate values that the RFC lists follow from their definition, without the function.
absl::Status CheckIntermediate(HashFunction hash, const std::string& dst,
                               const nlohmann::json& test, const std::string& message,
                               uint64_t size) {
  const std::string dst_prime = absl::StrCat(dst, std::string(1, static_cast<char>(dst.size())));
  RETURN_IF_ERROR(Expect(test, "DST_prime", dst_prime));
  const std::string length = {static_cast<char>(size >> 8), static_cast<char>(size & 0xff), '\0'};
  return Expect(test, "msg_prime",
                absl::StrCat(std::string(BlockSize(hash), '\0'), message, length, dst_prime));
}

absl::Status CheckExpansion(const nlohmann::json& group, const nlohmann::json& test) {
  const std::string name = group.value("name", "expand_message_xmd");
  if (name != "expand_message_xmd") return absl::UnimplementedError(name);
  ASSIGN_OR_RETURN(const HashFunction hash, HashNamed(group.value("hash", "SHA512")));
  const auto dst = group.at("DST").get<std::string>();
  const auto message = test.at("msg").get<std::string>();
  const uint64_t size = NumberOf(test.at("len_in_bytes"));
  ASSIGN_OR_RETURN(const std::string uniform, ExpandMessageXmd(hash, message, dst, size));
  RETURN_IF_ERROR(Expect(test, "uniform_bytes", uniform));
  if (dst.size() > 255) return absl::OkStatus();  // dst_prime is then made of a digest
  return CheckIntermediate(hash, dst, test, message, size);
}

}  // namespace

void RunRistretto(const nlohmann::json& tables, VectorReport* report) {
  RunTable(tables, "generator_multiples", CheckMultiple, report);
  RunTable(tables, "invalid_encodings", CheckInvalid, report);
  RunTable(tables, "one_way_map", CheckMap, report);
}

void RunExpandMessage(const nlohmann::json& group, VectorReport* report) {
  int line = 0;
  for (const nlohmann::json& test : group.at("tests")) {
    report->Add(absl::StrCat("expand_message ", ++line), CheckExpansion(group, test));
  }
}

}  // namespace sluss
