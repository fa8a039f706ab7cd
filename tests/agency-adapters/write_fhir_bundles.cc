// write_fhir_bundles DIR: one bundle of every kind that the child psychiatry adapter reads or
// writes, and some that are wrong, for tests/npm/validate-bundles.mjs.
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agency-adapters/child-psychiatry/fhir_format.h"
#include "tests/agency-adapters/delivered_samples.h"
#include "tests/agency-adapters/sample.h"

namespace sluss {
namespace {

void Put(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void PutAll(const std::string& prefix, const absl::StatusOr<std::vector<NativeFile>>& files) {
  if (!files.ok()) {
    std::cerr << prefix << ": " << files.status() << "\n";
    std::exit(1);
  }
  for (const NativeFile& file : *files) Put(absl::StrCat(prefix, "-", file.name), file.bytes);
}

void PutOutcomes(const std::string& dir, const NativeFormat& format) {
  for (int event = 0; event <= static_cast<int>(SentEvent::kPhoneNow); ++event) {
    SentOutcome outcome;
    outcome.native_id = "m-1";
    outcome.event = static_cast<SentEvent>(event);
    outcome.text_sv = "En mening.";
    outcome.paragraphs = {"OSL 25 kap. 12 §"};
    outcome.withheld = {"HEALTH"};
    outcome.message_id_hex = testing::kMessageIdHex;
    outcome.feedback = v1::INVESTIGATION_OPENED;
    PutAll(dir + "/outcome", format.WriteOutcome(outcome));
  }
}

// A wrong code, a missing property and an unknown one: each must be found by a validator.
void PutBad(const std::string& dir) {
  nlohmann::json bundle = testing::SampleJson("child-psychiatry/care-need");
  bundle["entry"][1]["resource"]["priority"] = "panic";
  Put(dir + "/bad-code.json", bundle.dump());
  bundle = testing::SampleJson("child-psychiatry/care-need");
  bundle["entry"][0]["resource"].erase("source");
  Put(dir + "/bad-missing.json", bundle.dump());
  bundle = testing::SampleJson("child-psychiatry/care-need");
  bundle["entry"][1]["resource"]["mood"] = "low";
  Put(dir + "/bad-unknown.json", bundle.dump());
}

int Run(const std::string& dir) {
  const auto format = MakeFhirFormat(testing::SampleMapping("child-psychiatry"));
  if (!format.ok()) return 1;
  for (const std::string name : {"care-need", "crime-prevention", "sspf-signal", "consultation"}) {
    Put(absl::StrCat(dir, "/sample-", name, ".json"), testing::Sample("child-psychiatry/" + name));
  }
  v1::DeliveredNotification marked = testing::DeliveredReport();
  marked.mutable_notification()->set_protected_identity(true);
  PutAll(dir + "/report", (*format)->Write(testing::DeliveredReport()));
  PutAll(dir + "/protected", (*format)->Write(marked));
  PutAll(dir + "/unnamed", (*format)->Write(testing::DeliveredWithoutName()));
  PutAll(dir + "/consultation", (*format)->Write(testing::DeliveredConsultation()));
  PutAll(dir + "/feedback", (*format)->Write(testing::DeliveredFeedback()));
  PutOutcomes(dir, **format);
  PutBad(dir);
  return 0;
}

}  // namespace
}  // namespace sluss

int main(int argc, char** argv) { return argc == 2 ? sluss::Run(argv[1]) : 2; }
