// An officer's bundle: what is accepted, and that whatever is changed in it is found and named.
#include "gateway/verify/bundle_check.h"

#include <functional>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "tests/gateway/verify/sample_bundle.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using testing::FileMap;
using ::testing::HasSubstr;
using testing::MapSource;
using testing::SampleBundle;
using testing::StatusIs;

absl::StatusOr<CheckedBundle> Check(const FileMap& files) {
  return CheckBundle(MapSource(files), testing::SampleVerifierKey());
}

// Of the line of an entry.
std::string Line(const FileMap& files, uint64_t entry) {
  const std::string& text = files.at("openings.ndjson");
  const size_t at = text.find(absl::StrCat("{\"entry\":", entry, ","));
  return text.substr(at, text.find('\n', at) + 1 - at);
}

void ReplaceLine(FileMap* files, uint64_t entry, const std::string& with) {
  std::string& text = (*files)["openings.ndjson"];
  const std::string line = Line(*files, entry);
  text = absl::StrReplaceAll(text, {{line, with}});
}

TEST(BundleCheckTest, AcceptsABundleAndSaysWhatFollows) {
  SampleBundle bundle;
  const auto checked = Check(bundle.Files());
  ASSERT_OK(checked);
  EXPECT_EQ(checked->tally.opened, 400u);
  EXPECT_EQ(checked->tally.erased, 0u);
  EXPECT_TRUE(checked->report_checked);
  EXPECT_THAT(BundleConclusion(*checked),
              HasSubstr("opens 400 of the period's entries with the very values that they "
                        "committed to when they were written and none is left out; entry 600"));
}

TEST(BundleCheckTest, AcceptsWhatAnEntrySaysWasErased) {
  SampleBundle bundle;
  bundle.Erase(SampleBundle::kErasedAlone);
  const auto checked = Check(bundle.Files());
  ASSERT_OK(checked);
  EXPECT_EQ(checked->tally.erased, 1u);

  SampleBundle month;
  month.EraseMonth("disclosure/2025-11");  // in which the sample log lies
  const auto whole = Check(month.Files());
  ASSERT_OK(whole);
  EXPECT_EQ(whole->tally.erased, 400u);
}

TEST(BundleCheckTest, KeepsToPeriodAgencyAndFields) {
  SampleBundle bundle;
  bundle.head().set_from_us(bundle.leaf(300).time_us());
  bundle.head().set_to_us(bundle.leaf(330).time_us());
  bundle.head().set_agency("school/ekbacken");
  bundle.head().clear_tag();
  bundle.head().add_tag(6);
  const auto checked = Check(bundle.Files());
  ASSERT_OK(checked);
  EXPECT_EQ(checked->tally.opened, 20u);

  SampleBundle nobody;
  nobody.head().set_agency("police/nowhere");
  const auto empty = Check(nobody.Files());
  ASSERT_OK(empty);
  EXPECT_EQ(empty->tally.entries, 0u);
}

