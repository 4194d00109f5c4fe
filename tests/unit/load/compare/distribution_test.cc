// Against the numbers of scipy.stats 1.17.
#include "distribution.h"

#include <gtest/gtest.h>

#include <cmath>

namespace crema::load {
namespace {

struct Case {
  double at = 0;
  double degrees = 0;
  double expected = 0;
};

TEST(Distribution, StudentsTail) {
  for (const auto& [t, degrees, expected] :
       {Case{0, 3, 0.5}, Case{1, 1, 0.25}, Case{2.2281388519649385, 10, 0.02500000000090432},
        Case{3.5, 2.5, 0.026172773480160172}, Case{-1.2, 7, 0.8654140315863967},
        Case{5, 30, 1.16483427335039e-05}, Case{40, 4, 1.1670081613006339e-06},
        Case{2, 1e6, 0.02275026692565962}})
    EXPECT_NEAR(student_tail(t, degrees) / expected, 1, 1e-8) << t << " " << degrees;
  EXPECT_EQ(student_tail(INFINITY, 3), 0);
  EXPECT_EQ(student_tail(-INFINITY, 3), 1);
}

TEST(Distribution, StudentsQuantile) {
  for (const auto& [tail, degrees, expected] :
       {Case{0.025, 1, 12.706204736174705}, Case{0.025, 10, 2.2281388519862753},
        Case{0.005, 18, 2.878440472738608}, Case{0.0005, 4.5, 7.580740499372558},
        Case{0.4, 2, 0.2886751345948128}, Case{0.025, 1e6, 1.9599663568141072}}) {
    EXPECT_NEAR(student_quantile(tail, degrees) / expected, 1, 1e-8) << tail << " " << degrees;
    EXPECT_NEAR(student_quantile(1 - tail, degrees) / -expected, 1, 1e-8);
  }
  EXPECT_NEAR(student_quantile(0.5, 3), 0, 1e-9);
  EXPECT_EQ(student_quantile(0, 3), INFINITY);
}

TEST(Distribution, Normal) {
  EXPECT_NEAR(normal_tail(1.96), 0.024997895148220435, 1e-14);
  EXPECT_NEAR(normal_tail(-3), 0.9986501019683699, 1e-14);
  for (const auto& [tail, degrees, expected] :
       {Case{0.025, 0, 1.9599639845400545}, Case{0.005, 0, 2.575829303548901},
        Case{0.4, 0, 0.2533471031357997}, Case{1e-9, 0, 5.9978070150076865},
        Case{0.9, 0, -1.2815515655446004}})
    EXPECT_NEAR(normal_quantile(tail), expected, 1e-9) << tail;
}

}  // namespace
}  // namespace crema::load
