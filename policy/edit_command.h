// `slussctl policy fmt` and `table`: one policy between canonical text and a spreadsheet.
//
//   policy fmt FILE.txtpb... [--write]     canonical text; with --write into the files
//   policy table FILE.txtpb [--out F.tsv]  the rules as a table of tab-separated text
//   policy table FILE.tsv [--out F.txtpb]  the table as canonical text
//
// Exit codes: 0 done, and for fmt without --write: every file was canonical already; 1 one was not;
// 2 a file that cannot be read, written or is not of its format.
#ifndef SLUSS_POLICY_EDIT_COMMAND_H_
#define SLUSS_POLICY_EDIT_COMMAND_H_

#include "CLI/App.hpp"

namespace sluss {

void AddEditCommands(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_POLICY_EDIT_COMMAND_H_
