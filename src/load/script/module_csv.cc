// The module "k6/experimental/csv": tables, whole and shared by all users, or row by row.
#include "csv_reader.h"
#include "native.h"
#include "promise.h"
#include "script_classes.h"
#include "script_file.h"
#include "shared_array.h"

#include "crema/base/hash.h"
#include "crema/formats/json.h"

#include <fmt/format.h>

#include <map>

namespace crema::load {
namespace {

struct CsvOptions {
  char delimiter = ',';
  bool skip_first_line = false;
  bool as_objects = false;
  std::optional<std::int64_t> from_line;
  std::optional<std::int64_t> to_line;
};

Result<> check(const CsvOptions& options) {
  const auto refuse = [](std::string why) { return fail("load/csv", std::move(why)); };
  if (options.as_objects && options.skip_first_line)
    return refuse("the 'header' option cannot be enabled when 'skipFirstLine' is true");
  if (options.as_objects && options.from_line.value_or(0) > 0)
    return refuse(
        "the 'header' option cannot be enabled when 'fromLine' is set to a value greater than 0");
  if (options.from_line.value_or(0) < 0)
    return refuse(fmt::format("the 'fromLine' option must be greater than or equal to 0; got {}",
                              *options.from_line));
  if (options.to_line.value_or(0) < 0)
    return refuse(fmt::format("the 'toLine' option must be greater than or equal to 0; got {}",
                              *options.to_line));
  const char delimiter = options.delimiter;
  if (delimiter == '"' || delimiter == '\r' || delimiter == '\n' || delimiter == '\0')
    return refuse("invalid field or comment delimiter");
  return {};
}

// The rows that the options select.
class Table {
 public:
  static Result<Table> open(std::string_view text, const CsvOptions& options) {
    Table table(text, options);
    if (options.as_objects) {
      auto header = CREMA_TRY(table.reader_.next());
      if (!header) return fail("load/csv", "failed to read the first line; reason: EOF");
      table.header_ = std::move(*header);
      ++table.line_;
    }
    const std::int64_t from = options.from_line.value_or(0);
    const std::int64_t start = from > 0 ? from : options.skip_first_line ? 1 : table.line_;
    while (table.line_ < start) {
      if (!CREMA_TRY(table.reader_.next()))
        return fail("load/csv",
                    from > 0 ? fmt::format("failed to skip lines until line {}; reason: EOF", from)
                             : "failed to skip the first line; reason: EOF");
      ++table.line_;
    }
    return table;
  }

  // A row as JSON: an array of texts, or an object with the names of the first line. None at the
  // end.
  Result<std::optional<std::string>> next() {
    const std::int64_t last = options_.to_line.value_or(0);
    if (last > 0 && line_ > last) return std::optional<std::string>();
    auto row = CREMA_TRY(reader_.next());
    if (!row) return std::optional<std::string>();
    ++line_;
    return std::optional(options_.as_objects ? object_json(*row) : array_json(*row));
  }

 private:
  Table(std::string_view text, const CsvOptions& options)
      : reader_(text, options.delimiter), options_(options) {}

  static std::string array_json(const CsvRow& row) {
    std::string json = "[";
    for (const auto& field : row)
      json += (json.size() > 1 ? "," : "") + formats::json_string(field);
    return json + "]";
  }

  // In the order of their names, as k6 has them. The reader sees to it that there are as many.
  std::string object_json(const CsvRow& row) const {
    std::map<std::string_view, std::string_view> members;
    for (std::size_t i = 0; i < row.size(); ++i) members[header_[i]] = row[i];
    std::string json = "{";
    for (const auto& [name, field] : members)
      json += (json.size() > 1 ? "," : "") + formats::json_string(name) + ":" +
              formats::json_string(field);
    return json + "}";
  }

