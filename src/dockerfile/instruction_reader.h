// One logical line as an instruction.
#pragma once

#include "line_reader.h"

#include <cstdint>
#include <string>
#include <vector>

namespace crema::dockerfile {

struct InstructionProblem {
  std::string code;
  std::string message;
  std::string hint;
  std::size_t begin = 0, end = 0;  // in the line
};

struct ReadInstruction {
  std::optional<Instruction> instruction;  // nothing where its keyword is unknown
  std::vector<InstructionProblem> problems;
};

ReadInstruction read_instruction(const LogicalLine& line, char escape);

// Here-documents that an instruction asks for, in their order.
struct DocumentRequest {
  std::string name;
  bool strips_tabs = false;
  bool expands = true;
  std::size_t begin = 0, end = 0;
};
std::vector<DocumentRequest> documents_of(const Instruction& instruction, char escape);

}  // namespace crema::dockerfile
