#include "crema/scan/advisories/cvss.h"

#include <gtest/gtest.h>

#include <string_view>

namespace crema::scan {
namespace {

using evidence::FindingSeverity;

struct Row {
  std::string_view vector;
  double score;
};

// Scores as the NVD has them for these vectors.
TEST(Cvss, GivesTheBaseScore) {
  for (const auto& [vector, score] : {
           Row{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8},
           Row{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 7.5},
           Row{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0},
           Row{"CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1},
           Row{"CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8},
           Row{"CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9},
           Row{"CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 1.6},
           Row{"CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N/E:P/RL:O", 5.9},
           Row{"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0},
       })
    EXPECT_EQ(cvss_base_score(vector), score) << vector;
}

TEST(Cvss, RefusesWhatIsIncompleteOrOfAnotherVersion) {
  for (const std::string_view vector : {"", "CVSS:3.1/AV:N", "CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P",
                                        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X",
                                        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"})
    EXPECT_FALSE(cvss_base_score(vector)) << vector;
}

TEST(Cvss, RatesAScore) {
  EXPECT_EQ(cvss_severity(9.0), FindingSeverity::critical);
  EXPECT_EQ(cvss_severity(8.9), FindingSeverity::high);
  EXPECT_EQ(cvss_severity(4.0), FindingSeverity::medium);
  EXPECT_EQ(cvss_severity(0.1), FindingSeverity::low);
  EXPECT_EQ(cvss_severity(0), FindingSeverity::note);
}

}  // namespace
}  // namespace crema::scan
