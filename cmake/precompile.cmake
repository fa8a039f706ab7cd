# The headers that nearly every file includes, parsed once a build instead of some six hundred times:
# it halves the sanitizer builds (SLUSS_PRECOMPILE, clang). The release build does without, so that
# every file still has to include what it uses.
set(SLUSS_COMMON_HEADERS
  <map> <memory> <optional> <string> <vector>
  <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_join.h> <absl/time/time.h>
  <proto/agency_state.pb.h> <proto/gateway.pb.h> <proto/policy_admin.pb.h> <proto/stored.pb.h>)

file(WRITE ${PROJECT_BINARY_DIR}/empty.cc "")  # a library must have a source

# sluss_headers(NAME <header>...): a library whose headers targets with the same options may reuse.
function(sluss_headers name)
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/empty.cc)
  target_link_libraries(${name} PRIVATE sluss_proto)
  target_precompile_headers(${name} PRIVATE ${ARGN})
endfunction()

# Every target of the directory and of those below it reuses the headers of `name`.
function(sluss_reuse_headers name directory)
  get_property(targets DIRECTORY ${directory} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(type MATCHES "^(STATIC_LIBRARY|EXECUTABLE)$")
      target_precompile_headers(${target} REUSE_FROM ${name})
    endif()
  endforeach()
  get_property(below DIRECTORY ${directory} PROPERTY SUBDIRECTORIES)
  foreach(one IN LISTS below)
    sluss_reuse_headers(${name} ${one})
  endforeach()
endfunction()
