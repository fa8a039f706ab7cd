#include "gateway/oversight/search.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"
#include "gateway/crypto/sha256.h"
#include "gateway/oversight/index_scan.h"
#include "gateway/oversight/oversight_leaf.h"
#include "gateway/oversight/search_filter.h"
#include "gateway/tlog/history.h"

namespace sluss {
namespace {

constexpr uint32_t kStandardLimit = 50;
constexpr uint32_t kMostLimit = 500;
constexpr size_t kProcedureBytes = 16;
constexpr size_t kDigestBytes = 8;
constexpr size_t kCursorBytes = 1 + 8 + kProcedureBytes + kDigestBytes;
constexpr char kCursorVersion = 1;

std::string BigEndian64(uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
  return bytes;
}

uint64_t FromBigEndian64(absl::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

std::string DigestOf(const std::string& criteria) {
  return Sha256String(absl::StrCat("sluss-search-cursor/v1\n", criteria)).substr(0, kDigestBytes);
}

}  // namespace

std::string CriteriaBytes(const v1::SearchFilter& filter, bool oldest_first) {
  v1::SearchRequest criteria;
  *criteria.mutable_filter() = filter;
  criteria.set_oldest_first(oldest_first);
  return criteria.SerializeAsString();
}

// version(1) || place(8) || procedure(16) || digest(8). Newest first the page goes on below the
// place, oldest first at it.
struct LogSearch::Cursor {
  uint64_t place = 0;
  std::string procedure;

  static absl::StatusOr<Cursor> Parse(absl::string_view bytes, const std::string& criteria) {
    if (bytes.size() != kCursorBytes || bytes[0] != kCursorVersion) {
      return absl::InvalidArgumentError("`cursor` is none: leave it out for the first page");
    }
    if (bytes.substr(kCursorBytes - kDigestBytes) != DigestOf(criteria)) {
      return absl::InvalidArgumentError(
          "`cursor` belongs to a search with another filter or order: leave it out for the first "
          "page of this one");
    }
    return Cursor{FromBigEndian64(bytes.substr(1, 8)),
                  std::string(bytes.substr(9, kProcedureBytes))};
  }

  std::string ToBytes(const std::string& criteria) const {
    return absl::StrCat(std::string(1, kCursorVersion), BigEndian64(place), procedure,
                        DigestOf(criteria));
  }
};

struct LogSearch::Looking {
  std::shared_ptr<const PostingIndex> index;
  SearchBounds left;
  Positions within;
  v1::SearchPage page;
  bool more = false;
  uint64_t place = 0;
};

absl::StatusOr<bool> LogSearch::Names(const v1::SearchFilter& filter, uint64_t position,
                                      const v1::AuditLeaf& leaf, Looking* looking) {
  if (filter.officer().empty()) return true;
  if (leaf.commitment().empty()) return false;
  --looking->left.openings;
  const absl::StatusOr<std::optional<v1::AuditOpening>> opening = parts_.openings->Open(position);
  if (absl::IsDataLoss(opening.status())) {
    looking->page.set_unreadable_openings(looking->page.unreadable_openings() + 1);
    return false;
  }
  RETURN_IF_ERROR(opening.status());
  if (opening->has_value()) return NamesOfficer(**opening, filter.officer());
  looking->page.set_erased_openings(looking->page.erased_openings() + 1);
  return false;
}

absl::Status LogSearch::Collect(const v1::SearchRequest& request, Looking* looking) {
  const bool oldest = request.oldest_first();
  const uint32_t limit = request.limit() == 0 ? kStandardLimit : request.limit();
  IndexScan scan(looking->index.get(), IndexGroups(request.filter()),
                 oldest ? ScanOrder::kOldestFirst : ScanOrder::kNewestFirst, looking->within);
  SearchBounds& left = looking->left;
  while (static_cast<uint32_t>(looking->page.entry_size()) < limit && left.entries > 0 &&
         left.openings > 0) {
    const absl::StatusOr<std::optional<uint64_t>> position = scan.Next(&left.lookups);
    if (!position.ok() && !absl::IsUnavailable(position.status())) {
      parts_.index->Distrust(looking->index.get());
      return absl::UnavailableError("the search index is damaged and made anew: try again soon");
    }
    RETURN_IF_ERROR(position.status());
    if (!position->has_value()) break;
    --left.entries;
    ASSIGN_OR_RETURN(std::string entry, parts_.log->ReadEntry(**position));
    const absl::StatusOr<v1::AuditLeaf> leaf = ParseEntry(entry);
    if (!leaf.ok() || !Matches(request.filter(), *leaf)) continue;
    ASSIGN_OR_RETURN(const bool named, Names(request.filter(), **position, *leaf, looking));
    if (!named) continue;
    v1::FoundEntry& found = *looking->page.add_entry();
    found.set_index(**position);
    found.set_entry(std::move(entry));
  }
  looking->more = !scan.done();
  looking->place = oldest ? scan.left().begin : scan.left().end;
  return absl::OkStatus();
}

absl::StatusOr<v1::SearchPage> LogSearch::Search(const std::string& officer,
                                                 const v1::SearchRequest& request) {
  RETURN_IF_ERROR(CheckFilter(request.filter()));
  if (request.limit() > kMostLimit) {
    return absl::InvalidArgumentError(
        absl::StrCat("`limit` is ", request.limit(), ", at most ", kMostLimit, " are shown"));
  }
  const std::string criteria = CriteriaBytes(request.filter(), request.oldest_first());
  std::optional<Cursor> cursor;
  if (!request.cursor().empty()) {
    ASSIGN_OR_RETURN(cursor, Cursor::Parse(request.cursor(), criteria));
  }
  MutexLock lock(&searching_);
  Looking looking{.index = parts_.index->Index(), .left = parts_.bounds, .within = {}, .page = {}};
  if (looking.index == nullptr) {
    return absl::UnavailableError("the search index is being made: try again soon");
  }
  v1::SearchPage& page = looking.page;
  ASSIGN_OR_RETURN(const IndexReach reach, looking.index->Reach());
  ASSIGN_OR_RETURN(const LogHead head, parts_.log->ReadHead(/*gateway=*/""));
  page.set_complete_to(std::min(reach.size, head.size));
  page.set_log_size(head.size);
  page.set_procedure(cursor ? cursor->procedure : RandomBytes(kProcedureBytes));
  ASSIGN_OR_RETURN(looking.within, PositionsOf(request.filter(), *parts_.log, page.complete_to()));
  if (cursor && request.oldest_first()) {
    looking.within.begin = std::max(looking.within.begin, cursor->place);
  } else if (cursor) {
    looking.within.end = std::min(looking.within.end, cursor->place);
  }
  RETURN_IF_ERROR(Collect(request, &looking));
  if (looking.more) {
    page.set_cursor(Cursor{looking.place, page.procedure()}.ToBytes(criteria));
  }
  LeafDraft leaf = OversightLeaf(v1::SEARCH, officer, page.procedure());
  leaf.clear.set_from_us(request.filter().from_us());
  leaf.clear.set_to_us(request.filter().to_us());
  leaf.clear.set_count(page.entry_size());
  CommitField(kCriteriaTag, criteria, &leaf);
  uint64_t index = 0;
  RETURN_IF_ERROR(parts_.ledger
                      ->Run([&](Recorder& recorder) -> absl::Status {
                        ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf));
                        index = entry.index();
                        return absl::OkStatus();
                      })
                      .status());
  page.set_search_index(index);
  return std::move(page);
}

}  // namespace sluss
