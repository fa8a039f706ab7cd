// The arrows of the architecture as a test: every #include of the project's own headers is read and
// held against the table below. A module that is not in the table fails too.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sluss {
namespace {

namespace fs = std::filesystem;

// Module -> what it may include besides itself. Longest prefix wins.
const std::map<std::string, std::set<std::string>>& Arrows() {
  static const auto* const arrows = new std::map<std::string, std::set<std::string>>{
      {"proto", {}},
      {"gateway/base", {}},
      {"policy", {"proto", "gateway/base"}},
      {"policy/analysis", {"proto", "gateway/base", "policy"}},
      // Asks the analysis whether a change that no case noticed changes anything.
      {"policy/mutation", {"proto", "gateway/base", "policy", "policy/analysis"}},
      {"gateway/crypto", {"proto", "gateway/base"}},
      {"gateway/tlog", {"proto", "gateway/base", "gateway/crypto"}},
      // A stranger runs it: the log's formats and nothing of the gateway.
      {"gateway/verify", {"proto", "gateway/base", "gateway/crypto", "gateway/tlog"}},
      // Of the analysis, the matrix: what an agency may send to whom.
      {"gateway/exchange",
       {"proto", "gateway/base", "policy", "policy/analysis", "gateway/crypto", "gateway/tlog"}},
      // What a citizen has a right to know, on the exchange's ledger, store and openings.
      {"gateway/access",
       {"proto", "gateway/base", "gateway/crypto", "gateway/tlog", "gateway/exchange"}},
      // Policies are changed by people with other rights than those who send, so their life is a
      // module of its own; it shares the exchange's ledger and store.
      {"gateway/policies",
       {"proto", "gateway/base", "policy", "gateway/crypto", "gateway/exchange"}},
      // What opens the log's entries has keys of its own and rules of its own for how long they
      // live; it shares the exchange's ledger and store.
      {"gateway/openings",
       {"proto", "gateway/base", "gateway/crypto", "gateway/tlog", "gateway/exchange"}},
      {"gateway/store",
       {"proto", "gateway/base", "gateway/crypto", "gateway/tlog", "gateway/exchange"}},
      // What of the log others are shown; its commands open the store themselves.
      {"gateway/publication",
       {"proto", "gateway/base", "gateway/crypto", "gateway/tlog", "gateway/exchange",
        "gateway/store"}},
      // What is taken away: bundle, exports, statistics, record of processing. A bundle is written
      // as it will be verified; commands open store and policies themselves.
      {"gateway/exports",
       {"proto", "gateway/base", "policy", "gateway/crypto", "gateway/tlog", "gateway/verify",
        "gateway/exchange", "gateway/policies", "gateway/store", "gateway/publication"}},
      // What officers do with the log: an index of its own beside the store, and the ledger for the
      // entries that their acts leave behind.
      {"gateway/oversight",
       {"proto", "gateway/base", "gateway/crypto", "gateway/tlog", "gateway/exchange",
        "gateway/store"}},
      // Pages that people take home, the same from an agency's edge and from the officer's tool.
      {"gateway/documents", {"proto", "gateway/base"}},
      // The officer's side of a citizen's access report: no gateway in it.
      {"gateway/report",
       {"proto", "gateway/base", "gateway/crypto", "gateway/tlog", "gateway/documents"}},
      {"gateway/rpc", {"proto", "gateway/base", "gateway/crypto"}},
      {"gateway/https", {"gateway/base", "gateway/rpc"}},
      // Others run it: nothing of the gateway but the log's formats and the rim.
      {"gateway/witness",
       {"gateway/base", "gateway/crypto", "gateway/tlog", "gateway/rpc", "gateway/https"}},
      {"gateway/keyholder", {"proto", "gateway/base", "gateway/crypto", "gateway/rpc"}},
      {"gateway/server",
       {"proto", "gateway/base", "policy", "policy/analysis", "gateway/crypto", "gateway/tlog",
        "gateway/exchange", "gateway/access", "gateway/openings", "gateway/policies",
        "gateway/store", "gateway/publication", "gateway/exports", "gateway/oversight",
        "gateway/rpc", "gateway/https"}},
      {"gateway/ctl",
       {"proto", "gateway/base", "policy", "policy/analysis", "policy/mutation", "gateway/crypto",
        "gateway/tlog", "gateway/verify", "gateway/exchange", "gateway/openings",
        "gateway/policies", "gateway/publication", "gateway/exports", "gateway/rpc",
        "gateway/documents", "gateway/report"}},
      {"agency-adapters/common", {"proto", "gateway/base"}},
      {"agency-adapters/school", {"proto", "gateway/base", "agency-adapters/common"}},
      {"agency-adapters/police", {"proto", "gateway/base", "agency-adapters/common"}},
      {"agency-adapters/child-psychiatry", {"proto", "gateway/base", "agency-adapters/common"}},
      {"agency-adapters/social-services", {"proto", "gateway/base", "agency-adapters/common"}},
      {"agency-adapters/client",
       {"proto", "gateway/base", "gateway/crypto", "gateway/tlog", "gateway/rpc",
        "gateway/documents", "agency-adapters/common"}},
      {"agency-adapters/adapter",
       {"proto", "gateway/base", "gateway/crypto", "gateway/rpc", "agency-adapters/client",
        "agency-adapters/common", "agency-adapters/school", "agency-adapters/police",
        "agency-adapters/child-psychiatry", "agency-adapters/social-services"}},
  };
  return *arrows;
}

std::string ModuleOf(const std::string& path) {
  std::string best;
  for (const auto& [module, unused] : Arrows()) {
    if (path.rfind(module + "/", 0) == 0 && module.size() > best.size()) best = module;
  }
  return best;
}

struct Include {
  std::string file;
  int line;
  std::string target;
};

std::vector<Include> IncludesBelow(const fs::path& root, const std::string& folder) {
  static const std::regex pattern("^\\s*#include\\s+[\"<]([^\">]+)[\">]");
  std::vector<Include> found;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".h" && extension != ".cc") continue;
    std::ifstream file(entry.path());
    std::string text;
    for (int line = 1; std::getline(file, text); ++line) {
      std::smatch match;
      if (!std::regex_search(text, match, pattern)) continue;
      found.push_back({fs::relative(entry.path(), root).string(), line, match[1].str()});
    }
  }
  return found;
}

