#include "gateway/documents/page_pdf.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

// Fontconfig keeps what it has read until the process ends.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }

namespace sluss::testing {
namespace {

using ::testing::HasSubstr;

PrintedPage Page(int rows) {
  PrintedPage page;
  PagePart& part = page.parts.emplace_back();
  part.language = "sv";
  part.title = "Rapport om åäö";
  part.page_of = "sida %1 av %2";
  for (int i = 0; i < rows; ++i) {
    part.Heading("En rubrik");
    part.Facts({{"Vad", "Ett värde\npå två rader"}, {"När", "2026-03-03"}});
    part.Text("Löptext som fortsätter tills raden är slut, och en bit till, så att den bryts.");
  }
  return page;
}

std::string Written(const PrintedPage& page) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/page-", getpid(), ".pdf");
  EXPECT_OK(WritePagePdf(page, absl::FromUnixSeconds(1'770'000'000), path));
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  std::filesystem::remove(path);
  return bytes;
}

int Sheets(const std::string& pdf) {
  int sheets = 0;
  for (size_t at = pdf.find("/Type /Page %"); at != std::string::npos;
       at = pdf.find("/Type /Page %", at + 1)) {
    ++sheets;
  }
  return sheets;
}

TEST(PagePdfTest, IsAPdfWithAsManySheetsAsItNeeds) {
  const std::string one = Written(Page(1));
  EXPECT_EQ(one.substr(0, 5), "%PDF-");
  EXPECT_EQ(Sheets(one), 1);
  const int sheets = Sheets(Written(Page(40)));
  EXPECT_GT(sheets, 3);
  EXPECT_LT(sheets, 15);
}

TEST(PagePdfTest, ATextThatIsLongerThanASheetIsStillPrinted) {
  PrintedPage page = Page(1);
  std::string rows;
  for (int i = 0; i < 50; ++i) rows += "rad\n";
  page.parts[0].Facts({{"Lång", rows}, {"Lång", rows}, {"Lång", rows}});
  EXPECT_GE(Sheets(Written(page)), 3);
}

TEST(PagePdfTest, SaysWhereItCannotWrite) {
  EXPECT_THAT(WritePagePdf(Page(1), absl::UnixEpoch(), "/nowhere/page.pdf"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("`/nowhere/page.pdf`")));
}

}  // namespace
}  // namespace sluss::testing
