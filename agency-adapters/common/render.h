// A delivered notification as plain Swedish text that is complete by itself: a person may read only
// this. Who, what, each statement with its source, what was decided and under which paragraph, what
// the recipient must do, and that parts were withheld.
//
// Every field that is set appears; one without a Swedish word under its own name. Attached files
// are named, not shown. The text holds the child's identity where the notification does: it belongs
// in the recipient's own system and nowhere else. Pure and thread-safe.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_RENDER_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_RENDER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "proto/content.pb.h"

namespace sluss {

// UTF-8 with '\n'. `sender_name` is how the sender shall be called; empty: its agency id.
std::string RenderDelivered(const v1::DeliveredNotification& delivered,
                            absl::string_view sender_name = "");

// "Rättelse: orosanmälan": what it is, for lists and headings. Names nobody.
std::string TitleInSwedish(const v1::NeutralNotification& notification);

// The content of one compartment alone, without a heading; "" where nothing is set.
std::string RenderContent(const v1::CompartmentContent& content);

// The whole as a PDF document; its title is the kind of notification only.
std::string RenderDeliveredPdf(const v1::DeliveredNotification& delivered,
                               absl::string_view sender_name = "");

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_RENDER_H_
