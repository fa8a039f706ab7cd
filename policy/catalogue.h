// The files of a catalogue, and what must hold in them before any rule is read.
#ifndef SLUSS_POLICY_CATALOGUE_H_
#define SLUSS_POLICY_CATALOGUE_H_

#include <vector>

#include "gateway/base/text_file.h"
#include "policy/faults.h"
#include "policy/names.h"
#include "proto/policy.pb.h"

namespace sluss {

// One file of the catalogue, parsed.
struct CatalogueFile {
  TextFile text;
  v1::Vocabulary vocabulary;
};

// What the files declare, by kind.
struct CatalogueNames {
  NameTable paragraphs{"legal basis"}, categories{"category"}, purposes{"purpose"},
      kinds{"agency kind"}, roles{"role"}, groups{"group"}, cells{"matrix cell"};
};

// Adds to `faults` whatever is wrong in the vocabularies themselves: names twice or ill formed, bad
// dates, groups of unknown members, paragraphs that speak of unknown agencies or whose wordings
// overlap, cells of the matrix on unknown paragraphs, too many of a kind. Walls and duties are not
// looked at.
void CheckCatalogue(const std::vector<CatalogueFile>& files, Faults* faults);

}  // namespace sluss

#endif  // SLUSS_POLICY_CATALOGUE_H_
