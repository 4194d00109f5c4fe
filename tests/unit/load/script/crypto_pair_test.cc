// Pairs of keys of crypto.subtle, held against keys, signatures and secrets that k6 1.8.1 made.
#include "script_run.h"

#include "crema/sys/files.h"

#include <nlohmann/json.hpp>

namespace crema::load {
namespace {

using nlohmann::json;

json cases() {
  return json::parse(sys::read_file(CREMA_SOURCE_DIR "/tests/data/load/key-pairs.json").value());
}

constexpr const char* kBegin = R"(
const s = crypto.subtle, data = new TextEncoder().encode('crema');
const hex = (b) => Array.from(new Uint8Array(b)).map((x) => x.toString(16).padStart(2, '0')).join('');
const bytes = (text) => new Uint8Array(text.match(/../g).map((x) => parseInt(x, 16)));
const algorithm = { name: k.name, ...k.generate };
const own = k.usages.filter((u) => ['sign', 'decrypt', 'deriveBits', 'deriveKey'].includes(u));
const theirs = k.usages.filter((u) => ['verify', 'encrypt'].includes(u));
const secret = (format, from) => s.importKey(format, from, algorithm, true, own);
const open = (format, from) => s.importKey(format, from, algorithm, true, theirs);
export default async function () {
)";

std::string printed(const json& each, const std::string& body) {
  ScriptRun run;
  return run.run("const k = " + each.dump() + ";" + kBegin + body + "}");
}

TEST(CryptoPair, IsReadAndWrittenInAllForms) {
  for (const json& each : cases()) {
    EXPECT_EQ(
        printed(each, R"(
for (const key of [await secret('pkcs8', bytes(k.pkcs8)), await secret('jwk', k.jwk)])
  console.log(hex(await s.exportKey('pkcs8', key)) === k.pkcs8, key.type, key.usages.join() === own.join());
for (const key of [await open('spki', bytes(k.spki)), await open('jwk', k.publicJwk)])
  console.log(hex(await s.exportKey('spki', key)) === k.spki, key.type);
const again = await secret('jwk', await s.exportKey('jwk', await secret('pkcs8', bytes(k.pkcs8))));
console.log(hex(await s.exportKey('pkcs8', again)) === k.pkcs8);
if (k.raw) console.log(hex(await s.exportKey('raw', await open('raw', bytes(k.raw)))) === k.raw);
)"),
        std::string("true private true\ntrue private true\ntrue public\ntrue public\ntrue\n") +
            (each.contains("raw") ? "true\n" : ""))
        << each["name"] << each["generate"];
  }
}

TEST(CryptoPair, KnowsSignaturesOfK6AndMakesItsOwn) {
  for (const json& each : cases()) {
    if (!each.contains("signature")) continue;
    EXPECT_EQ(printed(each, R"(
const how = { name: k.name, ...k.sign }, key = await open('spki', bytes(k.spki));
console.log(await s.verify(how, key, bytes(k.signature), data));
console.log(await s.verify(how, key, bytes(k.signature), new Uint8Array(5)));
console.log(await s.verify(how, key, bytes(k.signature.slice(2)), data));
const made = await s.sign(how, await secret('pkcs8', bytes(k.pkcs8)), data);
console.log(made.byteLength * 2 === k.signature.length, await s.verify(how, key, made, data));
)"),
              "true\nfalse\nfalse\ntrue true\n")
        << each["name"] << each["generate"];
  }
}

TEST(CryptoPair, ReadsWhatWasEncryptedWithItsPublicKey) {
  for (const json& each : cases()) {
    if (!each.contains("ciphertext")) continue;
    EXPECT_EQ(printed(each, R"(
const how = { name: k.name, label: bytes(k.label) }, key = await secret('pkcs8', bytes(k.pkcs8));
console.log(new TextDecoder().decode(await s.decrypt(how, key, bytes(k.ciphertext))));
console.log(hex(await s.decrypt(how, key, await s.encrypt(how, await open('spki', bytes(k.spki)), data))));
try { await s.decrypt({ name: k.name }, key, bytes(k.ciphertext)); } catch (e) { console.log(e.name); }
)"),
              "crema\n6372656d61\nOperationError\n");
  }
}

TEST(CryptoPair, AgreesOnTheSecretThatK6AgreedOn) {
  for (const json& each : cases()) {
    if (!each.contains("bits")) continue;
    EXPECT_EQ(printed(each, R"(
const how = { name: k.name, public: await open('raw', bytes(k.other)) };
const key = await secret('pkcs8', bytes(k.pkcs8));
console.log(hex(await s.deriveBits(how, key, 256)) === k.bits);
const derived = await s.deriveKey(how, key, { name: 'AES-CBC', length: 256 }, true, ['encrypt']);
console.log(hex(await s.exportKey('raw', derived)) === k.bits);
)"),
              "true\ntrue\n")
        << each["generate"];
  }
}

TEST(CryptoPair, IsGenerated) {
  for (const json& each : cases())
    EXPECT_EQ(printed(each, R"(
const how = { ...algorithm, publicExponent: new Uint8Array([1, 0, 1]) };
const pair = await s.generateKey(how, false, k.usages);
console.log(pair.privateKey.type, pair.privateKey.extractable, pair.privateKey.usages.join() === own.join());
console.log(pair.publicKey.type, pair.publicKey.extractable, pair.publicKey.usages.join() === theirs.join());
console.log(pair.publicKey.algorithm.name === k.name, pair.publicKey.algorithm.namedCurve === algorithm.namedCurve);
)"),
              "private false true\npublic true true\ntrue true\n")
        << each["name"];
}

}  // namespace
}  // namespace crema::load
