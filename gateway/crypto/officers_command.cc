#include "gateway/crypto/officers_command.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/keys_command_support.h"
#include "gateway/crypto/officer_files.h"

namespace sluss {
namespace {

struct Options {
  std::string dir;
  std::string name;
  std::vector<std::string> also;
  std::vector<std::string> roles;
  std::string from;
  std::string to;
};

// An agency's first officer is enrolled where there is no list yet.
absl::StatusOr<v1::OfficerList> ListOrNone(const std::string& dir) {
  absl::StatusOr<v1::OfficerList> list = LoadOfficerList(dir);
  if (absl::IsNotFound(list.status())) return v1::OfficerList();
  return list;
}

absl::StatusOr<v1::ListedOfficer*> Find(const std::string& name, v1::OfficerList* list) {
  for (v1::ListedOfficer& officer : *list->mutable_officer()) {
    if (officer.name() == name) return &officer;
  }
  return absl::NotFoundError("`--name` is not enrolled here: slussctl officers list shows who is");
}

absl::Status Enrol(const Options& options) {
  ASSIGN_OR_RETURN(v1::OfficerList list, ListOrNone(options.dir));
  if (Find(options.name, &list).ok()) {
    return absl::AlreadyExistsError("`--name` is enrolled here: renew it, or remove it first");
  }
  v1::ListedOfficer* const officer = list.add_officer();
  officer->set_name(options.name);
  officer->mutable_also()->Assign(options.also.begin(), options.also.end());
  officer->mutable_role()->Assign(options.roles.begin(), options.roles.end());
  officer->set_valid_from(options.from);
  officer->set_valid_to(options.to);
  officer->set_key("none yet");
  RETURN_IF_ERROR(CheckOfficerList(list));  // before there is a key that nobody uses
  ASSIGN_OR_RETURN(*officer->mutable_key(), MakeOfficerSigningKey(options.dir));
  return SaveOfficerList(list, options.dir);
}

absl::Status Renew(const Options& options) {
  ASSIGN_OR_RETURN(v1::OfficerList list, LoadOfficerList(options.dir));
  ASSIGN_OR_RETURN(v1::ListedOfficer* const officer, Find(options.name, &list));
  officer->set_valid_to(options.to);
  if (!options.roles.empty()) {
    officer->mutable_role()->Assign(options.roles.begin(), options.roles.end());
  }
  return SaveOfficerList(list, options.dir);
}

absl::Status Remove(const Options& options) {
  ASSIGN_OR_RETURN(v1::OfficerList list, LoadOfficerList(options.dir));
  ASSIGN_OR_RETURN(const v1::ListedOfficer* const officer, Find(options.name, &list));
  const std::filesystem::path key = std::filesystem::path(options.dir) / officer->key();
  list.mutable_officer()->erase(
      std::find_if(list.officer().begin(), list.officer().end(),
                   [&](const v1::ListedOfficer& one) { return one.name() == options.name; }));
  RETURN_IF_ERROR(SaveOfficerList(list, options.dir));
  std::error_code error;
  std::filesystem::remove(key, error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(
      "the officer is struck off, but the key is still there: remove `", key.string(), "`"));
}

absl::Status Show(const Options& options) {
  ASSIGN_OR_RETURN(const v1::OfficerList list, ListOrNone(options.dir));
  for (const v1::ListedOfficer& officer : list.officer()) {
    std::cout << officer.name() << ": " << absl::StrJoin(officer.role(), ", ") << ", from "
              << officer.valid_from() << " to " << officer.valid_to() << "\n";
  }
  std::cout << list.officer_size() << " officers\n";
  return absl::OkStatus();
}

using Command = KeysCommand<Options>;

Command Add(CLI::App* officers, const char* name, const char* description,
            absl::Status (*run)(const Options&)) {
  Command command = AddKeysCommand(officers, name, description, run);
  command.app->add_option("--dir", command.options->dir, "the adapter's `officers_dir` (mode 0700)")
      ->required();
  return command;
}

void AddName(const Command& command) {
  command.app->add_option("--name", command.options->name, "as native records name the officer")
      ->required();
}

CLI::Option* AddRoles(const Command& command) {
  return command.app
      ->add_option("--roles", command.options->roles, "roles of the vocabulary, such as counsellor")
      ->delimiter(',');
}

}  // namespace

void AddOfficersCommands(CLI::App& app) {
  CLI::App* const officers = app.add_subcommand("officers", "who may attest for an agency");
  officers->require_subcommand(1);

  const Command enrol =
      Add(officers, "enrol", "an officer, with a key of the officer's own", Enrol);
  AddName(enrol);
  enrol.app->add_option("--also", enrol.options->also, "another spelling; may be given again");
  AddRoles(enrol)->required();
  enrol.app->add_option("--from", enrol.options->from, "first day, YYYY-MM-DD")->required();
  enrol.app->add_option("--to", enrol.options->to, "day after the last, YYYY-MM-DD")->required();

  const Command renew = Add(officers, "renew", "a later end, or other roles; the key stays", Renew);
  AddName(renew);
  AddRoles(renew);
  renew.app->add_option("--to", renew.options->to, "day after the last, YYYY-MM-DD")->required();

  const Command remove =
      Add(officers, "remove", "strike an officer off, at once; the key is deleted", Remove);
  AddName(remove);

  Add(officers, "list", "who is enrolled", Show);
}

}  // namespace sluss
