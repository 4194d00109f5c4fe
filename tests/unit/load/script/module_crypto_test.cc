// k6/crypto and the global crypto, beside published vectors and what k6 itself gave.
#include "digest.h"
#include "script_run.h"

#include "crema/base/hash.h"

namespace crema::load {
namespace {

using ::testing::HasSubstr;

constexpr const char* kImport = "import crypto from 'k6/crypto';";

struct Vector {
  const char* name;
  const char* abc;   // of "abc", in hexadecimal
  const char* hmac;  // of "abc" with the key "key", base64rawurl
};
constexpr Vector kVectors[] = {
    {"md4", "a448017aaf21d8525fc10ae87aa6729d", "MsQ9bW7afx5GRxFHO5VraA"},
    {"md5", "900150983cd24fb0d6963f7d28e17f72", "0v6YBj-HawMZOvtJtJeVkQ"},
    {"ripemd160", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc", "Z_3Oc46_xzcrzTjwPAI7V0ZyTRg"},
    {"sha1", "a9993e364706816aba3e25717850c26c9cd0d89d", "T9CyFSdu8S8rPkyOysKBFJi2Vvw"},
    {"sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     "nBluMtwBdfhvSxy4konWYZ3mvuaZ5MN45oMJ7Zehpqs"},
    {"sha384",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c8"
     "25a7",
     "MN25yPNHz_v7ROUZ2BTwdM9AR6Vdb1YzJPHGozkg5e37KjS6xgvcls0zqVYj19Y4"},
    {"sha512",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe"
     "ebbd454d4423643ce80e2a9ac94fa54ca49f",
     "OSaiB8jEKwxBeSy9PhoaqvX3olcE9i38k5xJh9184GAAnFuxwkRzVbMhbxC1N-mvp7ZKTlORsNYxFy0Hk54Ieg"},
    {"sha512_224", "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa",
     "KLwEM-9oTqmHfC8kN6oMz8Lo6zqbTHMWBod7Tw"},
    {"sha512_256", "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
     "82e3yoCrLPhcI-WLc6j9UlpvosZv8QWASi1M9N8G4Sk"},
};

TEST(Crypto, DigestsAndHmacAreThoseOfK6) {
  for (const Vector& each : kVectors) {
    const std::string name = each.name;
    EXPECT_EQ(printed(kImport, "console.log(crypto." + name + "('abc', 'hex'), crypto.hmac('" +
                                   name + "', 'key', 'abc', 'base64rawurl'));"),
              std::string(each.abc) + " " + each.hmac + "\n");
  }
}

TEST(Crypto, PiecesOfAnyLengthGiveTheSameDigest) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += static_cast<char>(i);
  for (const Vector& each : kVectors) {
    const DigestKind kind = *digest_named(each.name);
    for (const std::size_t piece : {1U, 55U, 63U, 64U, 65U, 129U}) {
      Digest digest(kind);
      for (std::size_t i = 0; i < text.size(); i += piece) digest.update(text.substr(i, piece));
      EXPECT_EQ(to_hex(digest.value()), to_hex(digest_of(kind, text))) << each.name << piece;
    }
  }
  // RFC 1320, A.5.
  EXPECT_EQ(
      to_hex(digest_of(DigestKind::md4,
                       "1234567890123456789012345678901234567890123456789012345678901234567890"
                       "1234567890")),
      "e33b4ddc9c38f2199c3e7b164fcc0536");
}

TEST(Crypto, AHasherTellsItsDigestAsOftenAsItIsAsked) {
  EXPECT_EQ(printed(kImport,
                    "const h = crypto.createHash('sha256'); h.update('a');"
                    "const first = h.digest('hex'); console.log(h.digest('hex') === first);"
                    "h.update(new Uint8Array([98])); "
                    "console.log(h.digest('base64') === crypto.sha256('ab', 'base64'));"
                    "const m = crypto.createHMAC('md5', 'k'); m.update('ab');"
                    "console.log(m.digest('hex') === crypto.hmac('md5', 'k', 'ab', 'hex'));"),
            "true\ntrue\ntrue\n");
}

TEST(Crypto, RefusesWhatItDoesNotKnow) {
  const std::pair<const char*, const char*> cases[] = {
      {"crypto.sha256('a')", "invalid output encoding: "},
      {"crypto.sha256('a', 'foo')", "invalid output encoding: foo"},
      {"crypto.sha256(5, 'hex')", "invalid type"},
      {"crypto.sha256(null, 'hex')", "invalid type"},
      {"crypto.createHash('nope')", "invalid algorithm: nope"},
      {"crypto.hmac('nope', 'k', 'd', 'hex')", "invalid algorithm: nope"},
      {"crypto.randomBytes(0)", "invalid size"},
      {"crypto.randomBytes('x')", "invalid size"},
  };
  for (const auto& [code, message] : cases)
    EXPECT_THAT(printed(kImport, std::string(code) + ";"), HasSubstr(message)) << code;
}

TEST(Crypto, OutputsHaveTheirForms) {
  EXPECT_EQ(printed(kImport,
                    "console.log(crypto.md5('a', 'binary').byteLength, crypto.hexEncode('abc'),"
                    "  crypto.sha1('abc', 'base64'), crypto.sha1('abc', 'base64url'),"
                    "  crypto.randomBytes(5).byteLength);"),
            "16 616263 qZk+NkcGgWq6PiVxeFDCbJzQ2J0= qZk-NkcGgWq6PiVxeFDCbJzQ2J0= 5\n");
}

constexpr const char* kHex =
    "const hex = b => Array.from(new Uint8Array(b)).map(x => x.toString(16).padStart(2, '0'))"
    ".join(''); const s = crypto.subtle, d = new Uint8Array([1, 2, 3]);";

std::string printed_async(const std::string& body) {
  ScriptRun run;
  return run.run(std::string(kHex) + "export default async function () {" + body + "}");
}

TEST(WebCrypto, RandomNumbersGoIntoTheArray) {
  EXPECT_EQ(
      printed_async("const a = new Uint32Array(8); console.log(crypto.getRandomValues(a) === a,"
                    "  a.some(x => x !== 0));"
                    "console.log(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                    "[0-9a-f]{12}$/.test(crypto.randomUUID()));"
                    "for (const a of [new Float32Array(1), [1], new Uint8Array(65537)])"
                    "  try { crypto.getRandomValues(a); } catch (e) { console.log(e.name); }"),
      "true true\ntrue\nTypeMismatchError\nTypeMismatchError\nQuotaExceededError\n");
}

// Results of k6 v1.8.1.
TEST(WebCrypto, GivesWhatK6Gives) {
  EXPECT_EQ(printed_async("console.log(hex(await s.digest('SHA-256', d)));"
                          "console.log(hex(await s.digest({ name: 'sha-1' }, d.buffer)));"),
            "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81\n"
            "7037807198c22a7d2b0807371d763779a84fdfcf\n");
  EXPECT_EQ(printed_async(
                "const k = await s.importKey('raw', d, { name: 'HMAC', hash: 'SHA-256' }, false,"
                " ['sign', 'verify']); const sig = await s.sign('HMAC', k, d);"
                "console.log(hex(sig), await s.verify('HMAC', k, sig, d), await s.verify('HMAC', "
                "k, d, d));"),
            "bae3a2367ee3f2754bdd3b398113b5cd4547abeeb5ae3e651e5b37c3f2502268 true false\n");
  EXPECT_EQ(
      printed_async(
          "const zero = n => new Uint8Array(n);"
          "for (const [name, more] of [['AES-CBC', { iv: zero(16) }],"
          "  ['AES-GCM', { iv: zero(12), additionalData: d }],"
          "  ['AES-CTR', { counter: zero(16), length: 64 }]]) {"
          "  const k = await s.importKey('raw', zero(16), name, true, ['encrypt', 'decrypt']);"
          "  const e = await s.encrypt({ name, ...more }, k, d);"
          "  console.log(hex(e), hex(await s.decrypt({ name, ...more }, k, e))); }"),
      "c1b3927c67512c32e2d947e78cd3d229 010203\n028ad98652ffa250f6567fbbcedc41641ac83c 010203\n"
      "67eb48 010203\n");
  EXPECT_EQ(
      printed_async("const k = await s.importKey('raw', d, 'PBKDF2', false, ['deriveBits',"
                    " 'deriveKey']); const p = { name: 'PBKDF2', salt: d, iterations: 10,"
                    " hash: 'SHA-256' }; console.log(hex(await s.deriveBits(p, k, 256)));"
                    "const key = await s.deriveKey(p, k, { name: 'AES-GCM', length: 256 }, true,"
                    " ['encrypt']); console.log(key.type, key.algorithm.length);"
                    "console.log(hex(await s.exportKey('raw', key)));"),
      "55f1bd72253f39854eb6cd9b333f0b909d870a3334ff7acacbaa6b260a6c084b\nsecret 256\n"
      "55f1bd72253f39854eb6cd9b333f0b909d870a3334ff7acacbaa6b260a6c084b\n");
}

// Only the last `length` bits of the counter count: the block after the last is the first again.
TEST(WebCrypto, ACounterWrapsWithinItsBits) {
  EXPECT_EQ(
      printed_async(
          "const k = await s.importKey('raw', new Uint8Array(16), 'AES-CTR', true, ['encrypt']);"
          "const counter = new Uint8Array(16).fill(255); const zeros = new Uint8Array(32);"
          "const e = hex(await s.encrypt({ name: 'AES-CTR', counter, length: 4 }, k, zeros));"
          "const second = counter.slice(); second[15] = 0xf0;"
          "const f = hex(await s.encrypt({ name: 'AES-CTR', counter: second, length: 4 }, k,"
          "  zeros)); console.log(e.slice(32) === f.slice(0, 32));"),
      "true\n");
}

TEST(WebCrypto, KeysLeaveAsTheyCame) {
  EXPECT_EQ(
      printed_async(
          "const k = await s.importKey('raw', new Uint8Array(16), 'AES-CBC', true,"
          " ['encrypt']); const jwk = await s.exportKey('jwk', k);"
          "console.log(JSON.stringify(jwk)); const again = await s.importKey('jwk', jwk,"
          " 'AES-CBC', true, ['encrypt']); console.log(hex(await s.exportKey('raw', again)));"
          "const made = await s.generateKey({ name: 'HMAC', hash: 'SHA-512' }, true,"
          " ['sign']); console.log((await s.exportKey('raw', made)).byteLength);"),
      R"({"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAA","alg":"A128CBC","key_ops":["encrypt"],"ext":true})"
      "\n00000000000000000000000000000000\n128\n");
}

TEST(WebCrypto, RejectsByName) {
  const std::pair<const char*, const char*> cases[] = {
      {"s.digest('MD5', d)", "NotSupportedError"},
      {"s.digest('SHA-256', 'text')", "TypeError"},
      {"s.importKey('raw', d, 'AES-CBC', true, ['encrypt'])", "DataError"},
      {"s.importKey('raw', new Uint8Array(16), 'AES-CBC', true, ['sign'])", "SyntaxError"},
      {"s.importKey('raw', d, 'HKDF', true, ['deriveBits'])", "NotSupportedError"},
      {"s.generateKey({ name: 'ECDH', namedCurve: 'P-257' }, true, ['deriveBits'])",
       "NotSupportedError"},
      {"s.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['encrypt'])", "SyntaxError"},
      {"s.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [])", "SyntaxError"},
      {"s.generateKey({ name: 'RSA-PSS', modulusLength: 2048, hash: 'SHA-256',"
       " publicExponent: new Uint8Array([2]) }, true, ['sign'])",
       "OperationError"},
      {"s.importKey('spki', d, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])",
       "DataError"},
      {"s.importKey('raw', new Uint8Array(65), { name: 'ECDH', namedCurve: 'P-256' }, true, [])",
       "DataError"},
      {"s.importKey('jwk', { kty: 'EC', crv: 'P-256', x: 'AQ', y: 'AQ' },"
       " { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify'])",
       "DataError"},
      {"s.importKey('raw', d, { name: 'RSA-PSS', hash: 'SHA-256' }, true, ['verify'])",
       "NotSupportedError"},
      {"s.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])"
       ".then(k => s.exportKey('pkcs8', k.privateKey))",
       "InvalidAccessError"},
      {"s.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])"
       ".then(k => s.sign({ name: 'ECDSA', hash: 'SHA-256' }, k.publicKey, d))",
       "InvalidAccessError"},
      {"s.generateKey({ name: 'AES-GCM', length: 100 }, true, ['encrypt'])", "OperationError"},
      {"s.wrapKey()", "NotSupportedError"},
      {"s.importKey('raw', new Uint8Array(16), 'AES-GCM', false, ['decrypt'])"
       ".then(k => s.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, k, new Uint8Array(20)))",
       "OperationError"},
      {"s.importKey('raw', new Uint8Array(16), 'AES-GCM', false, ['decrypt'])"
       ".then(k => s.exportKey('raw', k))",
       "InvalidAccessError"},
  };
  for (const auto& [code, name] : cases)
    EXPECT_EQ(printed_async(std::string("await ") + code + ".catch(e => console.log(e.name));"),
              std::string(name) + "\n")
        << code;
}

TEST(TextCoding, IsUtf8) {
  EXPECT_EQ(
      printed(
          "",
          "console.log(new TextEncoder().encode('é€😀'), new TextEncoder().encoding);"
          "console.log(new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0xc3, 0xa9])));"
          "console.log(new TextDecoder('utf8').decode(new Uint8Array([65, 255]).buffer));"
          "try { new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255])); }"
          "catch (e) { console.log(e.name); }"
          "try { new TextDecoder('koi8-r'); } catch (e) { console.log(e.name); }"),
      "Uint8Array(9) [ 195, 169, 226, 130, 172, 240, 159, 152, 128 ] utf-8\né\nA\uFFFD\n"
      "TypeError\nRangeError\n");
}

}  // namespace
}  // namespace crema::load
