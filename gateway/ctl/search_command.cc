#include "gateway/ctl/search_command.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/ctl/gateway_connection.h"
#include "gateway/publication/log_text.h"
#include "gateway/rpc/status.h"
#include "gateway/tlog/history.h"
#include "gateway/tlog/tile.h"
#include "nlohmann/json.hpp"
#include "policy/command_support.h"
#include "proto/oversight.grpc.pb.h"

namespace sluss {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::chrono::seconds kPatience(60);

struct Options {
  GatewayArguments gateway;
  FilterOptions filter;
  std::string cursor, against;
  uint32_t page = 50;
  bool oldest_first = false;
  bool all = false;
  bool json = false;
};

absl::StatusOr<int64_t> TimeOf(absl::string_view option, const std::string& text) {
  if (text.empty()) return 0;
  absl::Time time;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, nullptr)) return absl::ToUnixMicros(time);
  absl::CivilSecond civil;
  if (absl::ParseLenientCivilTime(absl::StrReplaceAll(text, {{" ", "T"}}), &civil)) {
    return absl::ToUnixMicros(FromSwedishTime(civil));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("--", option,
                   " must be a Swedish time such as 2026-03-01 or \"2026-03-01 07:30\", or one "
                   "with its offset such as 2026-03-01T07:30:00Z"));
}

absl::Status AddIds(absl::string_view option, const std::vector<std::string>& texts,
                    google::protobuf::RepeatedPtrField<std::string>* ids) {
  for (const std::string& text : texts) {
    absl::StatusOr<std::string> id = FromHex(text);
    if (!id.ok() || id->size() != 16) {
      return absl::InvalidArgumentError(
          absl::StrCat("--", option, " must be an id of 32 hexadecimal digits"));
    }
    ids->Add(*std::move(id));
  }
  return absl::OkStatus();
}

absl::Status AddKinds(const std::vector<std::string>& texts, v1::SearchFilter* filter) {
  for (const std::string& text : texts) {
    v1::RecordKind kind;
    if (!v1::RecordKind_Parse(text, &kind)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--kind `", text, "` is no kind of entry: DECISION, DELIVERY, ..."));
    }
    filter->add_kind(kind);
  }
  return absl::OkStatus();
}

void Print(const v1::FoundEntry& found, bool json) {
  const absl::StatusOr<v1::AuditLeaf> leaf = ParseEntry(found.entry());
  if (!leaf.ok()) {
    Fail(kNo,
         absl::DataLossError(absl::StrCat("entry ", found.index(), ": ", leaf.status().message())));
  }
  if (!json) {
    std::cout << EntryAsLine(found.index(), *leaf) << "\n";
    return;
  }
  Json object = Json::parse(EntryAsJson(found.index(), *leaf));
  object["entry"] = absl::Base64Escape(found.entry());
  std::cout << object.dump() << "\n";
}

// The entries of a published or exported log, as files. That these are whole and signed is for
// `sluss-verify` to say.
class PublishedEntries {
 public:
  static absl::StatusOr<PublishedEntries> In(const std::string& directory) {
    ASSIGN_OR_RETURN(const std::string note, ReadFile(absl::StrCat(directory, "/checkpoint")));
    const std::vector<std::string> lines = absl::StrSplit(note, '\n');
    uint64_t size = 0;
    if (lines.size() > 2 && absl::SimpleAtoi(lines[1], &size)) {
      return PublishedEntries(directory, size);
    }
    return absl::InvalidArgumentError(
        absl::StrCat("`", directory,
                     "/checkpoint` is no checkpoint: name an export or a published "
                     "log"));
  }

  // Whether the log has the entry yet. DATA_LOSS where it has another one.
  absl::StatusOr<bool> Holds(const v1::FoundEntry& found) const {
    if (found.index() >= size_) return false;
    const uint64_t bundle = found.index() / kTileWidth;
    const uint64_t width = std::min<uint64_t>(kTileWidth, size_ - bundle * kTileWidth);
    ASSIGN_OR_RETURN(const std::string bytes,
                     ReadFile(absl::StrCat(directory_, "/", EntriesPath(bundle, width))));
    ASSIGN_OR_RETURN(const auto entries, ParseBundle(bytes, width, bundle * kTileWidth));
    if (entries[found.index() % kTileWidth] == found.entry()) return true;
    return absl::DataLossError(absl::StrCat("entry ", found.index(), " is not the one that `",
                                            directory_,
                                            "` holds: the gateway shows another log than it "
                                            "published"));
  }

