// The record of processing as JSON and as a page.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gateway/exports/art30.h"
#include "nlohmann/json.hpp"

namespace sluss {
namespace {

using Json = nlohmann::ordered_json;

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text,
                             {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

std::string Item(const Art30Value& value) {
  return absl::StrCat("<li", value.not_given ? " class=\"missing\"" : "", ">", Escaped(value.text),
                      value.to_be_confirmed ? " <em>(bekräftas av jurist)</em>" : "", "</li>\n");
}

}  // namespace

std::string Art30AsJson(const Art30Record& record) {
  Json json = {{"exchange", record.exchange},
               {"policy_version", record.version},
               {"policy_digest", record.digest},
               {"day", record.day},
               {"activities", Json::array()}};
  for (const Art30Activity& activity : record.activities) {
    Json one = {{"id", activity.id}, {"title", activity.title}, {"about", activity.about}};
    for (const Art30Field& field : activity.fields) {
      Json& values = one[field.id] = Json::array();
      for (const Art30Value& value : field.values) {
        values.push_back({{"text", value.text},
                          {"to_be_confirmed", value.to_be_confirmed},
                          {"not_given", value.not_given}});
      }
    }
    json["activities"].push_back(std::move(one));
  }
  return json.dump(2) + "\n";
}

std::string Art30AsHtml(const Art30Record& record) {
  std::string html = absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"sv\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<title>Register över behandling</title>\n<style>\n"
      "body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em}\n"
      "th{text-align:left;vertical-align:top;width:16em;font-weight:normal}\n"
      "th small{display:block;color:#555}\nul{margin:0;padding-left:1.2em}\n"
      "tr{border-top:1px solid #ccc}\ntable{border-collapse:collapse;width:100%}\n"
      ".missing{color:#a00}\n</style>\n</head>\n<body>\n"
      "<h1>Register över behandling (artikel 30)</h1>\n<p>",
      record.exchange.empty() ? "" : absl::StrCat(Escaped(record.exchange), ". "),
      "Gjort ur reglerna i kraft ", Escaped(record.day), ": version ", Escaped(record.version),
      ", <code>", Escaped(record.digest),
      "</code>. Ändras reglerna ändras registret. Det som är märkt <em>bekräftas av jurist</em> är "
      "inte läst i lagtexten eller är en bedömning; det röda har ingen angett.</p>\n");
  for (const Art30Activity& activity : record.activities) {
    absl::StrAppend(&html, "<h2 id=\"", Escaped(activity.id), "\">", Escaped(activity.title),
                    "</h2>\n<p>", Escaped(activity.about), "</p>\n<table>\n");
    for (const Art30Field& field : activity.fields) {
      absl::StrAppend(&html, "<tr><th>", Escaped(field.sv), "<small lang=\"en\">",
                      Escaped(field.en), "</small></th><td><ul>\n");
      for (const Art30Value& value : field.values) html += Item(value);
      absl::StrAppend(&html, "</ul></td></tr>\n");
    }
    absl::StrAppend(&html, "</table>\n");
  }
  return absl::StrCat(html, "</body>\n</html>\n");
}

}  // namespace sluss
