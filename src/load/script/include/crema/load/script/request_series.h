// The table by which a thread finds the series of a request; made by load/script, kept by the
// engine.
#pragma once

#include <memory>

namespace crema::load {

class RequestSeries;
std::unique_ptr<RequestSeries, void (*)(RequestSeries*)> make_request_series();

}  // namespace crema::load