TEST(BundleCheckTest, NamesTheFirstBadRow) {
  const struct {
    const char* name;
    std::function<void(FileMap*)> tamper;
    const char* error;
  } cases[] = {
      {"changed value",
       [](FileMap* f) {
         ReplaceLine(f, 18, absl::StrReplaceAll(Line(*f, 18), {{"\"0-1\"", "\"1-2\""}}));
       },
       "opening of entry 18, field \"age\": the value is not the one that the entry commits to"},
      {"changed salt",
       [](FileMap* f) {
         std::string line = Line(*f, 18);
         char& digit = line[line.find("\"salt\":\"") + 8];
         digit = digit == '0' ? '1' : '0';
         ReplaceLine(f, 18, line);
       },
       "opening of entry 18, field \"officer\": the value is not the one that the entry commits "
       "to"},
      {"swapped between two entries",
       [](FileMap* f) {
         const std::string a = Line(*f, 18);
         ReplaceLine(f, 18,
                     absl::StrReplaceAll(Line(*f, 21), {{"\"entry\":21,", "\"entry\":18,"}}));
       },
       "opening of entry 18: its event id is not the entry's"},
      {"removed", [](FileMap* f) { ReplaceLine(f, 18, ""); }, "opening of entry 18: it is missing"},
      {"removed at the end", [](FileMap* f) { ReplaceLine(f, 598, ""); },
       "opening of entry 598: it is missing"},
      {"there twice", [](FileMap* f) { ReplaceLine(f, 18, Line(*f, 18) + Line(*f, 18)); },
       "opening of entry 18: there is no such entry to open in the period"},
      {"beyond the last", [](FileMap* f) { (*f)["openings.ndjson"] += Line(*f, 18); },
       "opening of entry 18: there is no such entry to open in the period"},
      {"a field less",
       [](FileMap* f) {
         std::string line = Line(*f, 18);
         line = line.substr(0, line.find(",\"age\"")) + "}}\n";
         ReplaceLine(f, 18, line);
       },
       "opening of entry 18: the field \"age\" of the entry is missing"},
      {"another field",
       [](FileMap* f) {
         ReplaceLine(f, 18, absl::StrReplaceAll(Line(*f, 18), {{"\"age\"", "\"number\""}}));
       },
       "opening of entry 18, field \"number\": the entry commits to no such field"},
      {"said to be erased",
       [](FileMap* f) {
         std::string line = Line(*f, 18);
         line = line.substr(0, line.find("\"fields\"")) + "\"erased\":true}\n";
         ReplaceLine(f, 18, line);
       },
       "opening of entry 18: it is said to be erased, which no entry of the log says"},
      {"no JSON", [](FileMap* f) { ReplaceLine(f, 0, "{\n"); },
       "openings.ndjson, line 1: it is not a JSON object"},
      {"cut off", [](FileMap* f) { (*f)["openings.ndjson"].pop_back(); },
       "openings.ndjson, line 400: its last line does not end"},
      {"another period",
       [](FileMap* f) {
         std::string& text = (*f)["bundle.json"];
         text = absl::StrReplaceAll(text, {{"\"from\": \"2025-11-24", "\"from\": \"2025-11-25"}});
       },
       "bundle.json: entry 600 says another period or agency"},
      {"another procedure",
       [](FileMap* f) {
         std::string& text = (*f)["bundle.json"];
         text = absl::StrReplaceAll(text, {{"\"procedure\": \"7070", "\"procedure\": \"7071"}});
       },
       "bundle.json: entry 600 is that of another export"},
      {"an entry that is no export",
       [](FileMap* f) {
         std::string& text = (*f)["bundle.json"];
         text = absl::StrReplaceAll(text, {{"\"export_entry\": 600", "\"export_entry\": 599"}});
       },
       "bundle.json: entry 599 is not that of a bundle's export"},
      {"an entry beyond the log",
       [](FileMap* f) {
         std::string& text = (*f)["bundle.json"];
         text = absl::StrReplaceAll(text, {{"\"export_entry\": 600", "\"export_entry\": 601"}});
       },
       "bundle.json: entry 601 of the export is not in this log"},
      {"fewer fields",
       [](FileMap* f) {
         std::string& text = (*f)["bundle.json"];
         text = absl::StrReplaceAll(text, {{"\"age\",", ""}});
       },
       "opening of entry 0, field \"age\": the entry commits to no such field"},
      {"report",
       [](FileMap* f) {
         std::string& text = (*f)["report.html"];
         text = absl::StrReplaceAll(text, {{">400<", ">401<"}});
       },
       "report.html: it does not say what the log of this bundle says"},
      {"no report", [](FileMap* f) { (*f)["report.html"] = "<html>"; },
       "report.html: it is not a bundle's report"},
  };
  SampleBundle bundle;
  const FileMap good = bundle.Files();
  ASSERT_OK(Check(good));
  for (const auto& c : cases) {
    FileMap changed = good;
    c.tamper(&changed);
    EXPECT_THAT(Check(changed), StatusIs(absl::StatusCode::kDataLoss, c.error)) << c.name;
  }
}

TEST(BundleCheckTest, FindsAnOpeningThatTheLogSaysIsErased) {
  SampleBundle open;
  const std::string kept = FormatOpening(open.Opening(SampleBundle::kErasedAlone)) + "\n";
  SampleBundle bundle;
  bundle.Erase(SampleBundle::kErasedAlone);
  FileMap files = bundle.Files();
  ReplaceLine(&files, SampleBundle::kErasedAlone, kept);
  EXPECT_THAT(Check(files),
              StatusIs(absl::StatusCode::kDataLoss,
                       "opening of entry 30: it is there, though entry 600 says that it was "
                       "erased"));

  SampleBundle month;
  month.EraseMonth("disclosure/2025-11");
  files = month.Files();
  ReplaceLine(&files, SampleBundle::kErasedAlone, kept);
  EXPECT_THAT(Check(files), StatusIs(absl::StatusCode::kDataLoss,
                                     HasSubstr("opening of entry 30: it is there, though")));
}

