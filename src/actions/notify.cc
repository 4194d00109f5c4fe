// Notifications (8398a7/action-slack, dawidd6/action-send-mail) as a dry run: what would be sent is
// shown, nothing leaves the machine.
#include "builtins.h"
#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::actions {
namespace {

constexpr std::array kSlackInputs = std::to_array<run::InputSpec>({
    {"status", "", true},
    {"fields"},
    {"custom_payload"},
    {"mention"},
    {"if_mention"},
    {"author_name", "8398a7@action-slack"},
    {"text"},
    {"username"},
    {"icon_emoji"},
    {"icon_url"},
    {"channel"},
    {"job_name"},
    {"success_message", ":white_check_mark: Succeeded GitHub Actions\n"},
    {"cancelled_message", ":warning: Cancelled GitHub Actions\n"},
    {"failure_message", ":no_entry: Failed GitHub Actions\n"},
    {"github_token"},
    {"github_base_url"},
});
constexpr std::array kMailInputs = std::to_array<run::InputSpec>({
    {"connection_url"},
    {"server_address"},
    {"server_port", "25"},
    {"secure"},
    {"username"},
    {"password"},
    {"subject", "", true},
    {"to"},
    {"from", "", true},
    {"body"},
    {"html_body"},
    {"cc"},
    {"bcc"},
    {"reply_to"},
    {"in_reply_to"},
    {"ignore_cert"},
    {"convert_markdown"},
    {"attachments"},
    {"priority"},
    {"headers"},
    {"content_type"},
    {"nodemailerlog"},
    {"nodemailerdebug"},
    {"envelope_from"},
    {"envelope_to"},
});

// "name: value", further lines of the value indented; nothing for an empty one.
void show(run::ActionContext& context, std::string_view name, std::string_view value) {
  if (trim(value).empty()) return;
  std::string text = fmt::format("  {}:", name);
  const auto lines = split_lines(value);
  const bool block = lines.size() > 1;
  for (const auto line : lines) text += fmt::format("{}{}", block ? "\n    " : " ", line);
  context.log(text);
}

std::string slack_text(const run::ActionContext& context, const std::string& status) {
  auto text = context.input("text");
  if (text.empty() && status != "custom") text = context.input(status + "_message");
  const auto mention = context.input("mention");
  const auto when = context.input("if_mention");
  const auto statuses = split(when, ',');
  const bool mentioned = std::ranges::any_of(
      statuses, [&](auto each) { return trim(each) == status || trim(each) == "always"; });
  return mention.empty() || !mentioned ? text : fmt::format("<@{}> {}", mention, text);
}

Result<> slack(run::ActionContext& context) {
  CREMA_TRY(check_required(context, kSlackInputs));
  const auto status = to_lower(context.input("status"));
  constexpr std::array kStatuses{"success", "failure", "cancelled", "custom"};
  if (std::ranges::find(kStatuses, status) == kStatuses.end()) {
    return fail(
        "actions/bad-input",
        fmt::format("invalid status '{}': expected success, failure, cancelled or custom", status));
  }
  if (status == "custom" && context.input("custom_payload").empty()) {
    return fail("actions/bad-input", "status custom needs the input custom_payload");
  }
  context.log("Dry run: nothing is sent to Slack from this machine. The message would be:");
  for (const auto* name :
       {"channel", "username", "author_name", "icon_emoji", "icon_url", "job_name", "fields"}) {
    show(context, name, context.input(name));
  }
  show(context, "status", status);
  if (status == "custom") {
    show(context, "payload", context.input("custom_payload"));
  } else {
    show(context, "text", slack_text(context, status));
  }
  if (context.variable("SLACK_WEBHOOK_URL").empty()) {
    context.annotate(evidence::AnnotationLevel::warning,
                     "SLACK_WEBHOOK_URL is not set: on github.com this step would fail");
  }
  return {};
}

// A body may name a file to read it from.
Result<std::string> body_of(const run::ActionContext& context, std::string_view name) {
  auto text = context.input(name);
  constexpr std::string_view kFile = "file://";
  if (!text.starts_with(kFile)) return text;
  return sys::read_file(resolve_path(context, text.substr(kFile.size())));
}

Result<> mail(run::ActionContext& context) {
  CREMA_TRY(check_required(context, kMailInputs));
  for (const auto* secret : {"password", "connection_url"}) {
    if (const auto value = context.input(secret); !value.empty()) context.add_mask(value);
  }
  if (context.input("to").empty() && context.input("cc").empty() && context.input("bcc").empty()) {
    return fail("actions/bad-input", "At least one of 'to', 'cc' or 'bcc' must be specified");
  }
  if (context.input("connection_url").empty() && context.input("server_address").empty()) {
    return fail("actions/bad-input",
                "one of the inputs connection_url and server_address must be specified");
  }
  const auto body = CREMA_TRY(body_of(context, "body"));
  const auto html = CREMA_TRY(body_of(context, "html_body"));
  context.log("Dry run: no mail is sent from this machine. It would be:");
  if (const auto server = context.input("server_address"); !server.empty()) {
    show(context, "server", fmt::format("{}:{}", server, context.input("server_port")));
  }
  for (const auto* name : {"from", "to", "cc", "bcc", "reply_to", "in_reply_to", "priority",
                           "headers", "subject", "attachments"}) {
    show(context, name, context.input(name));
  }
  show(context, "body", body);
  show(context, "html_body", html);
  return {};
}

}  // namespace

const run::BuiltinAction kSlack{
    .name = "8398a7/action-slack",
    .versions = "v2-v3, as a dry run",
    .inputs = kSlackInputs,
    .main = slack,
};

const run::BuiltinAction kSendMail{
    .name = "dawidd6/action-send-mail",
    .versions = "v2-v6, as a dry run",
    .inputs = kMailInputs,
    .main = mail,
};

}  // namespace crema::actions