  CsvReader reader_;
  CsvOptions options_;
  CsvRow header_;
  std::int64_t line_ = 0;
};

struct Parser {
  std::shared_ptr<const std::string> bytes;  // what the table reads
  Table table;
};

JSClassID parser_class(JSContext* context) {
  return user_of(context).links.runtime->classes().csv_parser;
}

bool read_line(JSContext* context, const Value& options, const char* name,
               std::optional<std::int64_t>& line) {
  const Value given = options.member(name);
  if (given.undefined()) return true;
  return JS_ToInt64(context, &line.emplace(), given.get()) == 0;
}

// None with an exception, whose text begins with `prefix` where an option is none.
std::optional<CsvOptions> read_options(JSContext* context, JSValueConst value, const char* prefix) {
  CsvOptions options;
  const Value given = Value::copy_of(context, value);
  if (!given.given()) return options;
  const char* wrong = nullptr;
  if (const Value delimiter = given.member("delimiter"); !delimiter.undefined()) {
    const std::string text = text_of(context, delimiter.get());
    if (text.size() != 1) wrong = "delimiter must be a single character";
    options.delimiter = text.empty() ? ',' : text.front();
  }
  options.skip_first_line = JS_ToBool(context, given.member("skipFirstLine").get()) == 1;
  options.as_objects = JS_ToBool(context, given.member("asObjects").get()) == 1;
  if (!read_line(context, given, "fromLine", options.from_line) ||
      !read_line(context, given, "toLine", options.to_line))
    return std::nullopt;
  if (options.from_line && options.to_line && *options.from_line >= *options.to_line)
    wrong = "fromLine must be less than or equal to toLine";
  if (wrong != nullptr) {
    JS_ThrowPlainError(context, "%s; reason: %s", prefix, wrong);
    return std::nullopt;
  }
  if (const auto fine = check(options); !fine) {
    JS_ThrowPlainError(context, "failed to create a new parser; reason: %s",
                       fine.error().message.c_str());
    return std::nullopt;
  }
  return options;
}

ScriptFile* file_argument(JSContext* context, int count, JSValueConst* arguments) {
  ScriptFile* file = count > 0 ? script_file_of(context, arguments[0]) : nullptr;
  if (file == nullptr)
    JS_ThrowPlainError(context, "first argument expected to be a fs.File instance");
  return file;
}

// The rest of the file as a table; its place is the end then. None with an exception.
std::optional<Table> open_table(JSContext* context, ScriptFile& file, const CsvOptions& options) {
  auto table = Table::open(file.rest(), options);
  file.at = file.bytes->size();
  if (table) return std::move(*table);
  JS_ThrowPlainError(context, "failed to create a new parser; reason: %s",
                     table.error().message.c_str());
  return std::nullopt;
}

Result<std::string> table_json(Table& table) {
  std::string json = "[";
  while (auto row = CREMA_TRY(table.next())) json += (json.size() > 1 ? "," : "") + *row;
  return json + "]";
}

// One array of all users for one file and one way to read it.
std::string array_name(const ScriptFile& file, const CsvOptions& options) {
  return "csv.parse." +
         sha256_hex(fmt::format("{}\n{}\n{}\n{}\n{}\n{}", file.path,
                                static_cast<int>(options.delimiter), options.skip_first_line,
                                options.as_objects, options.from_line.value_or(-1),
                                options.to_line.value_or(-1)));
}

JSValue js_parse(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  ScriptFile* file = file_argument(context, count, arguments);
  if (file == nullptr) return JS_EXCEPTION;
  const auto options = read_options(context, count > 1 ? arguments[1] : JS_UNDEFINED,
                                    "failed to interpret the provided Parser options");
  if (!options) return JS_EXCEPTION;
  const std::string name = array_name(*file, *options);
  if (const JSValue known = known_shared_array(context, name); !JS_IsUndefined(known))
    return settled_promise(context, known);
  auto table = open_table(context, *file, *options);
  if (!table) return JS_EXCEPTION;
  const auto json = table_json(*table);
  if (json) return settled_promise(context, make_shared_array(context, name, *json));
  return settled_promise(context, JS_ThrowPlainError(context, "failed to read record; reason: %s",
                                                     json.error().message.c_str()));
}

JSValue construct_parser(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  if (!user_of(context).in_init)
    return JS_ThrowPlainError(context, "csv Parser constructor must be called in the init context");
  if (count == 0 || JS_IsUndefined(arguments[0]) || JS_IsNull(arguments[0]))
    return JS_ThrowPlainError(context,
                              "csv Parser constructor takes at least one non-nil source argument");
  ScriptFile* file = file_argument(context, count, arguments);
  if (file == nullptr) return JS_EXCEPTION;
  const auto options = read_options(context, count > 1 ? arguments[1] : JS_UNDEFINED,
                                    "encountered an error while interpreting Parser options");
  if (!options) return JS_EXCEPTION;
  auto table = open_table(context, *file, *options);
  if (!table) return JS_EXCEPTION;
  const JSValue object = JS_NewObjectClass(context, static_cast<int>(parser_class(context)));
  auto parser = std::make_unique<Parser>(Parser{file->bytes, std::move(*table)});
  if (!JS_IsException(object)) JS_SetOpaque(object, parser.release());
  return object;
}

// { done, value }, as iterators have it.
JSValue next_row(JSContext* context, Parser& parser) {
  const auto row = parser.table.next();
  if (!row) return JS_ThrowPlainError(context, "%s", row.error().message.c_str());
  const std::string json = row->value_or("[]");
  const Value value(context, JS_ParseJSON(context, json.c_str(), json.size(), "<csv>"));
  if (value.threw()) return JS_EXCEPTION;
  const JSValue result = JS_NewObject(context);
  JS_DefinePropertyValueStr(context, result, "done", JS_NewBool(context, !row->has_value()),
                            JS_PROP_C_W_E);
  JS_DefinePropertyValueStr(context, result, "value", JS_DupValue(context, value.get()),
                            JS_PROP_C_W_E);
  return result;
}

JSValue js_next(JSContext* context, JSValueConst self, int, JSValueConst*) {
  auto* parser = static_cast<Parser*>(JS_GetOpaque2(context, self, parser_class(context)));
  return parser == nullptr ? JS_EXCEPTION : settled_promise(context, next_row(context, *parser));
}

constexpr JSCFunctionListEntry kMembers[] = {
    native_function("next", 0, js_next),
};

constexpr JSCFunctionListEntry kFunctions[] = {
    native_function("parse", 2, js_parse),
};

}  // namespace

void register_csv_class(JSRuntime* engine, ScriptClasses& classes) {
  static const JSClassDef kParser{
      .class_name = "Parser", .finalizer = [](JSRuntime*, JSValueConst value) {
        JSClassID id = 0;
        const std::unique_ptr<Parser> held(static_cast<Parser*>(JS_GetAnyOpaque(value, &id)));
      }};
  JS_NewClassID(engine, &classes.csv_parser);
  JS_NewClass(engine, classes.csv_parser, &kParser);
}

JSValue make_csv(JSContext* context) {
  const JSValue constructor =
      JS_NewCFunction2(context, construct_parser, "Parser", 2, JS_CFUNC_constructor, 0);
  const JSValue prototype = object_of(context, kMembers);
  JS_SetConstructor(context, constructor, prototype);
  JS_SetClassProto(context, parser_class(context), prototype);
  const JSValue module = object_of(context, kFunctions);
  JS_DefinePropertyValueStr(context, module, "Parser", constructor, JS_PROP_C_W_E);
  return module;
}

}  // namespace crema::load
