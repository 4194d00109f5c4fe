// Every action crema does itself. Adding one: its file, its line here, its line in table.cc.
#pragma once

#include "crema/run/action.h"

namespace crema::actions {

extern const run::BuiltinAction kCheckout;
extern const run::BuiltinAction kCache;
extern const run::BuiltinAction kCacheRestore;
extern const run::BuiltinAction kCacheSave;
extern const run::BuiltinAction kUploadArtifact;
extern const run::BuiltinAction kDownloadArtifact;
extern const run::BuiltinAction kSetupGo;
extern const run::BuiltinAction kSetupNode;
extern const run::BuiltinAction kSetupPython;

}  // namespace crema::actions
