#include "gateway/crypto/vectors/vectors.h"

#include <exception>

#include "absl/strings/str_cat.h"
#include "gateway/crypto/vectors/fields.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

using Runner = void (*)(const nlohmann::json&, VectorReport*);

// The runner of the shape that `object` has, or null.
Runner ShapeOf(const nlohmann::json& object) {
  if (HasField(object, "kem_id")) return RunHpke;
  if (HasField(object, "skSm") && HasField(object, "vectors")) return RunOprfSuite;
  if (HasField(object, "DST") && HasField(object, "tests")) return RunExpandMessage;
  for (const char* const table : {"generator_multiples", "invalid_encodings", "one_way_map"}) {
    if (HasField(object, table)) return RunRistretto;
  }
  if (HasField(object, "tests") && HasField(object, "type")) return RunWycheproofGroup;
  return nullptr;
}

// Runs whatever is found, at any depth.
void Search(absl::string_view place, const nlohmann::json& value, VectorReport* report) {
  if (!value.is_structured()) return;
  if (const Runner run = ShapeOf(value); run != nullptr) {
    try {
      run(value, report);
    } catch (const std::exception& e) {
      report->Add(place, absl::InvalidArgumentError(e.what()));
    }
    return;
  }
  for (const auto& [key, child] : value.items()) {
    Search(absl::StrCat(place, "/", key), child, report);
  }
}

}  // namespace

void VectorReport::Add(absl::string_view name, const absl::Status& result) {
  if (result.ok()) {
    ++passed_;
  } else if (absl::IsUnimplemented(result)) {
    ++skipped_;
  } else {
    ++failed_;
    failures_.push_back(absl::StrCat(name, ": ", result.message()));
  }
}

void RunVectorText(absl::string_view file, absl::string_view text, VectorReport* report) {
  const nlohmann::json json =
      nlohmann::json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    report->Add(file, absl::InvalidArgumentError("is not JSON"));
    return;
  }
  const int before = report->passed() + report->failed() + report->skipped();
  Search(file, json, report);
  if (report->passed() + report->failed() + report->skipped() == before) {
    report->Add(file, absl::InvalidArgumentError("has no vectors of a known shape"));
  }
}

}  // namespace sluss
