#include "policy/edit_command.h"

#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/Config.hpp"
#include "CLI/Formatter.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/text_file.h"
#include "policy/command_support.h"
#include "policy/policy_text.h"

namespace sluss {
namespace {

struct EditOptions {
  std::vector<std::string> files;
  std::string out;
  bool write = false, json = false;
};

// A file that is written is whole or as it was.
void WriteWhole(const std::string& path, const std::string& text) {
  const std::string draft = absl::StrCat(path, ".new");
  std::ofstream file(draft, std::ios::binary);
  file << text;
  file.close();
  if (file.fail() || std::rename(draft.c_str(), path.c_str()) != 0) {
    std::remove(draft.c_str());
    Fail(kUnreadable, absl::PermissionDeniedError(absl::StrCat("cannot write `", path, "`")));
  }
}

void Format(const EditOptions& options) {
  bool canonical = true;
  for (const std::string& path : options.files) {
    const std::string before = OrExit(kUnreadable, ReadFile(path));
    const PolicyDocument document = OrExit(kUnreadable, ParsePolicyText({path, before}));
    if (options.json) {
      PrintJson(document.policy);
      continue;
    }
    const std::string after = PolicyText(document);
    if (!options.write) std::cout << after;
    if (after == before) continue;
    canonical = false;
    if (!options.write) continue;
    WriteWhole(path, after);
    std::cerr << path << ": written\n";
  }
  if (!canonical && !options.write) Exit(kNo);
}

void Table(const EditOptions& options) {
  const std::string& path = options.files.front();
  const PolicySource source = {path, OrExit(kUnreadable, ReadFile(path))};
  const bool table = absl::EndsWith(path, ".tsv");
  const PolicyDocument document =
      OrExit(kUnreadable, table ? ParsePolicyTable(source) : ParsePolicyText(source));
  if (options.json) return PrintJson(document.policy);
  const std::string text =
      table ? PolicyText(document) : OrExit(kUnreadable, PolicyTable(document));
  if (options.out.empty()) {
    std::cout << text;
  } else {
    WriteWhole(options.out, text);
  }
}

}  // namespace

void AddEditCommands(CLI::App& app) {
  auto options = std::make_shared<EditOptions>();
  CLI::App* format = PolicyCommand(app)->add_subcommand(
      "fmt", "Canonical text of a policy: rules by id, values sorted, comments above it kept");
  format->add_option("files", options->files, "Policies as text")->required();
  format->add_flag("--write", options->write,
                   "Write the files; without it print, and exit with 1 "
                   "where one is not canonical");
  format->add_flag("--json", options->json, "Print the policies as JSON");
  format->callback([options] { Format(*options); });
  format->footer("Example: slussctl policy fmt --write policies/sspf.txtpb");

  CLI::App* table = PolicyCommand(app)->add_subcommand(
      "table", "A policy as a table for a spreadsheet (tab-separated), and back");
  table->add_option("file", options->files, "FILE.txtpb makes a table, FILE.tsv makes text")
      ->required()
      ->expected(1);
  table->add_option("--out", options->out, "Write here instead of to standard output");
  table->add_flag("--json", options->json, "Print the policy as JSON");
  table->callback([options] { Table(*options); });
  table->footer(
      "Examples: slussctl policy table sspf.txtpb --out sspf.tsv\n"
      "          slussctl policy table sspf.tsv --out sspf.txtpb");
}

}  // namespace sluss
