// Reads .proto files and sets of descriptors through libprotobuf.
#include "schema_builder.h"

#include "crema/load/protobuf/schema.h"

#include <fmt/format.h>
#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/descriptor_database.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <map>
#include <memory>
#include <set>
#include <thread>

namespace crema::load {
namespace {

namespace pb = google::protobuf;

// Bounds what a broken file can make us say.
constexpr std::size_t kMostErrors = 10;

// The files of google/protobuf that are part of libprotobuf.
bool is_standard(const std::string& name) {
  static const std::set<std::string, std::less<>> kStandard{"google/protobuf/any.proto",
                                                            "google/protobuf/api.proto",
                                                            "google/protobuf/descriptor.proto",
                                                            "google/protobuf/duration.proto",
                                                            "google/protobuf/empty.proto",
                                                            "google/protobuf/field_mask.proto",
                                                            "google/protobuf/source_context.proto",
                                                            "google/protobuf/struct.proto",
                                                            "google/protobuf/timestamp.proto",
                                                            "google/protobuf/type.proto",
                                                            "google/protobuf/wrappers.proto"};
  return kStandard.contains(name);
}

bool add_standard(const std::string& name, pb::FileDescriptorProto& output) {
  if (!is_standard(name)) return false;
  const auto* const file = pb::DescriptorPool::generated_pool()->FindFileByName(name);
  if (file == nullptr) return false;
  file->CopyTo(&output);
  file->CopyJsonNameTo(&output);
  return true;
}

class Errors : public pb::compiler::MultiFileErrorCollector,
               public pb::DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string& file, int line, int column,
                const std::string& message) override {
    // Lines and columns count from 0; -1 is the file as a whole.
    add(line < 0 ? fmt::format("{}: {}", file, message)
                 : fmt::format("{}:{}:{}: {}", file, line + 1, column + 1, message));
  }
  void AddError(const std::string& file, const std::string& element,
                const pb::Message* /*descriptor*/, ErrorLocation /*location*/,
                const std::string& message) override {
    add(fmt::format("{}: {}: {}", file, element, message));
  }
  Diagnostic diagnostic(std::string code) const {
    auto error = make_error(std::move(code), texts_.empty() ? "it cannot be read" : texts_.front());
    for (std::size_t i = 1; i < texts_.size(); ++i) error.notes.push_back({texts_[i], {}});
    return error;
  }

 private:
  void add(std::string text) {
    if (texts_.size() < kMostErrors) texts_.push_back(std::move(text));
  }
  std::vector<std::string> texts_;
};

// Descriptors by the names of their files, and behind them the standard ones.
class DescriptorFiles : public pb::DescriptorDatabase {
 public:
  bool add(const pb::FileDescriptorProto& file) {
    return files_.try_emplace(file.name(), file).second;
  }
  bool FindFileByName(const std::string& name, pb::FileDescriptorProto* output) override {
    if (const auto found = files_.find(name); found != files_.end()) {
      output->CopyFrom(found->second);
      return true;
    }
    return add_standard(name, *output);
  }
  // Symbols are looked for in files that are imported, never in the rest of the world.
  bool FindFileContainingSymbol(const std::string&, pb::FileDescriptorProto*) override {
    return false;
  }
  bool FindFileContainingExtension(const std::string&, int, pb::FileDescriptorProto*) override {
    return false;
  }

 private:
  std::map<std::string, pb::FileDescriptorProto> files_;
};

// A file's text as libprotobuf reads it; the text lives as long as the stream.
class Text : public pb::io::ZeroCopyInputStream {
 public:
  explicit Text(std::shared_ptr<const std::string> text)
      : text_(std::move(text)), stream_(text_->data(), static_cast<int>(text_->size())) {}
  bool Next(const void** data, int* size) override { return stream_.Next(data, size); }
  void BackUp(int count) override { stream_.BackUp(count); }
  bool Skip(int count) override { return stream_.Skip(count); }
  int64_t ByteCount() const override { return stream_.ByteCount(); }

 private:
  std::shared_ptr<const std::string> text_;
  pb::io::ArrayInputStream stream_;
};

class Tree : public pb::compiler::SourceTree {
 public:
  explicit Tree(const ProtoFileReader& reader) : reader_(reader) {}
  pb::io::ZeroCopyInputStream* Open(const std::string& name) override {
    auto text = reader_(name);
    if (text == nullptr || text->size() > std::size_t{1} << 30) return nullptr;
    return std::make_unique<Text>(std::move(text)).release();  // the caller's
  }
  std::string GetLastErrorMessage() override { return "the file was not found"; }

 private:
  const ProtoFileReader& reader_;
};

// libprotobuf descends into imports and messages on the stack, and a fiber's is small.
Result<SchemaPtr> on_a_large_stack(const std::function<Result<SchemaPtr>()>& work) {
  Result<SchemaPtr> result(fail("protobuf/set", ""));
  std::thread thread([&] { result = work(); });
  thread.join();
  return result;
}

Result<SchemaPtr> build(DescriptorFiles& files, const std::vector<std::string>& names) {
  Errors errors;
  pb::DescriptorPool pool(&files, &errors);
  pool.AllowUnknownDependencies();
  std::vector<const pb::FileDescriptor*> found;
  for (const auto& name : names) {
    const auto* const file = pool.FindFileByName(name);
    if (file == nullptr) return fail(errors.diagnostic("protobuf/set"));
    found.push_back(file);
  }
  return schema_of(found);
}

}  // namespace

Result<SchemaPtr> schema_of_files(std::span<const std::string> names,
                                  const ProtoFileReader& reader) {
  return on_a_large_stack([&]() -> Result<SchemaPtr> {
    Tree tree(reader);
    DescriptorFiles standard;
    Errors errors;
    pb::compiler::SourceTreeDescriptorDatabase database(&tree, &standard);
    database.RecordErrorsTo(&errors);
    pb::DescriptorPool pool(&database, database.GetValidationErrorCollector());
    pool.EnforceWeakDependencies(true);
    std::vector<const pb::FileDescriptor*> found;
    for (const auto& name : names) {
      if (reader(name) == nullptr && !is_standard(name))
        return fail("protobuf/file", fmt::format("{}: the file was not found", name));
      const auto* const file = pool.FindFileByName(name);
      if (file == nullptr) return fail(errors.diagnostic("protobuf/syntax"));
      found.push_back(file);
    }
    return schema_of(found);
  });
}

Result<SchemaPtr> schema_of_set(std::string_view bytes) {
  return on_a_large_stack([&]() -> Result<SchemaPtr> {
    pb::FileDescriptorSet set;
    if (!set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
      return fail("protobuf/set", "it is no set of file descriptors");
    DescriptorFiles files;
    std::vector<std::string> names;
    for (const auto& file : set.file())
      if (files.add(file)) names.push_back(file.name());
    return build(files, names);
  });
}

Result<SchemaPtr> schema_of_descriptors(std::span<const std::string> descriptors) {
  return on_a_large_stack([&]() -> Result<SchemaPtr> {
    DescriptorFiles files;
    std::vector<std::string> names;
    for (const auto& bytes : descriptors) {
      pb::FileDescriptorProto file;
      if (!file.ParseFromString(bytes)) return fail("protobuf/set", "it is no file descriptor");
      if (files.add(file)) names.push_back(file.name());
    }
    return build(files, names);
  });
}

}  // namespace crema::load
