#include "gateway/documents/page_pdf.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace sluss {
namespace {

// Points; A4.
constexpr double kWidth = 595.28, kHeight = 841.89;
constexpr double kLeft = 62, kRight = 56, kTop = 60, kBottom = 70;
constexpr double kText = kWidth - kLeft - kRight;
constexpr double kNames = 132;  // of facts
constexpr double kGap = 12;
constexpr char kTextFont[] = "DejaVu Sans 10";
constexpr char kNameFont[] = "DejaVu Sans Bold 10";
constexpr char kHeadingFont[] = "DejaVu Sans Bold 12.5";
constexpr char kTitleFont[] = "DejaVu Sans Bold 18";
constexpr char kSmallFont[] = "DejaVu Sans 8";

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Layout = std::unique_ptr<PangoLayout, Freed<g_object_unref>>;
using Surface = std::unique_ptr<cairo_surface_t, Freed<cairo_surface_destroy>>;
using Canvas = std::unique_ptr<cairo_t, Freed<cairo_destroy>>;

// One text at its place in a column.
struct Placed {
  double x, y;
  Layout layout;
};

// What is never split over two sheets.
struct Piece {
  std::vector<Placed> texts;
  double height = 0;
  bool keep_with_next = false;
};

class Typesetter {
 public:
  Typesetter(cairo_t* canvas, const std::string& language)
      : canvas_(canvas), language_(pango_language_from_string(language.c_str())) {}

  Layout Lay(const std::string& text, const char* font, double width) const {
    Layout layout(pango_cairo_create_layout(canvas_));
    PangoContext* const context = pango_layout_get_context(layout.get());
    pango_context_set_language(context, language_);
    pango_cairo_context_set_resolution(context, 72);  // a point is a point
    pango_layout_context_changed(layout.get());
    PangoFontDescription* const description = pango_font_description_from_string(font);
    pango_layout_set_font_description(layout.get(), description);
    pango_font_description_free(description);
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_spacing(layout.get(), static_cast<int>(1.5 * PANGO_SCALE));
    pango_layout_set_text(layout.get(), text.c_str(), static_cast<int>(text.size()));
    return layout;
  }

  Piece One(const std::string& text, const char* font, double after) const {
    Piece piece;
    piece.texts.push_back({0, 0, Lay(text, font, kText)});
    piece.height = HeightOf(piece.texts[0].layout.get()) + after;
    return piece;
  }

  Piece Fact(const std::string& name, const std::string& value) const {
    Piece piece;
    piece.texts.push_back({0, 0, Lay(name, kNameFont, kNames - kGap)});
    piece.texts.push_back({kNames, 0, Lay(value, kTextFont, kText - kNames)});
    for (const Placed& text : piece.texts) {
      piece.height = std::max(piece.height, HeightOf(text.layout.get()) + 4);
    }
    return piece;
  }

  static double HeightOf(PangoLayout* layout) {
    int height = 0;
    pango_layout_get_size(layout, nullptr, &height);
    return static_cast<double>(height) / PANGO_SCALE;
  }

