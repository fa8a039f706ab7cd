#include "gateway/verify/bundle_page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "gateway/base/hex.h"
#include "gateway/verify/bundle_layout.h"

namespace sluss {
namespace {

constexpr absl::string_view kGenerator = "<meta name=\"generator\" content=\"";

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text,
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

std::string TimeText(int64_t us) {
  return absl::FormatTime("%Y-%m-%d %H:%M UTC", absl::FromUnixMicros(us), absl::UTCTimeZone());
}

// One language's words.
struct Words {
  const char *title, *about, *period, *agency, *all, *log, *entries, *made, *procedure;
  const char *figures, *of_period, *opened, *erased, *kinds, *verdicts, *pairs, *denials, *none;
  const char *policies, *check_title, *check, *personal;
};

constexpr Words kSwedish = {
    "Ombudets paket ur utlämningsloggen",
    "Paketet innehåller hela den signerade loggen och det som öppnar periodens poster.",
    "Period",
    "Myndighet",
    "alla",
    "Logg",
    "poster i loggen",
    "Hämtat",
    "Ärende i loggen",
    "I siffror",
    "Poster som paketet handlar om",
    "Poster vars uppgifter öppnas i paketet",
    "Poster vars uppgifter är gallrade",
    "Händelser",
    "Beslut",
    "Utlämnat, från och till",
    "Nekat, efter skäl",
    "inget",
    "Versioner av reglerna som har beslutat",
    "Så kontrolleras paketet",
    "Kör sluss-verify på paketet med loggens nyckel, som du fått på annat sätt än i paketet. "
    "Svaret är en mening om vad du får dra för slutsats, eller den första posten som är fel. "
    "Siffrorna på den här sidan räknas då om ur loggen. Att alla visas samma logg framgår bara av "
    "vittnenas underskrifter (--witness-policy), och när posterna fanns av tidsstämplarna "
    "(--timestamp-authority).",
    "Filen openings.ndjson innehåller personuppgifter om tjänstemän och om ärenden. Förvara "
    "paketet "
    "som en sekretessbelagd handling och förstör det när granskningen är klar: det som gallras i "
    "gatewayen gallras inte här.",
};

constexpr Words kEnglish = {
    "The officer's bundle of the disclosure log",
    "The bundle holds the whole signed log and what opens the entries of the period.",
    "Period",
    "Agency",
    "all",
    "Log",
    "entries in the log",
    "Taken out",
    "Procedure in the log",
    "In figures",
    "Entries that the bundle is about",
    "Entries whose fields are opened in the bundle",
    "Entries whose fields have been erased",
    "Events",
    "Decisions",
    "Handed over, from and to",
    "Denied, by reason",
    "nothing",
    "Versions of the rules that decided",
    "How to check the bundle",
    "Run sluss-verify on the bundle with the log's key, which you were given otherwise than in the "
    "bundle. It answers with a sentence of what you may conclude, or with the first entry that is "
    "wrong. The figures on this page are then counted again from the log. That everybody is shown "
    "the same log follows only from the witnesses' signatures (--witness-policy), and by when the "
    "entries were there from the timestamps (--timestamp-authority).",
    "The file openings.ndjson holds personal data about officials and about cases. Keep the bundle "
    "as a confidential document and destroy it when the review is done: what is erased in the "
    "gateway is not erased here.",
};

std::string Row(absl::string_view name, absl::string_view value) {
  return absl::StrCat("<tr><th>", Escaped(name), "</th><td>", Escaped(value), "</td></tr>\n");
}

std::string Table(absl::string_view title, const BundleTally::Counts& counts, const Words& words) {
  std::string html = absl::StrCat("<h3>", Escaped(title), "</h3>\n");
  if (counts.empty()) return absl::StrCat(html, "<p>", Escaped(words.none), "</p>\n");
  absl::StrAppend(&html, "<table>\n");
  for (const auto& [name, count] : counts) absl::StrAppend(&html, Row(name, absl::StrCat(count)));
  return absl::StrCat(html, "</table>\n");
}

std::string Section(const Words& words, absl::string_view language, const v1::BundleHead& head,
                    const BundleTally& tally, absl::string_view origin, uint64_t size) {
  std::string html = absl::StrCat("<section lang=\"", language, "\">\n<h1>", Escaped(words.title),
                                  "</h1>\n<p>", Escaped(words.about), "</p>\n<table>\n");
  absl::StrAppend(
      &html,
      Row(words.period, absl::StrCat(TimeText(head.from_us()), " – ", TimeText(head.to_us()))),
      Row(words.agency, head.agency().empty() ? words.all : head.agency()),
      Row(words.log, absl::StrCat(origin, ": ", size, " ", words.entries)),
      Row(words.made, TimeText(head.made_us())),
      Row(words.procedure, absl::StrCat(ToHex(head.procedure()), ", ", head.export_index())),
      "</table>\n<p class=\"note\">", Escaped(words.personal), "</p>\n");
  absl::StrAppend(&html, "<h2>", Escaped(words.figures), "</h2>\n<table>\n",
                  Row(words.of_period, absl::StrCat(tally.entries)),
                  Row(words.opened, absl::StrCat(tally.opened)),
                  Row(words.erased, absl::StrCat(tally.erased)), "</table>\n");
  absl::StrAppend(
      &html, Table(words.kinds, tally.kinds, words), Table(words.verdicts, tally.verdicts, words),
      Table(words.pairs, tally.pairs, words), Table(words.denials, tally.denials, words));
  absl::StrAppend(&html, "<h3>", Escaped(words.policies), "</h3>\n<ul>\n");
  for (const std::string& digest : tally.policy_digests) {
    const std::string path = PolicyTextPath(digest);
    absl::StrAppend(&html, "<li><a href=\"", path, "\">", ToHex(digest), "</a></li>\n");
  }
  return absl::StrCat(html, "</ul>\n<h2>", Escaped(words.check_title), "</h2>\n<p>",
                      Escaped(words.check), "</p>\n</section>\n");
}

}  // namespace

void BundleTally::Add(const v1::AuditLeaf& leaf) {
  if (!InScope(head_, leaf)) return;
  ++entries;
  if (!ToOpen(head_, leaf).empty()) ++to_open;
  ++kinds[v1::RecordKind_Name(leaf.kind())];
  if (leaf.kind() == v1::DECISION) ++verdicts[leaf.verdict()];
  if (leaf.kind() == v1::DELIVERY) {
    ++pairs[absl::StrCat(leaf.sender(), " → ", leaf.recipient())];
  }
  if (leaf.verdict() == "DENY") ++denials[leaf.outcome()];
  if (!leaf.verdict().empty() && !leaf.policy_digest().empty()) {
    policy_digests.insert(leaf.policy_digest());
  }
}

void BundleTally::AddOpening(const v1::EntryOpening& opening) {
  ++(opening.erased() ? erased : opened);
}

std::string BundlePage(const v1::BundleHead& head, const BundleTally& tally,
                       absl::string_view origin, uint64_t size) {
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"sv\">\n<head>\n<meta charset=\"utf-8\">\n", kGenerator,
      kPageVersion, "\">\n<title>", kSwedish.title,
      "</title>\n<style>\nbody{font-family:sans-serif;max-width:48em;margin:2em auto;padding:0 1em}"
      "\nth{text-align:left;font-weight:normal;padding-right:2em;vertical-align:top}"
      "\ntd{overflow-wrap:anywhere}\n.note{border-left:4px solid #a00;padding-left:1em}"
      "\nsection+section{border-top:1px solid #888;margin-top:3em}\n</style>\n</head>\n<body>\n",
      Section(kSwedish, "sv", head, tally, origin, size),
      Section(kEnglish, "en", head, tally, origin, size), "</body>\n</html>\n");
}

std::string PageVersion(absl::string_view page) {
  const size_t at = page.find(kGenerator);
  if (at == absl::string_view::npos) return "";
  page.remove_prefix(at + kGenerator.size());
  return std::string(page.substr(0, page.find('"')));
}

}  // namespace sluss
