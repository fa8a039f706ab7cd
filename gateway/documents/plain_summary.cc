#include "gateway/documents/plain_summary.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"

namespace sluss {
namespace {

// A capital begins a sentence, also Å, Ä or Ö; after the full stop of an abbreviation comes none.
bool IsCapitalAt(absl::string_view text, size_t at) {
  if (absl::ascii_isupper(static_cast<unsigned char>(text[at]))) return true;
  const absl::string_view letter = text.substr(at, 2);
  return letter == "Å" || letter == "Ä" || letter == "Ö";
}

std::vector<absl::string_view> Sentences(absl::string_view text) {
  std::vector<absl::string_view> sentences;
  size_t begin = 0;
  for (size_t i = 0; i + 2 < text.size(); ++i) {
    if (text[i] != '.' || text[i + 1] != ' ' || !IsCapitalAt(text, i + 2)) continue;
    sentences.push_back(text.substr(begin, i + 1 - begin));
    begin = i + 2;
  }
  if (begin < text.size()) sentences.push_back(text.substr(begin));
  return sentences;
}

bool IsNote(absl::string_view sentence) {
  for (const absl::string_view words : {"bekräftas", "inte kontrollerad", "Dag för lydelsen",
                                        "confirmed", "not verified", "Dated by its wording"}) {
    if (absl::StrContains(sentence, words)) return true;
  }
  return false;
}

}  // namespace

std::string PlainSummary(absl::string_view summary) {
  std::vector<absl::string_view> sentences = Sentences(summary);
  std::erase_if(sentences, IsNote);
  return absl::StrJoin(sentences, " ");
}

}  // namespace sluss