 private:
  PublishedEntries(std::string directory, uint64_t size)
      : directory_(std::move(directory)), size_(size) {}

  std::string directory_;
  uint64_t size_;
};

// What the officer must know of the answer, beside the entries.
struct Told {
  uint64_t shown = 0, erased = 0, unreadable = 0, complete_to = 0, log_size = 0, held = 0;
  std::string procedure, cursor;
  std::vector<uint64_t> search_entries;

  void Add(const v1::SearchPage& page) {
    shown += page.entry_size();
    erased += page.erased_openings();
    unreadable += page.unreadable_openings();
    // Of several pages, what holds for all of them.
    complete_to =
        search_entries.empty() ? page.complete_to() : std::min(complete_to, page.complete_to());
    log_size = page.log_size();
    procedure = ToHex(page.procedure());
    cursor = ToHex(page.cursor());
    search_entries.push_back(page.search_index());
  }
};

void PrintJsonSummary(const Told& told) {
  std::cout << Json{{"shown", told.shown},
                    {"complete_to", told.complete_to},
                    {"log_size", told.log_size},
                    {"behind", told.log_size - told.complete_to},
                    {"erased_openings", told.erased},
                    {"unreadable_openings", told.unreadable},
                    {"held", told.held},
                    {"procedure", told.procedure},
                    {"search_entries", told.search_entries},
                    {"cursor", told.cursor}}
                   .dump()
            << "\n";
}

void PrintSummary(const Told& told) {
  std::cout << told.shown << " shown; complete to entry " << told.complete_to << " of "
            << told.log_size << " (" << told.log_size - told.complete_to
            << " behind); this search is entry " << absl::StrJoin(told.search_entries, ", ")
            << " of the log\n";
  if (told.erased > 0) {
    std::cout << told.erased << " entries have no opening any more: of these nobody can tell whose "
              << "they were\n";
  }
  if (told.unreadable > 0) {
    std::cout << told.unreadable << " entries have an opening that is damaged\n";
  }
  if (!told.cursor.empty()) std::cout << "more: --cursor " << told.cursor << "\n";
}

void Run(const Options& options) {
  v1::SearchRequest request;
  *request.mutable_filter() = OrExit(kUnreadable, FilterOf(options.filter));
  request.set_oldest_first(options.oldest_first);
  request.set_limit(options.page);
  if (!options.cursor.empty()) request.set_cursor(OrExit(kUnreadable, FromHex(options.cursor)));
  const auto stub = v1::Oversight::NewStub(OrExit(kUnreadable, ConnectToGateway(options.gateway)));
  std::optional<PublishedEntries> published;
  if (!options.against.empty()) {
    published = OrExit(kUnreadable, PublishedEntries::In(options.against));
  }
  Told told;
  do {
    v1::SearchPage page;
    const absl::Status status = FromGrpc(stub->Search(Within(kPatience).get(), request, &page));
    if (!status.ok()) FailToAsk(status);
    for (const v1::FoundEntry& found : page.entry()) {
      if (published.has_value()) told.held += OrExit(kNo, published->Holds(found)) ? 1 : 0;
      Print(found, options.json);
    }
    told.Add(page);
    request.set_cursor(page.cursor());
  } while (options.all && !request.cursor().empty());
  if (options.json) {
    PrintJsonSummary(told);
    return;
  }
  PrintSummary(told);
  if (published.has_value()) {
    std::cout << told.held << " of them are in `" << options.against
              << "` as shown, the others are younger; check it with sluss-verify\n";
  }
}

}  // namespace

void FailToAsk(const absl::Status& status) {
  const bool away = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  Fail(away ? kUnreadable : kNo, status);
}

