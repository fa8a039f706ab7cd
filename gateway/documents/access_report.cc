#include "gateway/documents/access_report.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/base/clock.h"
#include "gateway/documents/plain_summary.h"

namespace sluss {
namespace {

// One language's words.
struct Words {
  const char* language;
  const char* title;
  const char* page_of;
  const char* made;
  const char* period;
  const char* to;
  const char* count;
  const char* contact;
  const char* about_heading;
  const char* about;
  const char* protected_note;
  const char* withheld_note;
  const char* withheld_count;
  const char* unread_note;
  const char* unreached_note;
  const char* none;
  const char* row;
  const char* when;
  const char* from_whom;
  const char* to_whom;
  const char* why;
  const char* basis;
  const char* told;
  const char* not_told;
  const char* corrects;
  const char* retracts;
  const char* outcome;
  const char* proof;
  const char* nothing;
  const char* conclude_heading;
  const char* conclude;
  const char* conclude_proofs;
  const char* conclude_protected;
  const char* conclude_officer;
  const char* ask_heading;
  const char* ask;
  const char* rights_heading;
  const char* rights;
  const char* complain_heading;
  const char* complain;
  const char* fate[8];
  const char* verdict_partial;
};

constexpr Words kSwedish = {
    "sv",
    "Vad myndigheter har berättat om dig för varandra",
    "sida %1 av %2",
    "Rapporten gjordes",
    "Tid som den gäller",
    "till",
    "Antal utlämnanden",
    "Fråga",
    "Om rapporten",
    "Rapporten svarar på din begäran enligt artikel 15 i dataskyddsförordningen (GDPR). Den visar "
    "när en myndighet har lämnat uppgifter om dig till en annan genom Sluss, varför, med stöd av "
    "vilken lag och vilka slags uppgifter. Vad som stod i uppgifterna finns inte kvar i Sluss: det "
    "får du hos myndigheterna. Namn på dem som arbetar där visas inte. Den som är vårdnadshavare "
    "kan fråga för sitt barn.",
    "Dina personuppgifter är skyddade. Därför står det bara vilket slags myndighet det gäller och "
    "i vilken månad, så att ingen kan läsa ut var du finns.",
    "Uppgifter från polis och åklagare kan vara hemliga för den de gäller under en tid. Sådana "
    "uppgifter finns inte med i någon rapport förrän tiden har gått ut, och den här meningen står "
    "i "
    "varje rapport, vare sig sådana uppgifter finns eller inte.",
    "Antal utlämnanden som hålls tillbaka tills vidare",
    "Poster från tiden som ingen längre kan läsa, oavsett vem de gäller",
    "Tid ur vilken poster inte kunde sökas igenom, för att nycklarna från då inte finns kvar",
    "Inga utlämnanden om dig finns i loggen för den här tiden.",
    "Utlämnande",
    "När",
    "Från",
    "Till",
    "Varför",
    "Med stöd av",
    "Uppgifter som fick lämnas",
    "Uppgifter som inte fick lämnas",
    "Detta rättar ett tidigare meddelande.",
    "Med detta tas ett tidigare meddelande tillbaka.",
    "Vad som hände",
    "Bevis",
    "inga",
    "Vad du kan lita på",
    "Varje rad står i en logg som inte kan ändras i efterhand utan att det syns.",
    "Med rapporten följer mappen proofs: med programmet sluss-verify, eller ett annat program för "
    "samma slags loggar, kan vem som helst kontrollera att raderna står där precis så.",
    "Bevisen för det har dataskyddsombudet, eftersom de skulle visa var du finns.",
    "Att raderna gäller dig har dataskyddsombudet kommit fram till genom att jämföra krypterade "
    "personnummer: varken Sluss eller den som driver det har fått veta vem du är. Rapporten visar "
    "det som gick genom Sluss, inte det som myndigheter har sagt till varandra på andra sätt.",
    "Vem du frågar",
    "Vill du veta vad som stod i uppgifterna, eller tycker du att något är fel, fråga myndigheten "
    "som lämnade uppgiften eller den som fick den. Frågor om rapporten svarar dataskyddsombudet "
    "på: ",
    "Dina rättigheter",
    "Du kan begära att fel rättas och göra invändningar mot hur dina uppgifter används. Har du "
    "lämnat "
    "ett samtycke kan du när som helst ta tillbaka det hos någon av myndigheterna, helt eller "
    "delvis. Det kostar ingenting.",
    "Om du inte är nöjd",
    "Du kan klaga hos Integritetsskyddsmyndigheten (IMY), imy.se, telefon 08-657 61 00, Box 8114, "
    "104 20 Stockholm.",
    {"Ingenting lämnades ut: det var inte tillåtet.", "Väntar på att mottagaren hämtar det.",
     "Utlämnat till mottagaren %1.", "Mottagaren tog emot det %1.",
     "Stoppat %1, innan det lämnades ut.",
     "Utlämnat, men återkallat %1. Mottagaren ska förstöra det.",
     "Mottagaren kunde inte ta emot det (%1). Det är raderat.",
     "Hämtades aldrig. Det raderades %1."},
    "En del av uppgifterna fick inte lämnas."};

constexpr Words kEnglish = {
    "en",
    "What agencies have told each other about you",
    "page %1 of %2",
    "This report was made",
    "The time it covers",
    "to",
    "Number of disclosures",
    "Ask",
    "About this report",
    "This report answers your request under Article 15 of the General Data Protection Regulation "
    "(GDPR). It shows when one agency told another something about you through Sluss, why, by "
    "which "
    "law, and what kinds of data. What the data said is no longer kept in Sluss: the agencies have "
    "it. Names of those who work there are not shown. A guardian may ask on behalf of a child.",
    "Your personal data are protected. For that reason only the kind of agency and the month are "
    "shown, so that nobody can read out of this where you are.",
    "Data from the police and prosecutors may be secret for a time from the person they are about. "
    "Such data are in no report before that time is over, and this sentence stands in every "
    "report, "
    "whether there are such data or not.",
    "Disclosures that are held back for now",
    "Entries of that time which nobody can read any more, whoever they are about",
    "A time of which entries could not be searched, because the keys of then are not kept",
    "There are no disclosures about you in the log for this time.",
    "Disclosure",
    "When",
    "From",
    "To",
    "Why",
    "By which law",
    "Data that could be told",
    "Data that could not be told",
    "This corrects an earlier message.",
    "This takes back an earlier message.",
    "What happened",
    "Proof",
    "none",
    "What you can rely on",
    "Each row stands in a log that cannot be changed afterwards without its being seen.",
    "With the report comes the folder proofs: with the program sluss-verify, or another program "
    "for "
    "logs of the same kind, anybody can check that the rows stand there exactly so.",
    "The proofs of that are kept by the data protection officer, since they would show where you "
    "are.",
    "That the rows are about you is what the data protection officer found by comparing encrypted "
    "personal numbers: neither Sluss nor whoever runs it was told who you are. The report shows "
    "what "
    "went through Sluss, not what agencies have told each other in other ways.",
    "Whom to ask",
    "If you want to know what the data said, or think that something is wrong, ask the agency that "
    "told it or the one that was told. Questions about this report are answered by the data "
    "protection officer: ",
    "Your rights",
    "You may ask that mistakes are corrected and object to how your data are used. If you have "
    "given "
    "a consent you may take it back at any time at any of the agencies, all of it or part. It "
    "costs "
    "nothing.",
    "If you are not satisfied",
    "You may complain to the Swedish Authority for Privacy Protection (IMY), imy.se, telephone "
    "+46 8 657 61 00, Box 8114, SE-104 20 Stockholm.",
    {"Nothing was told: it was not permitted.", "Waits for the recipient to fetch it.",
     "Handed out to the recipient %1.", "The recipient received it %1.",
     "Stopped %1, before it was handed out.",
     "Handed out, but called back %1. The recipient is to destroy it.",
     "The recipient could not accept it (%1). It is erased.",
     "Was never fetched. It was erased %1."},
    "Some of the data could not be told."};

std::string With(absl::string_view text, absl::string_view first, absl::string_view second = "") {
  std::string filled;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool slot = text[i] == '%' && i + 1 < text.size();
    if (slot && (text[i + 1] == '1' || text[i + 1] == '2')) {
      absl::StrAppend(&filled, text[++i] == '1' ? first : second);
    } else {
      filled.push_back(text[i]);
    }
  }
  return filled;
}

// The words of one report in one language.
class Writer {
 public:
  Writer(const AccessReport& report, const v1::Vocabulary& vocabulary, const Words& words)
      : report_(report),
        vocabulary_(vocabulary),
        words_(words),
        swedish_(absl::string_view(words.language) == "sv") {}

