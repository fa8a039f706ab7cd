// write_audit_events DIR: an AuditEvent of every kind of entry, and some that are wrong, for
// tests/npm/validate-bundles.mjs.
#include <fstream>
#include <iostream>

#include "gateway/exports/entry_format.h"
#include "nlohmann/json.hpp"
#include "tests/gateway/exports/sample_leaves.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  using namespace sluss;
  const std::string dir = argv[1];
  const auto put = [&](const std::string& name, const nlohmann::json& json) {
    std::ofstream(dir + "/" + name + ".json") << json.dump();
  };
  const std::unique_ptr<EntryFormat> format = FhirFormat();
  nlohmann::json delivery;
  for (const v1::AuditLeaf& leaf : testing::LeavesOfEveryKind()) {
    const nlohmann::json event = nlohmann::json::parse(format->Entry(17, leaf));
    put(v1::RecordKind_Name(leaf.kind()), event);
    if (leaf.kind() == v1::DELIVERY) delivery = event;
  }
  nlohmann::json bad = delivery;
  bad["outcome"] = "7";
  put("bad-outcome", bad);
  bad = delivery;
  bad.erase("source");
  put("bad-no-source", bad);
  bad = delivery;
  bad["agent"][0].erase("requestor");
  put("bad-no-requestor", bad);
  bad = delivery;
  bad["mood"] = "low";
  put("bad-unknown", bad);
}