 private:
  cairo_t* const canvas_;
  PangoLanguage* const language_;
};

// A heading stays with the facts below it, and these with each other.
std::vector<Piece> PiecesOf(const PagePart& part, const Typesetter& typesetter) {
  std::vector<Piece> pieces;
  pieces.push_back(typesetter.One(part.title, kTitleFont, 14));
  for (const Block& block : part.blocks) {
    switch (block.kind) {
      case Block::Kind::kHeading:
        pieces.push_back(typesetter.One(block.text, kHeadingFont, 6));
        pieces.back().texts[0].y = 8;
        pieces.back().height += 8;
        pieces.back().keep_with_next = true;
        break;
      case Block::Kind::kText:
        pieces.push_back(typesetter.One(block.text, kTextFont, 8));
        break;
      case Block::Kind::kFacts:
        for (const auto& [name, value] : block.facts) {
          pieces.push_back(typesetter.Fact(name, value));
          pieces.back().keep_with_next = true;
        }
        if (!block.facts.empty()) {
          pieces.back().keep_with_next = false;
          pieces.back().height += 6;
        }
        break;
    }
  }
  return pieces;
}

// Which pieces stand on which sheet: what belongs together moves on together, unless it is more
// than a sheet by itself.
std::vector<std::vector<Piece>> Sheets(std::vector<Piece> pieces) {
  constexpr double kRoom = kHeight - kTop - kBottom;
  std::vector<std::vector<Piece>> sheets(1);
  double used = 0;
  for (size_t i = 0; i < pieces.size();) {
    size_t end = i + 1;
    double together = pieces[i].height;
    while (end < pieces.size() && pieces[end - 1].keep_with_next) together += pieces[end++].height;
    if (used > 0 && used + together > kRoom && together <= kRoom) {
      sheets.emplace_back();
      used = 0;
    }
    for (; i < end; ++i) {
      if (used > 0 && used + pieces[i].height > kRoom) {
        sheets.emplace_back();
        used = 0;
      }
      used += pieces[i].height;
      sheets.back().push_back(std::move(pieces[i]));
    }
  }
  return sheets;
}

void Draw(cairo_t* canvas, double x, double y, PangoLayout* layout) {
  cairo_move_to(canvas, x, y);
  pango_cairo_show_layout(canvas, layout);
}

void DrawSheets(const PagePart& part, cairo_t* canvas) {
  const Typesetter typesetter(canvas, part.language);
  const std::vector<std::vector<Piece>> sheets = Sheets(PiecesOf(part, typesetter));
  for (size_t number = 0; number < sheets.size(); ++number) {
    double y = kTop;
    for (const Piece& piece : sheets[number]) {
      for (const Placed& text : piece.texts) {
        Draw(canvas, kLeft + text.x, y + text.y, text.layout.get());
      }
      y += piece.height;
    }
    const std::string foot = absl::StrReplaceAll(
        part.page_of, {{"%1", absl::StrCat(number + 1)}, {"%2", absl::StrCat(sheets.size())}});
    const Layout layout =
        typesetter.Lay(absl::StrCat(part.title, "  ·  ", foot), kSmallFont, kText);
    pango_layout_set_alignment(layout.get(), PANGO_ALIGN_RIGHT);
    Draw(canvas, kLeft, kHeight - kBottom + 26, layout.get());
    cairo_show_page(canvas);
  }
}

// A font stands in for one that is not there; of none at all, glyphs are boxes.
bool HasFonts() {
  PangoFontFamily** families = nullptr;
  int count = 0;
  pango_font_map_list_families(pango_cairo_font_map_get_default(), &families, &count);
  g_free(families);
  return count > 0;
}

}  // namespace

absl::Status WritePagePdf(const PrintedPage& page, absl::Time made, const std::string& path) {
  if (!HasFonts()) {
    return absl::NotFoundError(
        "no font is installed, so no PDF can be made: install fonts-dejavu-core");
  }
  const Surface surface(cairo_pdf_surface_create(path.c_str(), kWidth, kHeight));
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE,
                                 page.parts.front().title.c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "Sluss");
  const std::string date = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", made, absl::UTCTimeZone());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, date.c_str());
  const Canvas canvas(cairo_create(surface.get()));
  for (const PagePart& part : page.parts) {
    const std::string attributes = absl::StrCat("lang='", part.language, "'");
    cairo_tag_begin(canvas.get(), "Sect", attributes.c_str());
    DrawSheets(part, canvas.get());
    cairo_tag_end(canvas.get(), "Sect");
  }
  cairo_surface_finish(surface.get());
  const cairo_status_t status = cairo_surface_status(surface.get());
  if (status == CAIRO_STATUS_SUCCESS && cairo_status(canvas.get()) == CAIRO_STATUS_SUCCESS) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(
      absl::StrCat("cannot write `", path, "`: ", cairo_status_to_string(status)));
}

}  // namespace sluss
