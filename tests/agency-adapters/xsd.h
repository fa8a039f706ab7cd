// Validation against published XML schemas, by libxml2, for tests.
#ifndef SLUSS_TESTS_AGENCY_ADAPTERS_XSD_H_
#define SLUSS_TESTS_AGENCY_ADAPTERS_XSD_H_

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace sluss::testing {

// Where the published schemas and samples are; they are not part of this tree.
inline std::string FormatsDirectory() {
  const char* directory = std::getenv("SLUSS_FORMATS");
  return directory != nullptr ? directory : SLUSS_SOURCE_DIR "/../shared/formats";
}

inline bool HasFormats(const std::string& path) {
  return std::filesystem::exists(FormatsDirectory() + "/" + path);
}

// "valid", or why not.
inline std::string Validate(const std::string& schema_path, const std::string& xml) {
  xmlSchemaParserCtxtPtr parser =
      xmlSchemaNewParserCtxt((FormatsDirectory() + "/" + schema_path).c_str());
  xmlSchemaPtr schema = xmlSchemaParse(parser);
  xmlSchemaFreeParserCtxt(parser);
  if (schema == nullptr) return "no such schema: " + schema_path;
  std::string faults;
  xmlSchemaValidCtxtPtr validator = xmlSchemaNewValidCtxt(schema);
  xmlSchemaSetValidStructuredErrors(
      validator,
      [](void* out, xmlErrorPtr error) { *static_cast<std::string*>(out) += error->message; },
      &faults);
  xmlDocPtr document = xmlReadMemory(xml.data(), static_cast<int>(xml.size()), nullptr, nullptr,
                                     XML_PARSE_NONET | XML_PARSE_HUGE);
  const int result = document == nullptr ? -1 : xmlSchemaValidateDoc(validator, document);
  xmlFreeDoc(document);
  xmlSchemaFreeValidCtxt(validator);
  xmlSchemaFree(schema);
  return result == 0 ? "valid" : "invalid: " + faults;
}

inline constexpr char kMessageXsd[] = "sdk/message/MessageWithAttachments_3.0.xsd";
inline constexpr char kXheXsd[] = "sdk/xhe-xsd/XHE-1.0.xsd";
inline constexpr char kReceiptXsd[] = "sdk/receipt-xsd/DIGG UBL-ApplicationResponse-2.1.xsd";

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_AGENCY_ADAPTERS_XSD_H_
