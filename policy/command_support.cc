#include "policy/command_support.h"

#include <filesystem>
#include <iostream>
#include <system_error>
#include <vector>

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"

namespace sluss {

void Exit(ExitCode code) { throw CLI::RuntimeError(code); }

void Fail(ExitCode code, const absl::Status& status) {
  std::cerr << status.message() << "\n";
  Exit(code);
}

void PrintJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions print;
  print.add_whitespace = true;
  print.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, print);
  if (!status.ok()) Fail(kUnreadable, absl::InternalError(std::string(status.message())));
  std::cout << json;
}

CLI::App* PolicyCommand(CLI::App& app) {
  static constexpr char kName[] = "policy";
  const auto named = [](CLI::App* command) { return command->get_name() == kName; };
  if (const auto known = app.get_subcommands(named); !known.empty()) return known.front();
  CLI::App* policy = app.add_subcommand(kName, "Check, ask and test sharing policies");
  policy->require_subcommand(1);
  return policy;
}

void AddSetOptions(CLI::App* command, SetOptions* options) {
  command->add_option("--policies", options->policies, "Directory or file of policies")->required();
  command->add_option("--catalogue", options->catalogue,
                      "Directory of vocabulary and walls; without it `catalogue` in or beside the "
                      "directory of the policies, or the installed one");
  command->add_flag("--json", options->json, "Print the answer as JSON");
}

absl::StatusOr<std::string> FindCatalogue(const std::string& policies) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path directory = fs::absolute(policies, error).lexically_normal();
  if (!fs::is_directory(directory, error) || !directory.has_filename()) {
    directory = directory.parent_path();
  }
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const std::vector<fs::path> places = {
      directory / "catalogue", directory.parent_path() / "catalogue",
      program.parent_path().parent_path() / "share/sluss/policy/catalogue"};
  for (const fs::path& place : places) {
    if (fs::is_directory(place, error)) return place.string();
  }
  return absl::NotFoundError(absl::StrCat("no catalogue at `", places[0].string(), "`, `",
                                          places[1].string(), "` or `", places[2].string(),
                                          "`: name its directory with --catalogue"));
}

absl::StatusOr<std::shared_ptr<const PolicySet>> TryLoadSet(const SetOptions& options) {
  return TryLoadSet(options, {options.policies});
}

absl::StatusOr<std::shared_ptr<const PolicySet>> TryLoadSet(
    const SetOptions& options, const std::vector<std::string>& policies) {
  const std::string directory = options.catalogue.empty()
                                    ? OrExit(kUnreadable, FindCatalogue(policies.front()))
                                    : options.catalogue;
  const auto catalogue = OrExit(kUnreadable, ReadPolicySources(directory));
  std::vector<PolicySource> rules;
  for (const std::string& path : policies) {
    for (PolicySource& source : OrExit(kUnreadable, ReadPolicySources(path))) {
      rules.push_back(std::move(source));
    }
  }
  return PolicySet::Load(catalogue, rules, options.sha256);
}

std::shared_ptr<const PolicySet> LoadSet(const SetOptions& options) {
  return OrExit(kNo, TryLoadSet(options));
}

std::shared_ptr<const PolicySet> LoadSet(const SetOptions& options, const std::string& policies) {
  return OrExit(kNo, TryLoadSet(options, {policies}));
}

}  // namespace sluss