std::vector<Include> AllIncludes() {
  const fs::path root = SLUSS_SOURCE_DIR;
  std::vector<Include> all;
  for (const char* folder : {"policy", "gateway", "agency-adapters"}) {
    for (Include& include : IncludesBelow(root, folder)) all.push_back(std::move(include));
  }
  return all;
}

TEST(LayeringTest, ArrowsNeverRunUpward) {
  const std::vector<Include> includes = AllIncludes();
  EXPECT_GT(includes.size(), 20u) << "the test no longer sees the includes";
  for (const Include& include : includes) {
    const std::string from = ModuleOf(include.file);
    ASSERT_FALSE(from.empty()) << include.file << " is in no module of the table";
    const std::string to = ModuleOf(include.target);
    if (to.empty() || to == from) continue;
    EXPECT_TRUE(Arrows().at(from).count(to))
        << include.file << ":" << include.line << ": " << from << " may not use " << to;
  }
}

// Each outside library has one home, so that it can be replaced and reviewed there.
TEST(LayeringTest, LibrariesStayWhereTheyBelong) {
  struct Home {
    std::string header_prefix;
    std::set<std::string> modules;
  };
  const std::vector<Home> homes = {
      {"sodium", {"gateway/crypto"}},
      {"openssl/", {"gateway/crypto", "gateway/rpc"}},
      {"sqlite3", {"gateway/store", "gateway/keyholder"}},
      {"libpq", {"gateway/store"}},
      {"grpc",
       {"gateway/rpc", "gateway/server", "gateway/keyholder", "gateway/ctl",
        "agency-adapters/client", "agency-adapters/adapter"}},
      {"microhttpd", {"gateway/https"}},
      {"gnutls/", {"gateway/https"}},
      {"curl/", {"gateway/https"}},
      {"libxml/", {"agency-adapters/common", "agency-adapters/police"}},
      {"pugixml", {"agency-adapters/school"}},
      {"zip.h", {"gateway/verify", "gateway/exports"}},
      {"cairo", {"gateway/documents"}},
      {"pango", {"gateway/documents"}},
  };
  for (const Include& include : AllIncludes()) {
    for (const Home& home : homes) {
      if (include.target.rfind(home.header_prefix, 0) != 0) continue;
      EXPECT_TRUE(home.modules.count(ModuleOf(include.file)))
          << include.file << ":" << include.line << ": only its home may include "
          << include.target;
    }
  }
}

}  // namespace
}  // namespace sluss