// Of a class and month only what was there when it was erased.
TEST(BundleCheckTest, AnErasureOfAnotherClassOrMonthErasesNothingHere) {
  for (const char* other : {"oversight/2025-11", "disclosure/2025-10", "disclosure/2025-12"}) {
    SampleBundle bundle;
    bundle.Append(v1::ERASURE).add_opening_class(other);
    const auto checked = Check(bundle.Files());
    ASSERT_OK(checked) << other;
    EXPECT_EQ(checked->tally.erased, 0u);
  }
}

TEST(BundleCheckTest, HoldsPoliciesAgainstTheirDigests) {
  SampleBundle bundle;
  const FileMap good = bundle.Files();
  const std::string path = PolicyPath(Sha256String(bundle.policy()));
  const std::string text = PolicyTextPath(Sha256String(bundle.policy()));

  FileMap files = good;
  files[path] = testing::SamplePolicy("another");
  EXPECT_THAT(Check(files), StatusIs(absl::StatusCode::kDataLoss,
                                     path + ": its digest is not the one that it is named by"));
  files = good;
  files[text] = testing::AsText(testing::SamplePolicy("another"));
  EXPECT_THAT(Check(files), StatusIs(absl::StatusCode::kDataLoss,
                                     text + ": it does not say what the version beside it says"));
  files = good;
  files[text] = "policy { id:";
  EXPECT_THAT(Check(files), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("does not say")));
  files = good;
  files.erase(path);
  EXPECT_THAT(Check(files), StatusIs(absl::StatusCode::kNotFound, HasSubstr("is missing")));
  files = good;
  files[PolicyPath(std::string(32, 'x'))] = "x";
  EXPECT_THAT(Check(files),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("of a version that no decision")));
}

// A page that another version of this program wrote cannot be made again.
TEST(BundleCheckTest, SaysWhereTheReportWasNotCompared) {
  SampleBundle bundle;
  FileMap files = bundle.Files();
  std::string& page = files["report.html"];
  page = absl::StrReplaceAll(page, {{"bundle-page/1", "bundle-page/9"}});
  const auto checked = Check(files);
  ASSERT_OK(checked);
  EXPECT_THAT(BundleConclusion(*checked), HasSubstr("was not compared"));
}

TEST(BundleCheckTest, TheLogsOwnFaultsComeFirst) {
  SampleBundle bundle;
  FileMap files = bundle.Files();
  files["tile/entries/000"][9] ^= 1;
  EXPECT_THAT(Check(files),
              StatusIs(absl::StatusCode::kDataLoss,
                       "entry 0 in tile/entries/000: it does not hash to row 0 of tile/0/000"));
}

TEST(BundleLayoutTest, OpeningsReadAsTheyWereWritten) {
  v1::EntryOpening opening;
  opening.set_index(17);
  opening.set_event_id(std::string(16, 'e'));
  for (const std::string& value :
       {std::string("plain"), std::string("åäö \"quoted\""), std::string("\xff\xfe"),
        std::string("line\nbreak"), std::string(), std::string("\0", 1)}) {
    opening.clear_field();
    v1::OpenedCommitment* field = opening.add_field();
    field->set_tag(9);
    field->set_salt(std::string(32, 's'));
    field->set_value(value);
    const std::string line = FormatOpening(opening);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const auto parsed = ParseOpening(line);
    ASSERT_OK(parsed) << line;
    EXPECT_EQ(parsed->SerializeAsString(), opening.SerializeAsString()) << line;
  }
}

TEST(BundleLayoutTest, RefusesLinesThatAreNoOpenings) {
  const std::string event = std::string(32, 'a');
  const struct {
    std::string line;
    const char* error;
  } cases[] = {
      {"[]", "it is not a JSON object"},
      {"{\"entry\":-1}", "`entry` is not there as a number"},
      {"{\"entry\":1,\"event\":\"aa\"}", "`event` is not 32 hexadecimal digits"},
      {"{\"entry\":1,\"event\":\"" + event + "\"}", "`fields` is not there"},
      {"{\"entry\":1,\"event\":\"" + event + "\",\"erased\":false}", "`erased` is not true"},
      {"{\"entry\":1,\"event\":\"" + event + "\",\"erased\":true,\"fields\":{}}", "and alone"},
      {"{\"entry\":1,\"event\":\"" + event + "\",\"fields\":{\"name\":{}}}",
       "a field there is not"},
      {"{\"entry\":1,\"event\":\"" + event + "\",\"fields\":{\"age\":{\"salt\":\"00\"}}}",
       "`salt` is not 64 hexadecimal digits"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(ParseOpening(c.line),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.error)))
        << c.line;
  }
}

}  // namespace
}  // namespace sluss
