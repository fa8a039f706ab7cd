#include "gateway/documents/withdrawal_receipt.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"

namespace sluss {
namespace {

// One language's words.
struct Words {
  const char* title;
  const char* consent;
  const char* message;
  const char* reference;
  const char* when;
  const char* on_behalf_of;
  const char* guardian;
  const char* child;
  const char* party;
  const char* extent;
  const char* whole;
  const char* stopped;
  const char* trimmed;
  const char* recalled;
  const char* gone;
  const char* left;
  const char* nothing;
  const char* entry;
  const char* to;
  const char* closing;
};

constexpr Words kSwedish = {
    "Kvitto på återkallelse",
    "Samtycke",
    "Meddelande",
    "Myndighetens beteckning",
    "Återkallat",
    "För",
    "vårdnadshavare",
    "barnet",
    "en part",
    "Omfattning",
    "hela",
    "Stoppade, lämnas aldrig ut",
    "Lämnas ut utan det återkallade",
    "Återkallade hos mottagaren, som ska förstöra dem",
    "Hade redan lämnats ut",
    "Kvar av samtycket",
    "ingenting",
    "Post i utlämningsloggen",
    "till",
    "Återkallelsen gäller från den tid som står ovan. Det som hade lämnats ut dessförinnan går "
    "inte "
    "att ta tillbaka: vänd er till mottagaren. Att återkalla är frivilligt och kostar ingenting."};

constexpr Words kEnglish = {
    "Receipt of a withdrawal",
    "Consent",
    "Message",
    "The agency's reference",
    "Withdrawn",
    "For",
    "a guardian",
    "the child",
    "a party",
    "Extent",
    "all of it",
    "Stopped, will never be handed out",
    "Handed out without what was withdrawn",
    "Recalled from the recipient, who is to destroy them",
    "Had already been handed out",
    "Left of the consent",
    "nothing",
    "Entry of the disclosure log",
    "to",
    "The withdrawal is in force from the time above. What had been handed out before cannot be "
    "taken "
    "back: turn to the recipient. Withdrawing is voluntary and costs nothing."};

// A line of the receipt: what, and its values.
struct Row {
  std::string name;
  std::vector<std::string> values;
};

std::string When(int64_t time_us) {
  return absl::FormatCivilTime(ToSwedishTime(absl::FromUnixMicros(time_us)));
}

std::string OnBehalfOf(const Words& words, const std::string& who) {
  if (who == "guardian") return words.guardian;
  return who == "child" ? words.child : words.party;
}

template <typename List>
Row Messages(const char* name, uint64_t count, const List& list, const Words& words) {
  Row row{name, {absl::StrCat(std::max<uint64_t>(count, list.size()))}};
  for (const v1::WithdrawnMessage& message : list) {
    std::string line =
        absl::StrCat(ToHex(message.message_id()), " ", words.to, " ", message.recipient());
    if (!message.category().empty()) {
      absl::StrAppend(&line, " (-", absl::StrJoin(message.category(), ", -"), ")");
    }
    row.values.push_back(std::move(line));
  }
  return row;
}

Row Extent(const v1::ConsentStep& step, const Words& words) {
  Row row{words.extent, {}};
  for (const std::string& party : step.party()) row.values.push_back(party);
  for (const std::string& category : step.category()) row.values.push_back(category);
  if (row.values.empty()) row.values.push_back(words.whole);
  return row;
}

Row Left(const v1::WithdrawResponse& response, const Words& words) {
  if (response.consent_ended()) return {words.left, {words.nothing}};
  return {
      words.left,
      {absl::StrJoin(response.party_left(), ", "), absl::StrJoin(response.category_left(), ", ")}};
}

std::vector<Row> RowsOf(const WithdrawalReceipt& receipt, const Words& words) {
  const v1::WithdrawResponse& response = receipt.response;
  const v1::ConsentStep& step = response.step();
  std::vector<Row> rows;
  rows.push_back(receipt.consent.empty() ? Row{words.message, {receipt.message}}
                                         : Row{words.consent, {receipt.consent}});
  if (!receipt.reference.empty()) rows.push_back({words.reference, {receipt.reference}});
  if (step.time_us() > 0) rows.push_back({words.when, {When(step.time_us())}});
  if (!step.on_behalf_of().empty()) {
    rows.push_back({words.on_behalf_of, {OnBehalfOf(words, step.on_behalf_of())}});
  }
  if (!receipt.consent.empty()) rows.push_back(Extent(step, words));
  rows.push_back(Messages(words.stopped, step.stopped(), response.stopped(), words));
  rows.push_back(Messages(words.trimmed, step.trimmed(), response.trimmed(), words));
  rows.push_back(Messages(words.recalled, step.recalled(), response.recalled(), words));
  rows.push_back(Messages(words.gone, step.already_gone(), response.already_gone(), words));
  if (!receipt.consent.empty()) rows.push_back(Left(response, words));
  const uint64_t index = step.log_index() > 0 ? step.log_index() : response.receipt().index();
  rows.push_back({words.entry, {absl::StrCat(index)}});
  return rows;
}

std::string TextIn(const WithdrawalReceipt& receipt, const Words& words) {
  std::string text = absl::StrCat(words.title, "\n\n");
  for (const Row& row : RowsOf(receipt, words)) {
    absl::StrAppend(&text, row.name, ": ", absl::StrJoin(row.values, "\n  "), "\n");
  }
  absl::StrAppend(&text, "\n", words.closing, "\n");
  return text;
}

// References and agencies come from elsewhere: nothing of them is markup.
std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

std::string HtmlIn(const WithdrawalReceipt& receipt, const Words& words, absl::string_view lang) {
  std::string html =
      absl::StrCat("<section lang=\"", lang, "\">\n<h1>", words.title, "</h1>\n<table>\n");
  for (const Row& row : RowsOf(receipt, words)) {
    std::vector<std::string> values;
    for (const std::string& value : row.values) values.push_back(Escaped(value));
    absl::StrAppend(&html, "<tr><th scope=\"row\">", Escaped(row.name), "</th><td>",
                    absl::StrJoin(values, "<br>"), "</td></tr>\n");
  }
  absl::StrAppend(&html, "</table>\n<p>", words.closing, "</p>\n</section>\n");
  return html;
}

}  // namespace

WithdrawalReceipt ReceiptOfStep(std::string consent, const v1::ConsentStep& step,
                                const v1::ConsentVersion& newest) {
  WithdrawalReceipt receipt;
  receipt.consent = std::move(consent);
  v1::WithdrawResponse& response = receipt.response;
  *response.mutable_step() = step;
  response.set_consent_ended(newest.state() == v1::WITHDRAWN);
  v1::ConsentRecord record;
  if (response.consent_ended() || !record.ParseFromString(newest.record())) return receipt;
  const auto holds = [](const auto& values, const std::string& value) {
    return std::find(values.begin(), values.end(), value) != values.end();
  };
  for (const v1::ConsentParty& party : record.party()) {
    if (!holds(newest.withdrawn_party(), party.agency())) response.add_party_left(party.agency());
  }
  for (const std::string& category : record.category()) {
    if (!holds(newest.withdrawn_category(), category)) response.add_category_left(category);
  }
  return receipt;
}

std::string WithdrawalText(const WithdrawalReceipt& receipt) {
  return absl::StrCat(TextIn(receipt, kSwedish), "\n", std::string(60, '-'), "\n\n",
                      TextIn(receipt, kEnglish));
}

std::string WithdrawalHtml(const WithdrawalReceipt& receipt) {
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"sv\">\n<head>\n<meta charset=\"utf-8\">\n<title>",
      kSwedish.title,
      "</title>\n<style>\nbody { font-family: sans-serif; max-width: 45em; margin: 2em auto; }\n"
      "th { text-align: left; vertical-align: top; padding-right: 1em; }\n"
      "td { overflow-wrap: anywhere; }\n"
      "@media print { section + section { break-before: page; } }\n</style>\n</head>\n<body>\n",
      HtmlIn(receipt, kSwedish, "sv"), HtmlIn(receipt, kEnglish, "en"), "</body>\n</html>\n");
}

}  // namespace sluss
