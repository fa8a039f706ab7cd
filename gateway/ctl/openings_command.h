// slussctl log erase|hold|release|openings: what opens the log's entries, for officers of the
// exchange, against a running gateway. slussctl log erasures|lost-key: on the
// gateway's machine.
//
// The reason stays with the officer: only the digest of a salt and the reason leaves, and the salt
// is printed, to be kept with it.
//
// Exit codes: 0 done; 1 the gateway refused, and said why (not an officer, under legal hold,
// nothing to erase); 2 it could not be asked, or a file cannot be read or written; 100 and above a
// command line that is wrong.
#ifndef SLUSS_GATEWAY_CTL_OPENINGS_COMMAND_H_
#define SLUSS_GATEWAY_CTL_OPENINGS_COMMAND_H_

#include "CLI/App.hpp"

namespace sluss {

// After AddLogCommands. They write to standard output and error.
void AddOpeningsCommands(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_OPENINGS_COMMAND_H_
