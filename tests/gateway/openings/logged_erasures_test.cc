// A journal that was lost is written again from an export of the log.
#include "gateway/openings/logged_erasures.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"
#include "gateway/crypto/random.h"
#include "gateway/publication/log_directory.h"
#include "gmock/gmock.h"
#include "tests/gateway/exchange/exchange_world.h"
#include "tests/gateway/openings/memory_erasure_journal.h"
#include "tests/testing/status_matchers.h"

namespace sluss::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LoggedErasuresTest : public ::testing::Test {
 protected:
  LoggedErasuresTest() {
    std::string name = (fs::temp_directory_path() / "sluss-erasures-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~LoggedErasuresTest() override { fs::remove_all(directory_); }

  void Append(const LeafDraft& draft) {
    ASSERT_OK(world_.exchange().ledger()->Run(
        [&](Recorder& recorder) { return recorder.Append(draft).status(); }));
  }
  absl::StatusOr<std::vector<JournalledErasure>> Exported() {
    fs::remove_all(directory_);
    RETURN_IF_ERROR(ExportLog(world_.store(), directory_, world_.verifier()).status());
    return ErasuresInLog([&](const std::string& path) { return ReadFile(directory_ + "/" + path); },
                         world_.verifier());
  }

  ExchangeWorld world_;
  std::string directory_;
};

TEST_F(LoggedErasuresTest, TellsOfEntriesAndMonthsAsTheJournalDid) {
  EXPECT_THAT(Must(Exported()), IsEmpty());
  LeafDraft entries, month;
  entries.clear.set_kind(v1::ERASURE);
  entries.clear.set_procedure(std::string(16, 'e'));
  entries.clear.add_about_index(2);
  entries.clear.add_about_index(4);
  month.clear.set_kind(v1::ERASURE);
  month.clear.set_procedure(std::string(16, 'm'));
  month.clear.add_opening_class("disclosure/2021-01");
  Append(entries);
  LeafDraft other;
  other.clear.set_kind(v1::EXPORT);
  for (int i = 0; i < 300; ++i) Append(other);
  Append(month);
  const uint64_t place = world_.Leaves().size() - 1;
  const std::vector<JournalledErasure> found = Must(Exported());
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].procedure, std::string(16, 'e'));
  ASSERT_THAT(found[0].entries, SizeIs(2));
  EXPECT_EQ(found[0].entries[1].index, 4u);
  EXPECT_EQ(found[0].entries[1].event, EventId(world_.Leaves()[4].event_id()));
  EXPECT_EQ(OpeningMonthText(found[1].month.value()), "disclosure/2021-01");
  EXPECT_EQ(found[1].end, place);

  MemoryErasureJournal journal;
  EXPECT_EQ(Must(AddToJournal(found, &journal)), 2u);
  EXPECT_EQ(Must(AddToJournal(found, &journal)), 0u);
  // Part of an order that was carried out again.
  JournalledErasure part = found[0];
  part.entries.pop_back();
  EXPECT_EQ(Must(AddToJournal({part}, &journal)), 0u);
  EXPECT_THAT(Must(journal.Read()), SizeIs(2));
  EXPECT_EQ(FormatErasure(Must(journal.Read())[0]), FormatErasure(found[0]));
}

TEST_F(LoggedErasuresTest, ALogThatDoesNotVerifyTellsNothing) {
  ASSERT_OK(Exported());
  const std::string path = directory_ + "/checkpoint";
  std::string note = Must(ReadFile(path));
  note[note.find('\n') + 1] ^= 1;
  std::ofstream(path, std::ios::trunc) << note;
  EXPECT_THAT(
      ErasuresInLog([&](const std::string& file) { return ReadFile(directory_ + "/" + file); },
                    world_.verifier()),
      StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("checkpoint")));
}

}  // namespace
}  // namespace sluss::testing
