// document := "%PDF-1.4\n" object* xref trailer
// object   := N " 0 obj\n" body "\nendobj\n"
// 1 catalog, 2 page tree, 3 font, 4 information; then for each page its dictionary and its
// contents.
#include "agency-adapters/common/pdf_text.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agency-adapters/common/folded_text.h"

namespace sluss {
namespace {

// Points; Courier is 0.6 as wide as high, so 80 columns of 10 points fill 480 of A4's 595.
constexpr int kFontSize = 10;
constexpr size_t kColumns = 80;
constexpr int kLeading = 14;
constexpr size_t kLinesPerPage = 52;
constexpr int kLeft = 57;
constexpr int kTop = 785;
constexpr int kFooter = 28;
constexpr int kFirstPageObject = 5;

using Page = std::vector<std::string>;

// `line` in pieces of at most kColumns, broken at spaces where there are any.
std::vector<std::string> Wrap(absl::string_view line) {
  std::vector<std::string> pieces;
  while (line.size() > kColumns) {
    size_t cut = line.rfind(' ', kColumns);
    if (cut == absl::string_view::npos || cut == 0) cut = kColumns;
    pieces.emplace_back(line.substr(0, cut));
    line.remove_prefix(cut);
    if (line.front() == ' ') line.remove_prefix(1);
  }
  pieces.emplace_back(line);
  return pieces;
}

std::vector<Page> Paginate(absl::string_view text) {
  std::vector<Page> pages;
  for (absl::string_view sheet : absl::StrSplit(text, '\f')) {
    pages.emplace_back();
    for (absl::string_view line : absl::StrSplit(sheet, '\n')) {
      for (std::string& piece : Wrap(absl::StripSuffix(line, "\r"))) {
        if (pages.back().size() == kLinesPerPage) pages.emplace_back();
        pages.back().push_back(std::move(piece));
      }
    }
  }
  return pages;
}

// A literal string: parentheses and backslash escaped, everything outside ASCII in octal.
std::string Literal(absl::string_view bytes) {
  std::string out = "(";
  for (unsigned char c : bytes) {
    if (c == '(' || c == ')' || c == '\\') {
      absl::StrAppend(&out, "\\", std::string(1, static_cast<char>(c)));
    } else if (c < 0x20 || c > 0x7E) {
      absl::StrAppend(&out, absl::StrFormat("\\%03o", c));
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + ")";
}

std::string Contents(const Page& page, size_t number, size_t of) {
  std::string stream =
      absl::StrCat("BT /F1 ", kFontSize, " Tf ", kLeading, " TL ", kLeft, " ", kTop, " Td\n");
  for (const std::string& line : page) absl::StrAppend(&stream, Literal(line), " Tj T*\n");
  absl::StrAppend(&stream, "ET\nBT /F1 ", kFontSize, " Tf ", kLeft, " ", kFooter, " Td ",
                  Literal(absl::StrCat("Sida ", number, " av ", of)), " Tj ET");
  return stream;
}

// Numbers the objects in the order in which they are added and remembers where each begins.
class Document {
 public:
  void Add(absl::string_view body) {
    offsets_.push_back(bytes_.size());
    absl::StrAppend(&bytes_, offsets_.size(), " 0 obj\n", body, "\nendobj\n");
  }

  std::string Finish() && {
    const size_t xref = bytes_.size();
    absl::StrAppend(&bytes_, "xref\n0 ", offsets_.size() + 1, "\n0000000000 65535 f \n");
    for (size_t offset : offsets_)
      absl::StrAppend(&bytes_, absl::StrFormat("%010d 00000 n \n", offset));
    absl::StrAppend(&bytes_, "trailer\n<< /Size ", offsets_.size() + 1,
                    " /Root 1 0 R /Info 4 0 R >>\nstartxref\n", xref, "\n%%EOF\n");
    return std::move(bytes_);
  }

 private:
  std::string bytes_ = "%PDF-1.4\n%\xE5\xE4\xF6\xC5\n";  // bytes over 127: not to be sent as text
  std::vector<size_t> offsets_;
};

// The Windows-1252 byte of `c`; 0 when there is none.
char Windows1252Byte(char32_t c) {
  static constexpr char32_t kFrom0x80[32] = {
      0x20AC, 0,      0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
      0x2039, 0x152,  0,      0x17D,  0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
      0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0,      0x17E,  0x178};
  if (c < 0x80 || (c >= 0xA0 && c <= 0xFF)) return static_cast<char>(c);
  for (int i = 0; i < 32; ++i) {
    if (kFrom0x80[i] == c && c != 0) return static_cast<char>(0x80 + i);
  }
  return 0;
}

}  // namespace

std::string ToWindows1252(absl::string_view text) {
  std::string out;
  for (char32_t c : DecodeText(text)) {
    const char byte = Windows1252Byte(c);
    out += byte != 0 ? byte : '?';
  }
  return out;
}

std::string WritePdf(absl::string_view title, absl::string_view text) {
  const std::vector<Page> pages = Paginate(ToWindows1252(text));
  std::string kids;
  for (size_t i = 0; i < pages.size(); ++i) {
    absl::StrAppend(&kids, kFirstPageObject + 2 * i, " 0 R ");
  }

  Document document;
  document.Add("<< /Type /Catalog /Pages 2 0 R /Lang (sv-SE) >>");
  document.Add(absl::StrCat("<< /Type /Pages /Kids [ ", kids, "] /Count ", pages.size(), " >>"));
  document.Add("<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>");
  document.Add(absl::StrCat("<< /Title ", Literal(ToWindows1252(title)), " >>"));
  for (size_t i = 0; i < pages.size(); ++i) {
    document.Add(
        absl::StrCat("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << "
                     "/Font << /F1 3 0 R >> >> /Contents ",
                     kFirstPageObject + 2 * i + 1, " 0 R >>"));
    const std::string stream = Contents(pages[i], i + 1, pages.size());
    document.Add(
        absl::StrCat("<< /Length ", stream.size(), " >>\nstream\n", stream, "\nendstream"));
  }
  return std::move(document).Finish();
}

}  // namespace sluss