  PagePart Part() const {
    PagePart part;
    part.language = words_.language;
    part.title = words_.title;
    part.page_of = words_.page_of;
    part.Facts(Summary());
    part.Heading(words_.about_heading);
    part.Text(words_.about);
    if (report_.protected_identity) part.Text(words_.protected_note);
    part.Text(words_.withheld_note);
    if (report_.disclosures.empty()) part.Text(words_.none);
    for (size_t i = 0; i < report_.disclosures.size(); ++i) {
      part.Heading(absl::StrCat(words_.row, " ", i + 1));
      part.Facts(Row(report_.disclosures[i]));
    }
    part.Heading(words_.conclude_heading);
    part.Text(absl::StrCat(
        words_.conclude, " ",
        report_.protected_identity ? words_.conclude_protected : words_.conclude_proofs, " ",
        words_.conclude_officer));
    part.Heading(words_.ask_heading);
    part.Text(absl::StrCat(words_.ask, report_.contact));
    part.Heading(words_.rights_heading);
    part.Text(words_.rights);
    part.Heading(words_.complain_heading);
    part.Text(words_.complain);
    return part;
  }

 private:
  using Facts = std::vector<std::pair<std::string, std::string>>;

  const std::string& In(const std::string& sv, const std::string& en) const {
    return swedish_ ? sv : en;
  }

