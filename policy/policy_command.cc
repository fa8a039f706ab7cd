#include "policy/policy_command.h"

#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "google/protobuf/util/json_util.h"
#include "policy/command_support.h"
#include "policy/decide.h"
#include "policy/policy_cases.h"

namespace sluss {
namespace {

struct DecideOptions : SetOptions {
  std::string facts, on;
};

struct TestOptions : SetOptions {
  std::vector<std::string> files;
};

void Check(const SetOptions& options) {
  const auto set = LoadSet(options);
  int rules = 0;
  for (const v1::Policy& policy : set->bundle().policy()) rules += policy.rule_size();
  std::cout << rules << " rules and " << set->bundle().vocabulary().wall_size()
            << " walls\npolicy version     " << set->version() << "\nvocabulary version "
            << set->vocabulary_version() << "\nsha256             " << ToHex(set->digest()) << "\n";
}

absl::StatusOr<v1::Facts> ReadFacts(const DecideOptions& options) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(options.facts));
  v1::Facts facts;
  const auto status = google::protobuf::util::JsonStringToMessage(text, &facts);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.facts, ": ", std::string(status.message())));
  }
  if (!options.on.empty()) facts.set_day(options.on);
  if (facts.day().empty()) {
    facts.set_day(absl::FormatCivilTime(SwedishDay(SystemClock()->Now())));
  }
  return facts;
}

std::string VerdictText(v1::Verdict verdict) {
  return v1::Verdict_Name(verdict).substr(std::string("VERDICT_").size());
}

void PrintDecision(const v1::Decision& decision) {
  std::cout << VerdictText(decision.verdict()) << " on " << decision.decision_day() << "\n"
            << decision.reason_sv() << "\n"
            << decision.reason_en() << "\n";
  for (const v1::CategoryDecision& category : decision.category()) {
    std::cout << (category.permitted() ? "  + " : "  - ") << category.category() << " ["
              << absl::StrJoin(category.rule(), ", ") << "] " << category.reason_en() << "\n";
    for (const v1::Missing& missing : category.missing()) {
      std::cout << "      `" << missing.rule() << "` needs " << missing.column() << ": "
                << missing.needed() << "\n";
    }
  }
}

void DecideOne(const DecideOptions& options) {
  const auto set = LoadSet(options);
  const v1::Facts facts = OrExit(kUnreadable, ReadFacts(options));
  if (const absl::Status fault = CheckFacts(*set, facts); !fault.ok()) Fail(kUnreadable, fault);
  const v1::Decision decision = Decide(*set, facts);
  if (options.json) {
    PrintJson(decision);
  } else {
    PrintDecision(decision);
  }
  if (decision.verdict() == v1::VERDICT_DENY) Exit(kNo);
}

void Test(const TestOptions& options) {
  const auto set = LoadSet(options);
  const std::vector<std::string> files =
      options.files.empty() ? OrExit(kUnreadable, FindPolicyCases(options.policies))
                            : options.files;
  int cases = 0;
  size_t failures = 0;
  for (const std::string& path : files) {
    const std::string text = OrExit(kUnreadable, ReadFile(path));
    const CaseReport report = OrExit(kUnreadable, RunPolicyCases(*set, {path, text}));
    for (const std::string& failure : report.failures) std::cerr << failure << "\n";
    cases += report.cases;
    failures += report.failures.size();
  }
  std::cout << cases << " cases in " << files.size() << " files, " << failures << " failures\n";
  if (failures > 0 || cases == 0) Exit(kNo);
}

}  // namespace

void AddPolicyCommands(CLI::App& app, const Sha256Function& sha256) {
  AddSetCommand<SetOptions>(app, "check",
                            "Load the set; show every fault with its line, or version and digest",
                            sha256, Check);
  const auto decide = AddSetCommand<DecideOptions>(app, "decide", "Decide one question and say why",
                                                   sha256, DecideOne);
  decide.command->add_option("--facts", decide.values->facts, "Facts as JSON (sluss.v1.Facts)")
      ->required();
  decide.command->add_option("--on", decide.values->on,
                             "Decision day YYYY-MM-DD; without it the facts' day, or today");
  const auto test = AddSetCommand<TestOptions>(app, "test", "Run test cases", sha256, Test);
  test.command->add_option("files", test.values->files,
                           "Case files; without any, *.cases.txtpb beside the policies");
}

}  // namespace sluss
