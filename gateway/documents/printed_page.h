// A document that a person takes home, before it is paper: parts in one language each, made of
// headings, texts and facts. One content, whatever it is printed as.
#ifndef SLUSS_GATEWAY_DOCUMENTS_PRINTED_PAGE_H_
#define SLUSS_GATEWAY_DOCUMENTS_PRINTED_PAGE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace sluss {

// A heading with its facts stays on one sheet.
struct Block {
  enum class Kind { kHeading, kText, kFacts };
  Kind kind = Kind::kText;
  std::string text;
  std::vector<std::pair<std::string, std::string>> facts;  // what, and its value; a value has lines
};

struct PagePart {
  std::string language;  // "sv"
  std::string title;
  std::string page_of;  // "Sida %1 av %2": at the foot of each sheet
  std::vector<Block> blocks;

  void Heading(std::string text) { blocks.push_back({Block::Kind::kHeading, std::move(text), {}}); }
  void Text(std::string text) { blocks.push_back({Block::Kind::kText, std::move(text), {}}); }
  void Facts(std::vector<std::pair<std::string, std::string>> facts) {
    blocks.push_back({Block::Kind::kFacts, "", std::move(facts)});
  }
};

struct PrintedPage {
  std::vector<PagePart> parts;
};

// One file that needs nothing else: no script, no font, no link outwards. Nothing of the texts is
// markup.
std::string PageHtml(const PrintedPage& page);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_DOCUMENTS_PRINTED_PAGE_H_
