// Entries in the forms of others: what each says, and that none can be made to say something else.
#include "gateway/exports/entry_format.h"

#include <libxml/parser.h>

#include <cstdlib>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "nlohmann/json.hpp"
#include "tests/gateway/exports/sample_leaves.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::testing::HasSubstr;
using testing::LeavesOfEveryKind;
using ::testing::Not;
using testing::StatusIs;
using Json = nlohmann::json;

std::string All(const EntryFormat& format, const std::vector<v1::AuditLeaf>& leaves) {
  std::string text = format.Begin();
  for (size_t i = 0; i < leaves.size(); ++i) text += format.Entry(i, leaves[i]);
  return text + format.End();
}

v1::AuditLeaf Delivery() { return LeavesOfEveryKind()[v1::DELIVERY - 1]; }

TEST(EntryFormatTest, KnowsFourFormats) {
  for (const char* name : {"jsonl", "csv", "fhir", "riv-ta"}) {
    ASSERT_OK(MakeEntryFormat(name, {})) << name;
  }
  EXPECT_THAT(MakeEntryFormat("xlsx", {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "`xlsx` is no format: write jsonl, csv, fhir or riv-ta"));
}

TEST(CsvTest, EveryRowHasTheHeadersCells) {
  const std::string text = All(*CsvFormat(), LeavesOfEveryKind());
  const std::vector<std::string> rows = absl::StrSplit(text, "\r\n");
  ASSERT_EQ(rows.size(), v1::RecordKind_MAX + 2u);  // header, entries, the end
  EXPECT_TRUE(absl::StartsWith(rows[0], "entry,time,kind,event,"));
  const size_t columns = std::count(rows[0].begin(), rows[0].end(), ',');
  for (size_t i = 1; i + 1 < rows.size(); ++i) {
    EXPECT_EQ(std::count(rows[i].begin(), rows[i].end(), ','), static_cast<long>(columns)) << i;
  }
  EXPECT_THAT(rows[v1::DELIVERY], HasSubstr("school/ekbacken,social-services/sundby,PROTECTION"));
}

TEST(CsvTest, QuotesAndGuards) {
  const struct {
    const char* text;
    const char* cell;
  } cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"a,b", "\"a,b\""},
      {"a;b", "\"a;b\""},
      {"say \"a\"", "\"say \"\"a\"\"\""},
      {"two\r\nlines", "\"two\r\nlines\""},
      {"=1+1", "'=1+1"},
      {"+46", "'+46"},
      {"-1", "'-1"},
      {"@SUM(A1)", "'@SUM(A1)"},
      {"\t=1", "\"'\t=1\""},
      {"\r=1", "\"'\r=1\""},
      {"=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""},
      {"a=1", "a=1"},
  };
  for (const auto& c : cases) EXPECT_EQ(CsvCell(c.text), c.cell) << c.text;
}

// What a peer may have chosen (an agency's name, a reason code) cannot become a formula or a row.
TEST(CsvTest, AnEntryCannotBreakOut) {
  v1::AuditLeaf leaf = Delivery();
  leaf.set_outcome("=cmd|' /C calc'!A0");
  leaf.set_sender("a\r\nb,c\"");
  const std::string row = CsvFormat()->Entry(0, leaf);
  EXPECT_THAT(row, HasSubstr(",'=cmd|"));
  EXPECT_THAT(row, HasSubstr("\"a\r\nb,c\"\"\""));
}

