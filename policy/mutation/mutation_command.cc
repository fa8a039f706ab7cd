#include "policy/mutation/mutation_command.h"

#include <iostream>
#include <string>
#include <vector>

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/text_file.h"
#include "policy/command_support.h"
#include "policy/mutation/mutation.h"
#include "policy/policy_cases.h"

namespace sluss {
namespace {

struct MutateOptions : SetOptions {
  std::vector<std::string> files;
  std::string only;
};

void Print(const v1::MutationCoverage& one) {
  std::cout << one.policy() << ": " << one.pinned() << " of " << one.rules() << " rules pinned; "
            << one.mutants() << " mutants: " << one.failed() << " fail a case, " << one.refused()
            << " do not load, " << one.without_effect() << " without effect, "
            << one.survivor_size() << " unnoticed\n";
  for (const std::string& survivor : one.survivor()) std::cout << "  " << survivor << "\n";
}

void Mutate(const MutateOptions& options) {
  MutationInput input;
  input.catalogue = OrExit(
      kUnreadable, ReadPolicySources(options.catalogue.empty()
                                         ? OrExit(kUnreadable, FindCatalogue(options.policies))
                                         : options.catalogue));
  input.policies = OrExit(kUnreadable, ReadPolicySources(options.policies));
  input.sha256 = options.sha256;
  for (const std::string& path : options.files.empty()
                                     ? OrExit(kUnreadable, FindPolicyCases(options.policies))
                                     : options.files) {
    input.cases.push_back({path, OrExit(kUnreadable, ReadFile(path))});
  }
  v1::PolicyTestReport report;
  bool unnoticed = false;
  for (size_t i = 0; i < input.policies.size(); ++i) {
    const std::string own = absl::StrCat("/", options.only, ".txtpb");
    if (!options.only.empty() && !absl::EndsWith(input.policies[i].name, own)) continue;
    *report.add_mutation() = OrExit(kNo, MeasureMutation(input, i));
    unnoticed = unnoticed || !report.mutation().rbegin()->survivor().empty();
    if (!options.json) Print(*report.mutation().rbegin());
  }
  if (options.json) PrintJson(report);
  if (unnoticed || report.mutation().empty()) Exit(kNo);
}

}  // namespace

void AddMutationCommand(CLI::App& app, const Sha256Function& sha256) {
  const auto mutate = AddSetCommand<MutateOptions>(
      app, "mutate", "Delete and widen each rule: does some test case notice?", sha256, Mutate);
  mutate.command->add_option("--only", mutate.values->only, "Name of one policy's file, no ending");
  mutate.command->add_option("files", mutate.values->files,
                             "Case files; without any, *.cases.txtpb beside the policies");
  mutate.command->footer("Example: slussctl policy mutate --policies policy/templates --only sspf");
}

}  // namespace sluss
