#include "gateway/documents/printed_page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace sluss {
namespace {

constexpr char kStyle[] =
    "body { font-family: 'DejaVu Sans', Verdana, sans-serif; line-height: 1.45; max-width: 46em; "
    "margin: 2em auto; padding: 0 1em; color: #111; background: #fff; }\n"
    "h1 { font-size: 1.6em; } h2 { font-size: 1.15em; margin-top: 1.8em; border-bottom: 1px solid "
    "#888; }\n"
    "table { border-collapse: collapse; width: 100%; }\n"
    "th { text-align: left; vertical-align: top; width: 13em; padding: .25em 1em .25em 0; "
    "font-weight: 600; }\n"
    "td { vertical-align: top; padding: .25em 0; overflow-wrap: anywhere; white-space: pre-line; "
    "}\n"
    "@media print { section + section { break-before: page; } h2 { break-after: avoid; } table { "
    "break-inside: avoid; } }\n";

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

std::string BlockHtml(const Block& block) {
  switch (block.kind) {
    case Block::Kind::kHeading:
      return absl::StrCat("<h2>", Escaped(block.text), "</h2>\n");
    case Block::Kind::kText:
      return absl::StrCat("<p>", Escaped(block.text), "</p>\n");
    case Block::Kind::kFacts:
      break;
  }
  std::string html = "<table>\n";
  for (const auto& [name, value] : block.facts) {
    absl::StrAppend(&html, "<tr><th scope=\"row\">", Escaped(name), "</th><td>", Escaped(value),
                    "</td></tr>\n");
  }
  return absl::StrCat(html, "</table>\n");
}

}  // namespace

std::string PageHtml(const PrintedPage& page) {
  const PagePart& first = page.parts.front();
  std::string html = absl::StrCat("<!DOCTYPE html>\n<html lang=\"", Escaped(first.language),
                                  "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                                  "content=\"width=device-width\">\n<title>",
                                  Escaped(first.title), "</title>\n<style>\n", kStyle,
                                  "</style>\n</head>\n<body>\n");
  for (const PagePart& part : page.parts) {
    absl::StrAppend(&html, "<section lang=\"", Escaped(part.language), "\">\n<h1>",
                    Escaped(part.title), "</h1>\n");
    for (const Block& block : part.blocks) absl::StrAppend(&html, BlockHtml(block));
    absl::StrAppend(&html, "</section>\n");
  }
  return absl::StrCat(html, "</body>\n</html>\n");
}

}  // namespace sluss
