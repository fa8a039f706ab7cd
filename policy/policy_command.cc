#include "policy/policy_command.h"

#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "google/protobuf/util/json_util.h"
#include "policy/decide.h"
#include "policy/policy_cases.h"

namespace sluss {
namespace {

enum ExitCode { kYes = 0, kNo = 1, kUnreadable = 2 };

// What the commands share; each has its own copy, filled by the parser.
struct Options {
  std::string catalogue, policies, facts, on;
  bool json = false;
  std::vector<std::string> files;
  Sha256Function sha256;
};

[[noreturn]] void Exit(ExitCode code) { throw CLI::RuntimeError(code); }

int Fail(ExitCode code, const absl::Status& status) {
  std::cerr << status.message() << "\n";
  Exit(code);
}

// Leaves the program on any error.
template <typename T>
T OrExit(ExitCode code, absl::StatusOr<T> result) {
  if (!result.ok()) Fail(code, result.status());
  return *std::move(result);
}

std::shared_ptr<const PolicySet> LoadSet(const Options& options) {
  const auto catalogue = OrExit(kUnreadable, ReadPolicySources(options.catalogue));
  const auto policies = OrExit(kUnreadable, ReadPolicySources(options.policies));
  return OrExit(kNo, PolicySet::Load(catalogue, policies, options.sha256));
}

void Check(const Options& options) {
  const auto set = LoadSet(options);
  int rules = 0;
  for (const v1::Policy& policy : set->bundle().policy()) rules += policy.rule_size();
  std::cout << rules << " rules and " << set->bundle().vocabulary().wall_size()
            << " walls\npolicy version     " << set->version() << "\nvocabulary version "
            << set->vocabulary_version() << "\nsha256             " << ToHex(set->digest()) << "\n";
}

absl::StatusOr<v1::Facts> ReadFacts(const Options& options) {
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

void DecideOne(const Options& options) {
  const auto set = LoadSet(options);
  const v1::Facts facts = OrExit(kUnreadable, ReadFacts(options));
  if (const absl::Status fault = CheckFacts(*set, facts); !fault.ok()) Fail(kUnreadable, fault);
  const v1::Decision decision = Decide(*set, facts);
  if (options.json) {
    google::protobuf::util::JsonPrintOptions print;
    print.add_whitespace = true;
    print.preserve_proto_field_names = true;
    std::string json;
    if (!google::protobuf::util::MessageToJsonString(decision, &json, print).ok())
      Exit(kUnreadable);
    std::cout << json;
  } else {
    PrintDecision(decision);
  }
  if (decision.verdict() == v1::VERDICT_DENY) Exit(kNo);
}

void Test(const Options& options) {
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
  CLI::App* policy = app.add_subcommand("policy", "Check, ask and test sharing policies");
  policy->require_subcommand(1);
  const auto add = [&](const char* name, const char* text, void (*run)(const Options&)) {
    auto options = std::make_shared<Options>();
    options->sha256 = sha256;
    CLI::App* command = policy->add_subcommand(name, text);
    command->add_option("--catalogue", options->catalogue, "Directory of vocabulary and walls")
        ->required();
    command->add_option("--policies", options->policies, "Directory or file of policies")
        ->required();
    command->callback([options, run] { run(*options); });
    return std::make_pair(command, options);
  };
  add("check", "Load the set; show every fault with its line, or version and digest", Check);
  const auto [decide, decide_options] = add("decide", "Decide one question and say why", DecideOne);
  decide->add_option("--facts", decide_options->facts, "Facts as JSON (sluss.v1.Facts)")
      ->required();
  decide->add_option("--on", decide_options->on,
                     "Decision day YYYY-MM-DD; without it the facts' day, or today");
  decide->add_flag("--json", decide_options->json, "Print the decision as JSON");
  const auto [test, test_options] = add("test", "Run test cases", Test);
  test->add_option("files", test_options->files,
                   "Case files; without any, *.cases.txtpb beside the policies");
}

}  // namespace sluss
