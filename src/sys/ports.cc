#include "crema/sys/ports.h"

#include "crema/sys/descriptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace crema::sys {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// The inode of the socket that listens on a port, "" when there is none (proc(5), net/tcp).
std::string listening_inode(std::uint16_t port) {
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(table);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      std::istringstream words(line);
      std::string slot, local, remote, state, queues, timer, retransmit, user, timeout, inode;
      words >> slot >> local >> remote >> state >> queues >> timer >> retransmit >> user >>
          timeout >> inode;
      const auto colon = local.rfind(':');
      if (state != "0A" || colon == std::string::npos) continue;
      unsigned number = 0;
      std::from_chars(local.data() + colon + 1, local.data() + local.size(), number, 16);
      if (number == port) return inode;
    }
  }
  return "";
}

}  // namespace

Result<std::uint16_t> free_port() {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return fail("sys/no-port", std::string("cannot find a free port: ") + std::strerror(errno));
  }
  return ntohs(address.sin_port);
}

bool port_is_free(std::uint16_t port) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  auto address = loopback(port);
  return ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

bool port_answers(std::uint16_t port) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto address = loopback(port);
  return ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

std::string port_holder(std::uint16_t port) {
  namespace fs = std::filesystem;
  const auto inode = listening_inode(port);
  if (inode.empty()) return "another process";
  const std::string target = "socket:[" + inode + "]";
  std::error_code error;
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    const auto number = process.path().filename().string();
    if (number.find_first_not_of("0123456789") != std::string::npos) continue;
    std::error_code ignored;
    for (auto entry = fs::directory_iterator(process.path() / "fd", ignored);
         !ignored && entry != fs::directory_iterator(); entry.increment(ignored)) {
      std::error_code unreadable;
      if (fs::read_symlink(entry->path(), unreadable) != target) continue;
      std::ifstream file(process.path() / "comm");
      std::string name;
      std::getline(file, name);
      return name + " (process " + number + ")";
    }
  }
  return "another process";
}

}  // namespace crema::sys