TEST(JsonLinesTest, OneObjectALine) {
  const auto format = *MakeEntryFormat("jsonl", {});
  const std::vector<std::string> lines =
      absl::StrSplit(All(*format, LeavesOfEveryKind()), '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), static_cast<size_t>(v1::RecordKind_MAX));
  for (size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(Json::parse(lines[i])["index"], i);
}

// Gives the field, a value of the repeated ones, one of two values.
void Fill(google::protobuf::Message* message, const google::protobuf::FieldDescriptor* field,
          bool other) {
  using Field = google::protobuf::FieldDescriptor;
  const google::protobuf::Reflection& reflection = *message->GetReflection();
  reflection.ClearField(message, field);
  const auto put = [&](auto set, auto add, auto value) {
    field->is_repeated() ? (reflection.*add)(message, field, value)
                         : (reflection.*set)(message, field, value);
  };
  using R = google::protobuf::Reflection;
  switch (field->cpp_type()) {
    case Field::CPPTYPE_STRING:
      return put(&R::SetString, &R::AddString, std::string(16, other ? 'b' : 'a'));
    case Field::CPPTYPE_UINT64:
      return put(&R::SetUInt64, &R::AddUInt64, other ? 4 : 3);
    case Field::CPPTYPE_UINT32:
      return put(&R::SetUInt32, &R::AddUInt32, other ? 4 : 3);
    case Field::CPPTYPE_INT64:
      return put(&R::SetInt64, &R::AddInt64, other ? 4'000'000 : 3'000'000);
    case Field::CPPTYPE_BOOL:
      return put(&R::SetBool, &R::AddBool, !other);
    case Field::CPPTYPE_ENUM:
      return put(&R::SetEnumValue, &R::AddEnumValue, other ? 2 : 1);
    case Field::CPPTYPE_MESSAGE: {
      google::protobuf::Message* const one = field->is_repeated()
                                                 ? reflection.AddMessage(message, field)
                                                 : reflection.MutableMessage(message, field);
      for (int i = 0; i < one->GetDescriptor()->field_count(); ++i) {
        Fill(one, one->GetDescriptor()->field(i), other);
      }
      return;
    }
    default:
      FAIL() << field->full_name() << " is of a type that this test does not know";
  }
}

// A field that is added to the entry later fails here until both forms tell it.
TEST(EntryFormatTest, JsonLinesAndCsvTellEveryFieldOfAnEntry) {
  const google::protobuf::Descriptor& entry = *v1::AuditLeaf::descriptor();
  v1::AuditLeaf full;
  for (int i = 0; i < entry.field_count(); ++i) Fill(&full, entry.field(i), /*other=*/false);
  for (const char* const name : {"jsonl", "csv"}) {
    const auto format = *MakeEntryFormat(name, {});
    const std::string told = format->Entry(7, full);
    for (int i = 0; i < entry.field_count(); ++i) {
      v1::AuditLeaf changed = full;
      Fill(&changed, entry.field(i), /*other=*/true);
      EXPECT_NE(format->Entry(7, changed), told)
          << name << " leaves out " << entry.field(i)->name();
      changed.GetReflection()->ClearField(&changed, entry.field(i));
      EXPECT_NE(format->Entry(7, changed), told)
          << name << " leaves out " << entry.field(i)->name();
    }
  }
}

TEST(FhirTest, ADeliveryIsBalpsPrivacyDisclosureAtSource) {
  const Json event = Json::parse(FhirFormat()->Entry(17, Delivery()));
  EXPECT_THAT(event["meta"]["profile"][0].get<std::string>(),
              HasSubstr("IHE.BasicAudit.PrivacyDisclosure.Source"));
  EXPECT_EQ(event["type"]["code"], "110106");
  EXPECT_EQ(event["action"], "R");
  EXPECT_EQ(event["subtype"][0]["code"], "disclose");
  std::map<std::string, Json> agents;
  for (const Json& agent : event["agent"]) agents[agent["type"]["coding"][0]["code"]] = agent;
  ASSERT_EQ(agents.size(), 3u);
  EXPECT_EQ(agents["110153"]["who"], event["source"]["observer"]);  // val-audit-source
  EXPECT_EQ(agents["110152"]["who"]["identifier"]["value"],
            "sluss://agency/social-services/sundby");
  EXPECT_EQ(agents["159541003"]["who"]["identifier"]["value"], "sluss://agency/school/ekbacken");
  EXPECT_TRUE(agents["110153"].contains("network"));
  EXPECT_TRUE(agents["110152"].contains("network"));
  ASSERT_GE(event["entity"].size(), 2u);
  EXPECT_EQ(event["entity"][0]["what"]["type"], "Patient");
  EXPECT_EQ(event["entity"][0]["role"]["code"], "1");
}

// The child is named by nothing but the message; nobody is named at all.
TEST(FhirTest, NoEntityHasAName) {
  for (const v1::AuditLeaf& leaf : LeavesOfEveryKind()) {
    const std::string text = FhirFormat()->Entry(0, leaf);
    const Json event = Json::parse(text);
    for (const Json& entity : event["entity"]) {
      EXPECT_FALSE(entity.contains("name"));
      EXPECT_FALSE(entity["what"].contains("display"));
      EXPECT_FALSE(entity["what"].contains("reference"));
    }
    EXPECT_THAT(text, Not(HasSubstr("altId")));
  }
}

TEST(FhirTest, OutcomesTellPermittedFromPartialFromDenied) {
  v1::AuditLeaf leaf = Delivery();
  leaf.set_kind(v1::DECISION);
  for (const auto& [verdict, outcome] :
       std::map<std::string, std::string>{{"PERMIT", "0"}, {"PARTIAL", "4"}, {"DENY", "8"}}) {
    leaf.set_verdict(verdict);
    EXPECT_EQ(Json::parse(FhirFormat()->Entry(0, leaf))["outcome"], outcome) << verdict;
  }
}

class RivTaTest : public ::testing::Test {
 protected:
  RivTaTest() {
    v1::Organisation* school = particulars_.add_controller();
    school->set_agency("school/ekbacken");
    school->set_hsa_id("SE2321000016-1003");
    school->set_name("Ekbacken & <söner>");
  }
  v1::Particulars particulars_;
};

// Elements in the order of the contract's schema, which is Inera's and not in this repository.
TEST_F(RivTaTest, HasTheContractsFieldsInTheirOrder) {
  const std::string text = RivTaFormat(particulars_)->Entry(17, Delivery());
  size_t at = 0;
  for (const char* element : {"log:logId",         "log:system",         "log:systemId",
                              "log:systemName",    "log:activity",       "log:activityType",
                              "log:activityLevel", "log:activityArgs",   "log:startDate",
                              "log:purpose",       "log:user",           "log:userId",
                              "log:careProvider",  "log:careProviderId", "log:careProviderName",
                              "log:careUnit",      "log:careUnitId",     "log:resources",
                              "log:resource",      "log:resourceType",   "log:careProvider",
                              "log:careUnit"}) {
    const size_t next = text.find(absl::StrCat("<", element, ">"), at);
    ASSERT_NE(next, std::string::npos) << element << " after " << text.substr(at);
    at = next;
  }
  EXPECT_THAT(text, HasSubstr("<log:userId>SE2321000016-1003</log:userId>"));
  EXPECT_THAT(text, HasSubstr("Ekbacken &amp; &lt;söner&gt;"));
  EXPECT_THAT(text, HasSubstr("<log:careProviderId>sluss://social-services/sundby</"));
  EXPECT_THAT(text, Not(HasSubstr("patient")));
}

TEST_F(RivTaTest, SaysOnlyWordsThatTheContractAllows) {
  const std::set<std::string> types = {"Läsa",     "Skriva", "Signera",   "Utskrift",
                                       "Vidimera", "Radera", "Nödöppning"};
  const std::set<std::string> purposes = {
      "Vård och behandling", "Kvalitetssäkring", "Annan dokumentation enligt lag",
      "Statistik",           "Administration",   "Kvalitetsregister"};
  const auto between = [](const std::string& text, const std::string& element) {
    const size_t at = text.find("<" + element + ">") + element.size() + 2;
    return text.substr(at, text.find("</" + element + ">") - at);
  };
  for (const v1::AuditLeaf& leaf : LeavesOfEveryKind()) {
    const std::string text = RivTaFormat(particulars_)->Entry(0, leaf);
    EXPECT_EQ(types.count(between(text, "log:activityType")), 1u) << text;
    EXPECT_EQ(purposes.count(between(text, "log:purpose")), 1u) << text;
  }
}

TEST_F(RivTaTest, IsWellFormed) {
  const std::string text = All(*RivTaFormat(particulars_), LeavesOfEveryKind());
  xmlDoc* const document = xmlReadMemory(text.data(), static_cast<int>(text.size()), "log.xml",
                                         nullptr, XML_PARSE_NONET);
  ASSERT_NE(document, nullptr);
  xmlFreeDoc(document);
}

TEST_F(RivTaTest, FitsTheSchema) {
  const char* formats = std::getenv("SLUSS_FORMATS");
  const std::string schema =
      absl::StrCat(formats == nullptr ? "" : formats, "/riv-ta/StoreLogResponder_2.0.xsd");
  if (!std::filesystem::exists(schema)) {
    GTEST_SKIP() << "no StoreLogResponder_2.0.xsd of informationsecurity:auditing:log below "
                    "SLUSS_FORMATS/riv-ta: the fields are held against the contract's list only";
  }
  const std::string text = All(*RivTaFormat(particulars_), LeavesOfEveryKind());
  const std::filesystem::path file = std::filesystem::temp_directory_path() / "sluss-riv-ta.xml";
  FILE* const out = fopen(file.c_str(), "w");
  fwrite(text.data(), 1, text.size(), out);
  fclose(out);
  EXPECT_EQ(std::system(
                absl::StrCat("xmllint --noout --schema ", schema, " ", file.string(), " >/dev/null")
                    .c_str()),
            0);
}

}  // namespace
}  // namespace sluss
