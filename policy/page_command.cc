#include "policy/page_command.h"

#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/clock.h"
#include "policy/command_support.h"
#include "policy/page.h"

namespace sluss {
namespace {

struct PageOptions : SetOptions {
  std::vector<std::string> ids;
  std::string on, out;
};

void Write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file) Fail(kUnreadable, absl::UnavailableError(absl::StrCat("cannot write `", path, "`")));
}

void Pages(const PageOptions& options) {
  if (options.json) {
    Fail(kUnreadable, absl::InvalidArgumentError("`--json`: a page is Markdown; leave it out"));
  }
  const auto set = LoadSet(options);
  std::vector<std::string> ids = options.ids;
  if (ids.empty()) {
    for (const v1::Policy& policy : set->bundle().policy()) ids.push_back(policy.id());
  }
  const std::string day =
      options.on.empty() ? absl::FormatCivilTime(SwedishDay(SystemClock()->Now())) : options.on;
  for (const std::string& id : ids) {
    const std::string page = OrExit(kNo, PolicyPage(*set, id, day, options.sha256));
    if (options.out.empty()) {
      std::cout << page << (id == ids.back() ? "" : "\n---\n\n");
    } else {
      Write(absl::StrCat(options.out, "/", id, ".md"), page);
    }
  }
}

}  // namespace

void AddPageCommand(CLI::App& app, const Sha256Function& sha256) {
  const auto page = AddSetCommand<PageOptions>(
      app, "page", "A page of plain Swedish for each policy, for a lawyer to sign", sha256, Pages);
  page.command->add_option("--policy", page.values->ids, "Only these policies");
  page.command->add_option("--on", page.values->on, "Day of the law, YYYY-MM-DD; without it today");
  page.command->add_option("--out", page.values->out,
                           "Directory for ID.md; without it to standard output");
}

}  // namespace sluss
