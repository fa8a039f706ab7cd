#include "agency-adapters/client/marking.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/time/time.h"
#include "gateway/base/clock.h"
#include "gateway/base/hex.h"
#include "nlohmann/json.hpp"
#include "proto/notification.pb.h"

namespace sluss {
namespace {

using nlohmann::ordered_json;
using Statements = google::protobuf::RepeatedPtrField<v1::Statement>;

const Statements& StatementsOf(const v1::CompartmentContent& content) {
  return content.has_narrative() ? content.narrative().statement() : content.text().statement();
}

const char* KindCode(v1::CorrectionKind kind) {
  return kind == v1::RETRACTION ? "retraction" : "correction";
}

ordered_json Line(const v1::Marking& marking) {
  ordered_json statements = ordered_json::array();
  for (const v1::MarkedStatement& statement : marking.statement()) {
    statements.push_back({{"category", statement.category()},
                          {"id", statement.id()},
                          {"retracted", statement.retracted()}});
  }
  const absl::Time received = absl::FromUnixMicros(marking.received_us());
  return {{"by", ToHex(marking.by())},
          {"kind", KindCode(marking.kind())},
          {"received", absl::FormatCivilTime(ToSwedishTime(received))},
          {"statements", std::move(statements)}};
}

}  // namespace

v1::Marking MarkingBy(const v1::DeliveredNotification& delivered, const v1::InboxRecord& record) {
  v1::Marking marking;
  marking.set_by(record.message_id());
  marking.set_kind(record.correction());
  marking.set_received_us(record.received_us());
  const auto& parts = delivered.notification().compartment();
  const std::map<std::string, v1::CompartmentContent> sorted(parts.begin(), parts.end());
  for (const auto& [category, content] : sorted) {
    for (const v1::Statement& statement : StatementsOf(content)) {
      if (statement.corrects().empty()) continue;
      v1::MarkedStatement* const marked = marking.add_statement();
      marked->set_category(category);
      marked->set_id(statement.corrects());
      marked->set_retracted(statement.retracted());
    }
  }
  return marking;
}

void AddMarking(const v1::Marking& marking, v1::Markings* markings) {
  const auto is_it = [&](const v1::Marking& known) { return known.by() == marking.by(); };
  if (std::any_of(markings->marking().begin(), markings->marking().end(), is_it)) return;
  *markings->add_marking() = marking;
}

void RemoveMarking(const std::string& by, v1::Markings* markings) {
  auto& all = *markings->mutable_marking();
  all.erase(std::remove_if(all.begin(), all.end(),
                           [&](const v1::Marking& marking) { return marking.by() == by; }),
            all.end());
}

v1::CorrectionKind KindOf(const v1::Markings& markings) {
  v1::CorrectionKind kind = v1::CORRECTION_KIND_UNSPECIFIED;
  for (const v1::Marking& marking : markings.marking()) {
    if (kind != v1::RETRACTION) kind = marking.kind();
  }
  return kind;
}

std::string MarkingJson(const v1::Markings& markings, const std::string& sender,
                        const std::string& matched_case, bool known) {
  ordered_json lines = ordered_json::array();
  for (const v1::Marking& marking : markings.marking()) lines.push_back(Line(marking));
  const v1::CorrectionKind kind = KindOf(markings);
  const ordered_json json = {{"message", ToHex(markings.message_id())},
                             {"known", known},
                             {"case", matched_case},
                             {"from", sender},
                             {"status", kind == v1::RETRACTION   ? "retracted"
                                        : kind == v1::CORRECTION ? "corrected"
                                                                 : ""},
                             {"markings", std::move(lines)}};
  return json.dump(/*indent=*/2, ' ', /*ensure_ascii=*/false,
                   ordered_json::error_handler_t::replace) +
         "\n";
}

}  // namespace sluss