void AddFilterOptions(CLI::App* command, FilterOptions* options) {
  const auto words = [&](const char* option, std::vector<std::string>* values, const char* text) {
    command->add_option(option, *values, text)->expected(1)->take_all();
  };
  command->add_option("--from", options->from, "from this Swedish day or time on");
  command->add_option("--to", options->to, "up to this one, not included");
  words("--agency", &options->agency, "as sender or recipient; may be given again: any of them");
  words("--sender", &options->sender, "as sender");
  words("--recipient", &options->recipient, "as recipient");
  words("--rule", &options->rule, "id of a rule that decided");
  words("--paragraph", &options->paragraph, "legal basis, such as SOL-2025-19-1");
  words("--purpose", &options->purpose, "purpose");
  words("--category", &options->category, "data category, passed or withheld");
  words("--passed", &options->passed, "data category that passed");
  words("--withheld", &options->withheld, "data category that did not");
  words("--verdict", &options->verdict, "PERMIT, PARTIAL or DENY");
  words("--kind", &options->kind, "kind of entry: DECISION, DELIVERY, REIDENTIFICATION, ...");
  words("--outcome", &options->outcome, "reason code");
  words("--message", &options->message, "message id, hexadecimal");
  words("--consent", &options->consent, "consent id, hexadecimal");
  words("--parent", &options->parent, "event that it belongs to, hexadecimal");
  words("--procedure", &options->procedure, "search, review, scan or hold, hexadecimal");
  command->add_option("--officer", options->officer,
                      "who attested, a pseudonym of 64 hexadecimal digits, or an official as "
                      "ROLE/NAME; within at most 92 days");
}

absl::StatusOr<v1::SearchFilter> FilterOf(const FilterOptions& options) {
  v1::SearchFilter filter;
  ASSIGN_OR_RETURN(const int64_t from, TimeOf("from", options.from));
  ASSIGN_OR_RETURN(const int64_t to, TimeOf("to", options.to));
  filter.set_from_us(from);
  filter.set_to_us(to);
  const auto add = [](const std::vector<std::string>& values,
                      google::protobuf::RepeatedPtrField<std::string>* field) {
    field->Add(values.begin(), values.end());
  };
  add(options.agency, filter.mutable_agency());
  add(options.sender, filter.mutable_sender());
  add(options.recipient, filter.mutable_recipient());
  add(options.rule, filter.mutable_rule());
  add(options.paragraph, filter.mutable_paragraph());
  add(options.purpose, filter.mutable_purpose());
  add(options.category, filter.mutable_category());
  add(options.passed, filter.mutable_passed());
  add(options.withheld, filter.mutable_withheld());
  add(options.verdict, filter.mutable_verdict());
  add(options.outcome, filter.mutable_outcome());
  RETURN_IF_ERROR(AddKinds(options.kind, &filter));
  RETURN_IF_ERROR(AddIds("message", options.message, filter.mutable_message_id()));
  RETURN_IF_ERROR(AddIds("consent", options.consent, filter.mutable_consent_id()));
  RETURN_IF_ERROR(AddIds("parent", options.parent, filter.mutable_parent_event()));
  RETURN_IF_ERROR(AddIds("procedure", options.procedure, filter.mutable_procedure()));
  filter.set_officer(options.officer);
  const absl::StatusOr<std::string> pseudonym = FromHex(options.officer);
  if (pseudonym.ok() && pseudonym->size() == 32) filter.set_officer(*pseudonym);
  return filter;
}

void AddSearchCommand(CLI::App& app) {
  CLI::App* const search = app.get_subcommand("log")->add_subcommand(
      "search",
      "search the log of a running gateway; the search is an entry of the log itself\n"
      "Every filter that is given must hold. Exit code 1: refused; 2: could not ask.\n"
      "Examples:\n"
      "  slussctl log search ... --agency school/ekbacken --verdict DENY --from 2026-03-01 "
      "--to 2026-04-01\n"
      "  slussctl log search ... --paragraph OSL-10-18A --all --json\n"
      "  slussctl log search ... --message 5f0c1b9e2ad34c7788e0f1a2b3c4d5e6 --oldest-first");
  const auto options = std::make_shared<Options>();
  AddGatewayOptions(search, &options->gateway);
  AddFilterOptions(search, &options->filter);
  search->add_option("--page", options->page, "entries a page, at most 500")
      ->check(CLI::Range(1, 500))
      ->capture_default_str();
  search->add_option("--cursor", options->cursor, "go on where a page with the same filter ended");
  search->add_flag("--all", options->all, "page after page to the end, each an entry of the log");
  search->add_flag("--oldest-first", options->oldest_first, "instead of the newest");
  search
      ->add_option("--against", options->against,
                   "an exported or published log: what is shown is held against its entries")
      ->check(CLI::ExistingDirectory);
  search->add_flag("--json", options->json,
                   "an object a line, with the bytes of the entry; the last one says how complete "
                   "the answer is");
  search->callback([options] { Run(*options); });
}

}  // namespace sluss
