#include "agency-adapters/common/pdf_text.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"

namespace sluss {
namespace {

using ::testing::ContainsRegex;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

// Reads the cross-reference table by the standard: from startxref, 20 bytes an entry.
std::vector<size_t> ObjectOffsets(const std::string& pdf) {
  const size_t startxref = pdf.rfind("startxref\n");
  size_t xref = 0;
  EXPECT_TRUE(absl::SimpleAtoi(
      pdf.substr(startxref + 10, pdf.find('\n', startxref + 10) - startxref - 10), &xref));
  EXPECT_EQ(pdf.substr(xref, 7), "xref\n0 ");
  const size_t end_of_count = pdf.find('\n', xref + 7);
  size_t count = 0;
  EXPECT_TRUE(absl::SimpleAtoi(pdf.substr(xref + 7, end_of_count - xref - 7), &count));
  std::vector<size_t> offsets;
  for (size_t i = 1; i < count; ++i) {
    const std::string entry = pdf.substr(end_of_count + 1 + 20 * i, 20);
    EXPECT_EQ(entry.substr(10), " 00000 n \n");
    size_t offset = 0;
    EXPECT_TRUE(absl::SimpleAtoi(entry.substr(0, 10), &offset));
    offsets.push_back(offset);
  }
  return offsets;
}

// The text that a reader would show: every string before Tj, unescaped, in Windows-1252.
std::vector<std::string> ShownLines(const std::string& pdf) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(pdf, '\n')) {
    const size_t open = line.find('(');
    const size_t close = line.rfind(") Tj");
    if (open == absl::string_view::npos || close == absl::string_view::npos) continue;
    std::string shown;
    for (size_t i = open + 1; i < close; ++i) {
      if (line[i] != '\\') {
        shown += line[i];
      } else if (line[i + 1] >= '0' && line[i + 1] <= '3') {
        shown += static_cast<char>(std::stoi(std::string(line.substr(i + 1, 3)), nullptr, 8));
        i += 3;
      } else {
        shown += line[++i];
      }
    }
    lines.push_back(shown);
  }
  return lines;
}

TEST(PdfTextTest, HasACrossReferenceTableThatPointsAtEachObject) {
  const std::string pdf = WritePdf("Orosanmälan", std::string(200, '\n'));
  const std::vector<size_t> offsets = ObjectOffsets(pdf);
  ASSERT_EQ(offsets.size(), 4 + 2 * 4u);  // 201 lines are four pages
  for (size_t i = 0; i < offsets.size(); ++i) {
    const std::string head = absl::StrCat(i + 1, " 0 obj\n");
    EXPECT_EQ(pdf.substr(offsets[i], head.size()), head);
  }
}

TEST(PdfTextTest, StatesTheLengthOfEachStream) {
  const std::string pdf = WritePdf("T", "a\fb");
  for (size_t at = pdf.find("/Length "); at != std::string::npos;
       at = pdf.find("/Length ", at + 1)) {
    size_t length = 0;
    ASSERT_TRUE(absl::SimpleAtoi(pdf.substr(at + 8, pdf.find(' ', at + 8) - at - 8), &length));
    const size_t begin = pdf.find("stream\n", at) + 7;
    EXPECT_EQ(pdf.substr(begin + length, 10), "\nendstream");
  }
}

TEST(PdfTextTest, ShowsSwedishLettersAndWhatPdfItselfUses) {
  EXPECT_EQ(ShownLines(WritePdf("T", "Åsa (\\) – 5 €")).front(), "\xC5sa (\\) \x96 5 \x80");
}

TEST(PdfTextTest, ShowsAQuestionMarkForALetterThatTheFontLacks) {
  EXPECT_EQ(ToWindows1252("Łódź 漢"),
            "?\xF3"
            "d? ?");
}

TEST(PdfTextTest, WrapsAtSpacesAndLosesNoWord) {
  std::string text;
  for (int i = 0; i < 200; ++i) absl::StrAppend(&text, "ord", i, " ");
  text += std::string(300, 'x');
  const std::vector<std::string> lines = ShownLines(WritePdf("T", text));
  std::string joined;
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), 80u);
    absl::StrAppend(&joined, line, " ");
  }
  for (int i = 0; i < 200; ++i) EXPECT_THAT(joined, HasSubstr(absl::StrCat("ord", i, " ")));
  EXPECT_THAT(joined, HasSubstr(std::string(80, 'x')));
}

TEST(PdfTextTest, NumbersItsPages) {
  const std::vector<std::string> lines = ShownLines(WritePdf("T", std::string(60, '\n')));
  EXPECT_THAT(lines, ::testing::IsSupersetOf({"Sida 1 av 2", "Sida 2 av 2"}));
}

TEST(PdfTextTest, EndsLinesOfEitherKind) { EXPECT_EQ(ShownLines(WritePdf("T", "a\r\nb"))[0], "a"); }

TEST(PdfTextTest, GivesTheSameBytesForTheSameText) {
  EXPECT_EQ(WritePdf("T", "a"), WritePdf("T", "a"));
}

}  // namespace
}  // namespace sluss