  std::string Day(int64_t us) const {
    return absl::FormatCivilTime(SwedishDay(absl::FromUnixMicros(us)));
  }

  // Of a protected person, the month: nobody is to meet somebody at a place and time.
  std::string When(absl::Time time) const {
    const absl::CivilSecond local = ToSwedishTime(time);
    if (report_.protected_identity) return absl::FormatCivilTime(absl::CivilMonth(local));
    return absl::StrCat(absl::FormatCivilTime(absl::CivilDay(local)), " ",
                        absl::Dec(local.hour(), absl::kZeroPad2), ":",
                        absl::Dec(local.minute(), absl::kZeroPad2));
  }

  Facts Summary() const {
    Facts facts = {{words_.made, Day(absl::ToUnixMicros(report_.made))},
                   {words_.period, absl::StrCat(Day(report_.from_us), " ", words_.to, " ",
                                                Day(report_.to_us - 1))},
                   {words_.count, absl::StrCat(report_.disclosures.size())}};
    if (report_.withheld.has_value()) {
      facts.emplace_back(words_.withheld_count, absl::StrCat(*report_.withheld));
    }
    if (report_.unread > 0) {
      facts.emplace_back(words_.unread_note, absl::StrCat(report_.unread));
    }
    if (report_.unreached > 0) {
      facts.emplace_back(words_.unreached_note,
                         absl::StrCat(Day(report_.unreached_from_us), " ", words_.to, " ",
                                      Day(report_.unreached_to_us), " (", report_.unreached, ")"));
    }
    facts.emplace_back(words_.contact, report_.contact);
    return facts;
  }

  std::string Agency(const std::string& id) const {
    const std::pair<std::string, std::string> parts = absl::StrSplit(id, absl::MaxSplits('/', 1));
    std::string kind = parts.first;
    for (const v1::AgencyKindEntry& entry : vocabulary_.agency_kind()) {
      if (entry.kind() == parts.first) kind = In(entry.name_sv(), entry.name_en());
    }
    return report_.protected_identity ? kind : absl::StrCat(kind, " (", id, ")");
  }

  template <typename Entries>
  std::string Named(const Entries& entries, const std::string& id) const {
    for (const auto& entry : entries) {
      if (entry.id() == id) return In(entry.name_sv(), entry.name_en());
    }
    return id;
  }

  std::string Categories(const std::vector<std::string>& ids) const {
    std::vector<std::string> names;
    for (const std::string& id : ids) names.push_back(Named(vocabulary_.category(), id));
    return names.empty() ? words_.nothing : absl::StrJoin(names, "\n");
  }

