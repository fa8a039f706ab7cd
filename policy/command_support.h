// What the commands of `slussctl policy` share: exit codes, the options that name a policy set, and
// its loading.
//
// Each module registers its own commands, and `main` calls each such function once, in any order:
//
//   void AddDiffCommand(CLI::App& app, const Sha256Function& sha256) {
//     const auto diff = AddSetCommand<DiffOptions>(app, "diff", "What an edit changes", sha256,
//     Run); diff.command->add_option("--base", diff.values->base, "...");
//   }
//
// Not thread-safe: commands run one at a time, in `main`.
#ifndef SLUSS_POLICY_COMMAND_SUPPORT_H_
#define SLUSS_POLICY_COMMAND_SUPPORT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/App.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "policy/policy_set.h"

namespace sluss {

// 100 and above: a command line that is wrong itself, from CLI11.
enum ExitCode {
  kYes = 0,         // it loads, something passes, every case holds
  kNo = 1,          // a fault in the set, verdict DENY, a case that fails
  kUnreadable = 2,  // a file that cannot be read or is not of its format
};

// End the command with this code, Fail after the error on standard error.
[[noreturn]] void Exit(ExitCode code);
[[noreturn]] void Fail(ExitCode code, const absl::Status& status);

template <typename T>
T OrExit(ExitCode code, absl::StatusOr<T> result) {
  if (!result.ok()) Fail(code, result.status());
  return *std::move(result);
}

// `message` on standard output as JSON with the field names of the .proto files, and a line end.
void PrintJson(const google::protobuf::Message& message);

// `slussctl policy`, made by whoever asks first. It belongs to `app`.
CLI::App* PolicyCommand(CLI::App& app);

// What names a policy set on the command line. Commands with more options inherit from it.
struct SetOptions {
  std::string catalogue, policies;
  bool json = false;
  Sha256Function sha256;
};

// Adds --catalogue, --policies and --json.
void AddSetOptions(CLI::App* command, SetOptions* options);

// The catalogue that stands where it is not named: `catalogue` in the directory of the policies,
// beside it, or share/sluss/policy/catalogue of the installation that this program belongs to.
// NOT_FOUND names all the places.
absl::StatusOr<std::string> FindCatalogue(const std::string& policies);

// A missing file ends the command with kUnreadable; a fault in the set is the status.
absl::StatusOr<std::shared_ptr<const PolicySet>> TryLoadSet(const SetOptions& options);
// The same with the rules of all of `policies`, directories and files.
absl::StatusOr<std::shared_ptr<const PolicySet>> TryLoadSet(
    const SetOptions& options, const std::vector<std::string>& policies);
// As these, and a fault in the set ends the command with kNo.
std::shared_ptr<const PolicySet> LoadSet(const SetOptions& options);
// The same with other policies: the second set of a comparison.
std::shared_ptr<const PolicySet> LoadSet(const SetOptions& options, const std::string& policies);

template <typename Options>
struct SetCommand {
  CLI::App* command;                // owned by its parent
  std::shared_ptr<Options> values;  // filled by the parser, owned by the command too
};

// A command of `policy` over one policy set: `run` is called with its options when it is parsed.
template <typename Options>
SetCommand<Options> AddSetCommand(CLI::App& app, const std::string& name, const std::string& help,
                                  const Sha256Function& sha256, void (*run)(const Options&)) {
  auto values = std::make_shared<Options>();
  values->sha256 = sha256;
  CLI::App* command = PolicyCommand(app)->add_subcommand(name, help);
  AddSetOptions(command, values.get());
  command->callback([values, run] { run(*values); });
  return {command, values};
}

}  // namespace sluss

#endif  // SLUSS_POLICY_COMMAND_SUPPORT_H_
