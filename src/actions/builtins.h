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
extern const run::BuiltinAction kCodecov;
extern const run::BuiltinAction kStaticcheck;
extern const run::BuiltinAction kGolangciLint;
extern const run::BuiltinAction kTestReporter;
extern const run::BuiltinAction kJunitReport;
extern const run::BuiltinAction kPublishTestResults;
extern const run::BuiltinAction kPublishTestResultsLinux;
extern const run::BuiltinAction kPublishTestResultsComposite;
extern const run::BuiltinAction kUploadSarif;
extern const run::BuiltinAction kCodeqlInit;
extern const run::BuiltinAction kCodeqlAnalyze;
extern const run::BuiltinAction kCodeqlAutobuild;
extern const run::BuiltinAction kSetupK6;
extern const run::BuiltinAction kRunK6;
extern const run::BuiltinAction kK6;
extern const run::BuiltinAction kGate;
extern const run::BuiltinAction kTrivy;
extern const run::BuiltinAction kGitleaks;
extern const run::BuiltinAction kCheckov;
extern const run::BuiltinAction kSnykGolang;
extern const run::BuiltinAction kSnykNode;
extern const run::BuiltinAction kSnykPython;
extern const run::BuiltinAction kSnykMaven;
extern const run::BuiltinAction kSnykGradle;
extern const run::BuiltinAction kSnykPhp;
extern const run::BuiltinAction kSnykRuby;
extern const run::BuiltinAction kSnykDotnet;
extern const run::BuiltinAction kSnykIac;
extern const run::BuiltinAction kSnykDocker;
extern const run::BuiltinAction kSnykSetup;
extern const run::BuiltinAction kOsvScanner;
extern const run::BuiltinAction kGovulncheck;
extern const run::BuiltinAction kHadolint;
extern const run::BuiltinAction kKubeLinter;
extern const run::BuiltinAction kDependencyReview;
extern const run::BuiltinAction kSlack;
extern const run::BuiltinAction kSendMail;

}  // namespace crema::actions
