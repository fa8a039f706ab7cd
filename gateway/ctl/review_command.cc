#include "gateway/ctl/review_command.h"

#include <iostream>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/ctl/gateway_connection.h"
#include "gateway/ctl/proposal_text.h"
#include "gateway/ctl/review_text.h"
#include "gateway/ctl/search_command.h"
#include "gateway/publication/log_text.h"
#include "gateway/rpc/status.h"
#include "gateway/tlog/history.h"
#include "nlohmann/json.hpp"
#include "policy/command_support.h"
#include "proto/oversight.grpc.pb.h"

namespace sluss {
namespace {

using Json = nlohmann::ordered_json;
using Stub = v1::Oversight::Stub;

// A draw may read two million entries.
constexpr std::chrono::seconds kPatience(120);

struct Options {
  GatewayArguments gateway;
  FilterOptions filter;
  std::string criterion = "any", by = "none", outcome, note;
  uint32_t random = 0, every = 0, retry_minutes = 60, limit = 50, year = 0;
  uint64_t number = 0, index = 0, before = 0;
  bool open = false, json = false, english = false;
};

template <typename Request, typename Response>
Response Call(const Options& options,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const Request& request) {
  const auto stub = v1::Oversight::NewStub(OrExit(kUnreadable, ConnectToGateway(options.gateway)));
  Response response;
  const absl::Status status =
      FromGrpc(((*stub).*method)(Within(kPatience).get(), request, &response));
  if (!status.ok()) FailToAsk(status);
  return response;
}

std::string CriterionWord(const v1::ReviewCriteria& criteria) {
  for (const char* word :
       {"any", "out-of-hours", "reidentification", "retried-denial", "no-case"}) {
    if (CriterionOf(word) == criteria.criterion()) return word;
  }
  return "";
}

Json AsJson(const v1::Review& review) {
  v1::ReviewCriteria criteria;
  (void)criteria.ParseFromString(review.criteria());
  Json json = {{"number", review.number()},
               {"procedure", ToHex(review.procedure())},
               {"criterion", CriterionWord(criteria)},
               {"method", criteria.method() == v1::REVIEW_RANDOM ? "random" : "every-nth"},
               {"log_size", criteria.log_size()},
               {"log_root", ToHex(review.log_root())},
               {"population", review.population()},
               {"erased_openings", review.erased_openings()},
               {"drawn_by", review.drawn_by()},
               {"drawn", SwedishTimeText(review.drawn_us())},
               {"drawn_index", review.drawn_index()},
               {"closed_by", review.closed_by()}};
  if (!review.closed_by().empty()) {
    json["closed"] = SwedishTimeText(review.closed_us());
    json["closed_index"] = review.closed_index();
  }
  return json;
}

Json AsJson(const v1::ReviewItem& item) {
  Json json = {{"index", item.index()},
               {"stratum", item.stratum()},
               {"agency", item.agency()},
               {"findings", Json::array()}};
  for (const v1::ReviewFinding& finding : item.finding()) {
    json["findings"].push_back({{"outcome", OutcomeWord(finding.outcome())},
                                {"reviewer", finding.reviewer()},
                                {"at", SwedishTimeText(finding.at_us())},
                                {"index", finding.index()}});
  }
  return json;
}

void Draw(const Options& options) {
  v1::DrawReviewRequest request;
  v1::ReviewCriteria& criteria = *request.mutable_criteria();
  *criteria.mutable_filter() = OrExit(kUnreadable, FilterOf(options.filter));
  criteria.set_criterion(CriterionOf(options.criterion));
  criteria.set_stratum(StratumOf(options.by));
  criteria.set_method(options.random > 0 ? v1::REVIEW_RANDOM : v1::REVIEW_EVERY_NTH);
  criteria.set_size(options.random);
  criteria.set_every(options.every);
  if (criteria.criterion() == v1::REVIEW_RETRIED_DENIAL) {
    criteria.set_retry_minutes(options.retry_minutes);
  }
  const v1::Review review = Call(options, &Stub::DrawReview, request);
  if (options.json) {
    Json json = AsJson(review);
    json["items"] = Json::array();
    for (const v1::ReviewItem& item : review.item()) json["items"].push_back(AsJson(item));
    std::cout << json.dump() << "\n";
    return;
  }
  std::cout << "review " << review.number() << ": " << review.item_size() << " of "
            << review.population() << " entries drawn; the draw is entry " << review.drawn_index()
            << " of the log\n";
  if (review.erased_openings() > 0) {
    std::cout << review.erased_openings()
              << " entries have no opening any more: of these nobody can tell whose they were\n";
  }
  std::cout << "go on with: slussctl review show --number " << review.number() << " ...\n";
}

void List(const Options& options) {
  v1::ListReviewsRequest request;
  request.set_before(options.before);
  request.set_limit(options.limit);
  request.set_open_only(options.open);
  const v1::ReviewList list = Call(options, &Stub::ListReviews, request);
  for (int i = 0; i < list.review_size(); ++i) {
    if (!options.json) {
      std::cout << ReviewLine(list.review(i), list.entries(i), list.found(i)) << "\n";
      continue;
    }
    Json json = AsJson(list.review(i));
    json["entries"] = list.entries(i);
    json["settled"] = list.found(i);
    std::cout << json.dump() << "\n";
  }
}

void Show(const Options& options) {
  v1::GetReviewRequest request;
  request.set_number(options.number);
  const v1::ReviewPage page = Call(options, &Stub::GetReview, request);
  if (!options.json) {
    std::cout << ReviewAsText(page);
    return;
  }
  Json json = AsJson(page.review());
  json["criteria"] = absl::Base64Escape(page.criteria());
  json["items"] = Json::array();
  int note = 0;
  for (int i = 0; i < page.review().item_size(); ++i) {
    Json item = AsJson(page.review().item(i));
    for (Json& finding : item["findings"]) {
      finding["note"] = note < page.note_size() ? page.note(note) : "";
      ++note;
    }
    if (i < page.entry_size()) {
      item["entry"] = absl::Base64Escape(page.entry(i));
      const absl::StatusOr<v1::AuditLeaf> leaf = ParseEntry(page.entry(i));
      if (leaf.ok()) item["leaf"] = Json::parse(EntryAsJson(page.review().item(i).index(), *leaf));
    }
    json["items"].push_back(std::move(item));
  }
  std::cout << json.dump() << "\n";
}

void PrintChanged(const Options& options, const v1::Review& review, const std::string& words) {
  if (options.json) {
    std::cout << AsJson(review).dump() << "\n";
  } else {
    std::cout << words << "\n";
  }
}

void Finding(const Options& options) {
  v1::AddFindingRequest request;
  request.set_number(options.number);
  request.set_index(options.index);
  request.set_outcome(OutcomeOf(options.outcome));
  // A note on the command line would stand in the shell's history.
  if (!options.note.empty()) {
    request.set_note(OrExit(kUnreadable, ReadFile(options.note, /*max_bytes=*/4000)));
  }
  const v1::Review review = Call(options, &Stub::AddFinding, request);
  uint64_t at = 0;
  for (const v1::ReviewItem& item : review.item()) {
    if (item.index() == options.index) at = item.finding().rbegin()->index();
  }
  PrintChanged(options, review,
               absl::StrCat("entry ", options.index, " is found ", options.outcome,
                            "; the finding is entry ", at, " of the log",
                            request.outcome() == v1::REVIEW_UNJUSTIFIED
                                ? "; it counts when a second officer has looked at it"
                                : ""));
}

void Close(const Options& options) {
  v1::CloseReviewRequest request;
  request.set_number(options.number);
  const v1::Review review = Call(options, &Stub::CloseReview, request);
  PrintChanged(options, review,
               absl::StrCat("review ", options.number, " is closed; that is entry ",
                            review.closed_index(), " of the log"));
}

void Statement(const Options& options) {
  v1::GetReviewStatementRequest request;
  request.set_year(options.year);
  const v1::ReviewStatement statement = Call(options, &Stub::GetReviewStatement, request);
  if (options.json) {
    PrintJson(statement);
  } else {
    std::cout << StatementAsText(statement, options.english);
  }
}

CLI::App* Add(CLI::App* parent, const char* name, const char* help,
              const std::shared_ptr<Options>& options, void (*run)(const Options&)) {
  CLI::App* const command = parent->add_subcommand(name, help);
  AddGatewayOptions(command, &options->gateway);
  command->add_flag("--json", options->json, "JSON");
  command->callback([options, run] { run(*options); });
  return command;
}

void OfReview(CLI::App* command, const std::shared_ptr<Options>& options) {
  command->add_option("--number", options->number, "of the review")->required();
}

void AddDraw(CLI::App* review, const std::shared_ptr<Options>& options) {
  CLI::App* const draw =
      Add(review, "draw",
          "draw a sample of the log; which entries, nobody chooses, and anybody can draw again\n"
          "Examples:\n"
          "  slussctl review draw ... --from 2026-01-01 --to 2026-04-01 --random 20 --by sender\n"
          "  slussctl review draw ... --to 2026-04-01 --criterion out-of-hours --every 50\n"
          "  slussctl review draw ... --to 2026-04-01 --criterion retried-denial --random 30",
          options, Draw);
  AddFilterOptions(draw, &options->filter);
  draw->add_option("--criterion", options->criterion, "which entries are drawn from")
      ->check(
          CLI::IsMember({"any", "out-of-hours", "reidentification", "retried-denial", "no-case"}))
      ->capture_default_str();
  draw->add_option("--by", options->by, "draw as many of each of these")
      ->check(CLI::IsMember({"none", "sender", "recipient", "rule", "hour", "officer"}))
      ->capture_default_str();
  CLI::Option* const random = draw->add_option("--random", options->random, "so many, by chance")
                                  ->check(CLI::Range(1, 500));
  draw->add_option("--every", options->every, "every so manyth, systematically")
      ->check(CLI::PositiveNumber)
      ->excludes(random);
  draw->add_option("--retry-minutes", options->retry_minutes,
                   "with retried-denial: how soon after it")
      ->capture_default_str();
}

}  // namespace

void AddReviewCommands(CLI::App& app) {
  CLI::App* const review = app.add_subcommand(
      "review", "log review: samples of the log, and what officers found in them");
  review->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  AddDraw(review, options);

  CLI::App* const list =
      Add(review, "list", "the reviews, newest first\nExample: slussctl review list ... --open",
          options, List);
  list->add_flag("--open", options->open, "only those that are not closed");
  list->add_option("--before", options->before, "only those with a lower number");
  list->add_option("--limit", options->limit, "how many")->capture_default_str();

  OfReview(Add(review, "show",
               "one review: criteria, entries, findings; showing it is an entry of the log\n"
               "Example: slussctl review show ... --number 7",
               options, Show),
           options);

  CLI::App* const finding = Add(
      review, "finding",
      "say what was found about one entry; `unjustified` counts when a second officer has looked\n"
      "Example: slussctl review finding ... --number 7 --index 4711 --outcome unclear --note-file "
      "note.txt",
      options, Finding);
  OfReview(finding, options);
  finding->add_option("--index", options->index, "the entry")->required();
  finding->add_option("--outcome", options->outcome, "justified, unclear, unjustified or corrected")
      ->required()
      ->check(CLI::IsMember({"justified", "unclear", "unjustified", "corrected"}));
  finding
      ->add_option("--note-file", options->note,
                   "what was found, in words; needed unless it is justified")
      ->check(CLI::ExistingFile);

  OfReview(Add(review, "close",
               "end a review in which every entry is settled\n"
               "Example: slussctl review close ... --number 7",
               options, Close),
           options);

  CLI::App* const statement =
      Add(review, "statement",
          "the year in numbers, without those that could point at a person\n"
          "Example: slussctl review statement ... --year 2026 --english",
          options, Statement);
  statement->add_option("--year", options->year, "Swedish calendar year")->required();
  statement->add_flag("--english", options->english, "in English instead of Swedish");
}

}  // namespace sluss