  std::string Paragraphs(const v1::AuditLeaf& leaf) const {
    std::vector<std::string> texts;
    for (const std::string& id : leaf.legal_basis()) {
      std::string text = id;
      for (const v1::Paragraph& paragraph : vocabulary_.paragraph()) {
        if (paragraph.id() != id) continue;
        const std::string summary =
            PlainSummary(In(paragraph.summary_sv(), paragraph.summary_en()));
        text = absl::StrCat(paragraph.citation(), summary.empty() ? "" : ": ", summary);
      }
      texts.push_back(std::move(text));
    }
    return texts.empty() ? words_.nothing : absl::StrJoin(texts, "\n");
  }

  std::string Outcome(const ReportedDisclosure& one) const {
    std::string text = With(words_.fate[static_cast<int>(one.fate)], When(one.fate_at));
    if (one.fate != Fate::kDenied && one.decision.withheld_size() > 0) {
      absl::StrAppend(&text, " ", words_.verdict_partial);
    }
    if (!one.decision.corrects().empty()) {
      absl::StrAppend(&text, " ", one.decision.retracts() ? words_.retracts : words_.corrects);
    }
    return text;
  }

  Facts Row(const ReportedDisclosure& one) const {
    const v1::AuditLeaf& leaf = one.decision;
    Facts facts = {
        {words_.when, When(absl::FromUnixMicros(leaf.time_us()))},
        {words_.from_whom, Agency(leaf.sender())},
        {words_.to_whom, Agency(leaf.recipient())},
        {words_.why, Named(vocabulary_.purpose(), leaf.purpose())},
        {words_.basis, Paragraphs(leaf)},
        {words_.told, Categories(one.passed)},
    };
    if (leaf.withheld_size() > 0) {
      facts.emplace_back(words_.not_told,
                         Categories({leaf.withheld().begin(), leaf.withheld().end()}));
    }
    facts.emplace_back(words_.outcome, Outcome(one));
    if (one.proof.has_value()) facts.emplace_back(words_.proof, *one.proof);
    return facts;
  }

  const AccessReport& report_;
  const v1::Vocabulary& vocabulary_;
  const Words& words_;
  const bool swedish_;
};

// What an entry says of the message, if it says how it stands with it.
std::optional<Fate> FateOf(const v1::AuditLeaf& leaf) {
  switch (leaf.kind()) {
    case v1::DELIVERY:
      return Fate::kDelivered;
    case v1::ACKNOWLEDGEMENT:
      return Fate::kReceived;
    case v1::DELIVERY_DENIED:
    case v1::STOP:
      return Fate::kStopped;
    case v1::RECALL:
      return Fate::kRecalled;
    case v1::REFUSAL:
      return Fate::kRefused;
    case v1::EXPIRY:
      return Fate::kExpired;
    default:
      return std::nullopt;
  }
}

}  // namespace

PrintedPage AccessReportPage(const AccessReport& report, const v1::Vocabulary& vocabulary) {
  PrintedPage page;
  for (const Words* const words : {&kSwedish, &kEnglish}) {
    page.parts.push_back(Writer(report, vocabulary, *words).Part());
  }
  return page;
}

ReportedDisclosure Reported(const v1::AuditLeaf& decision,
                            const std::vector<v1::AuditLeaf>& later) {
  ReportedDisclosure one;
  one.decision = decision;
  one.passed.assign(decision.passed().begin(), decision.passed().end());
  one.fate = decision.verdict() == "DENY" ? Fate::kDenied : Fate::kOnTheWay;
  one.fate_at = absl::FromUnixMicros(decision.time_us());
  for (const v1::AuditLeaf& leaf : later) {
    const std::optional<Fate> fate = FateOf(leaf);
    // What a withdrawal or a decision at delivery took out was not told.
    if (leaf.kind() == v1::DELIVERY || leaf.kind() == v1::TRIM) {
      one.passed.assign(leaf.passed().begin(), leaf.passed().end());
    }
    if (!fate.has_value()) continue;
    one.fate = *fate;
    one.fate_at = absl::FromUnixMicros(leaf.time_us());
  }
  if (one.fate == Fate::kDenied) one.passed.clear();
  return one;
}

}  // namespace sluss
