#include "key_pair.h"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <vector>

namespace crema::load {
namespace {

constexpr int kLeastRsaBits = 1024;
constexpr int kMostRsaBits = 16384;

struct Curve {
  std::string_view name;
  const char* group;  // OpenSSL's
  std::size_t bytes;  // of a coordinate
};
constexpr std::array kCurves{Curve{"P-256", "prime256v1", 32}, Curve{"P-384", "secp384r1", 48},
                             Curve{"P-521", "secp521r1", 66}};

struct Number {
  std::string_view name;  // of a JSON Web Key
  const char* parameter;  // OpenSSL's
};
constexpr std::array kRsaPublic{Number{"n", OSSL_PKEY_PARAM_RSA_N},
                                Number{"e", OSSL_PKEY_PARAM_RSA_E}};
constexpr std::array kRsaPrivate{
    Number{"d", OSSL_PKEY_PARAM_RSA_D},          Number{"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
    Number{"q", OSSL_PKEY_PARAM_RSA_FACTOR2},    Number{"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
    Number{"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2}, Number{"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1}};

using Context = std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)>;
using BigNumber = std::unique_ptr<BIGNUM, void (*)(BIGNUM*)>;

// OpenSSL's queue of errors belongs to the thread, and to nobody who comes later.
auto refuse(std::string why) {
  ERR_clear_error();
  return fail("load/crypto", std::move(why));
}

PairKey owned(EVP_PKEY* key) { return {key, EVP_PKEY_free}; }

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

BigNumber big_number(std::string_view bytes) {
  return {BN_bin2bn(data_of(bytes), static_cast<int>(bytes.size()), nullptr), BN_free};
}

const Curve* curve_named(std::string_view name) {
  const auto* found = std::ranges::find(kCurves, name, &Curve::name);
  return found == kCurves.end() ? nullptr : found;
}

// What a key is made of. The numbers live as long as this.
class Parameters {
 public:
  void add_text(const char* name, const char* text) {
    OSSL_PARAM_BLD_push_utf8_string(builder_.get(), name, text, 0);
  }
  void add_bytes(const char* name, std::string_view bytes) {
    OSSL_PARAM_BLD_push_octet_string(builder_.get(), name, bytes.data(), bytes.size());
  }
  void add_number(const char* name, std::string_view bytes) {
    numbers_.push_back(big_number(bytes));
    OSSL_PARAM_BLD_push_BN(builder_.get(), name, numbers_.back().get());
  }
  Result<PairKey> make(const char* type, int selection) {
    const std::unique_ptr<OSSL_PARAM, void (*)(OSSL_PARAM*)> parameters(
        OSSL_PARAM_BLD_to_param(builder_.get()), OSSL_PARAM_free);
    const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), EVP_PKEY_CTX_free);
    EVP_PKEY* key = nullptr;
    if (!context || !parameters || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, selection, parameters.get()) != 1)
      return refuse("the key's numbers make no key");
    PairKey made = owned(key);
    const Context check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr), EVP_PKEY_CTX_free);
    const bool complete = selection == EVP_PKEY_KEYPAIR;
    if (!check || EVP_PKEY_public_check_quick(check.get()) != 1 ||
        (complete && EVP_PKEY_check(check.get()) != 1))
      return refuse("the key's numbers are not those of one key");
    return made;
  }

 private:
  std::unique_ptr<OSSL_PARAM_BLD, void (*)(OSSL_PARAM_BLD*)> builder_{OSSL_PARAM_BLD_new(),
                                                                      OSSL_PARAM_BLD_free};
  std::vector<BigNumber> numbers_;
};

// A number of the key, padded to `size` bytes where it has fewer. "" where it has none.
std::string number_in(const PairKey& key, const char* name, std::size_t size = 0) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key.get(), name, &raw) != 1) {
    ERR_clear_error();
    return {};
  }
  const BigNumber number(raw, BN_clear_free);
  std::string bytes(std::max<std::size_t>(size, static_cast<std::size_t>(BN_num_bytes(raw))), '\0');
  BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return bytes;
}

// Runs one of OpenSSL's writers of DER.
template <class Write>
Result<std::string> der_of(Write&& write) {
  unsigned char* bytes = nullptr;
  const int size = write(&bytes);
  if (size <= 0) return refuse("the key cannot be written");
  std::string text(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_clear_free(bytes, static_cast<std::size_t>(size));
  return text;
}

Result<const Curve*> known_curve(const std::string& name) {
  if (const Curve* curve = curve_named(name)) return curve;
  return refuse(fmt::format("elliptic curve {} is not supported", name));
}

}  // namespace

Result<PairKey> generate_ec_pair(const std::string& curve) {
  const Curve* known = CREMA_TRY(known_curve(curve));
  if (EVP_PKEY* key = EVP_EC_gen(known->group)) return owned(key);
  return refuse("unable to generate an EC key pair");
}

Result<PairKey> generate_rsa_pair(int modulus_bits, std::uint64_t public_exponent) {
  if (modulus_bits < kLeastRsaBits || modulus_bits > kMostRsaBits)
    return refuse(fmt::format("modulusLength must be {} to {}", kLeastRsaBits, kMostRsaBits));
  if (public_exponent % 2 == 0 || public_exponent < 3 || public_exponent > 0x7fffffff)
    return refuse("invalid public exponent");
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), EVP_PKEY_CTX_free);
  const BigNumber exponent(BN_new(), BN_free);
  EVP_PKEY* key = nullptr;
  if (!context || !exponent || BN_set_word(exponent.get(), public_exponent) != 1 ||
      EVP_PKEY_keygen_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), modulus_bits) != 1 ||
      EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), exponent.get()) != 1 ||
      EVP_PKEY_keygen(context.get(), &key) != 1)
    return refuse("could not generate RSA key pair");
  return owned(key);
}

Result<PairKey> read_spki(std::string_view bytes) {
  const unsigned char* at = data_of(bytes);
  EVP_PKEY* key = d2i_PUBKEY(nullptr, &at, static_cast<long>(bytes.size()));
  if (key == nullptr) return refuse("unable to import public key data");
  PairKey made = owned(key);
  if (at != data_of(bytes) + bytes.size()) return refuse("trailing data after the public key");
  return made;
}

Result<PairKey> read_pkcs8(std::string_view bytes) {
  const unsigned char* at = data_of(bytes);
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, void (*)(PKCS8_PRIV_KEY_INFO*)> info(
      d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(bytes.size())),
      PKCS8_PRIV_KEY_INFO_free);
  EVP_PKEY* key = info ? EVP_PKCS82PKEY(info.get()) : nullptr;
  if (key == nullptr) return refuse("unable to import private key data");
  return owned(key);
}

Result<std::string> write_spki(const PairKey& key) {
  return der_of([&](unsigned char** bytes) { return i2d_PUBKEY(key.get(), bytes); });
}

Result<std::string> write_pkcs8(const PairKey& key) {
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, void (*)(PKCS8_PRIV_KEY_INFO*)> info(
      EVP_PKEY2PKCS8(key.get()), PKCS8_PRIV_KEY_INFO_free);
  if (!info) return refuse("the key cannot be written");
  return der_of([&](unsigned char** bytes) { return i2d_PKCS8_PRIV_KEY_INFO(info.get(), bytes); });
}

Result<PairKey> read_point(const std::string& curve, std::string_view bytes) {
  const Curve* known = CREMA_TRY(known_curve(curve));
  if (bytes.size() != 2 * known->bytes + 1 || bytes.front() != 4)
    return refuse("unable to import public key data: no point of the curve");
  Parameters parameters;
  parameters.add_text(OSSL_PKEY_PARAM_GROUP_NAME, known->group);
  parameters.add_bytes(OSSL_PKEY_PARAM_PUB_KEY, bytes);
  return parameters.make("EC", EVP_PKEY_PUBLIC_KEY);
}

Result<std::string> write_point(const PairKey& key) {
  const auto numbers = CREMA_TRY(ec_numbers(key, false));
  return fmt::format("\x04{}{}", numbers.at("x"), numbers.at("y"));
}

Result<PairKey> read_ec_numbers(const std::string& curve, const WebKeyNumbers& numbers) {
  const Curve* known = CREMA_TRY(known_curve(curve));
  std::string point = "\x04";
  for (const char* name : {"x", "y"}) {
    const auto found = numbers.find(name);
    if (found == numbers.end() || found->second.size() > known->bytes)
      return refuse(fmt::format("coordinate {} is missing or too long", name));
    point.append(known->bytes - found->second.size(), '\0');
    point += found->second;
  }
  Parameters parameters;
  parameters.add_text(OSSL_PKEY_PARAM_GROUP_NAME, known->group);
  parameters.add_bytes(OSSL_PKEY_PARAM_PUB_KEY, point);
  const auto secret = numbers.find("d");
  if (secret == numbers.end()) return parameters.make("EC", EVP_PKEY_PUBLIC_KEY);
  parameters.add_number(OSSL_PKEY_PARAM_PRIV_KEY, secret->second);
  return parameters.make("EC", EVP_PKEY_KEYPAIR);
}

Result<PairKey> read_rsa_numbers(const WebKeyNumbers& numbers) {
  Parameters parameters;
  const bool complete = numbers.contains("d");
  const auto add = [&](std::span<const Number> wanted) -> Result<> {
    for (const auto& [name, parameter] : wanted) {
      const auto found = numbers.find(std::string(name));
      if (found == numbers.end() || found->second.size() > kMostRsaBits / 8)
        return refuse(fmt::format("{} of the RSA key is missing or too long", name));
      parameters.add_number(parameter, found->second);
    }
    return {};
  };
  CREMA_TRY(add(kRsaPublic));
  if (complete) CREMA_TRY(add(kRsaPrivate));
  return parameters.make("RSA", complete ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY);
}

Result<WebKeyNumbers> ec_numbers(const PairKey& key, bool with_private) {
  const Curve* curve = CREMA_TRY(known_curve(curve_of(key)));
  WebKeyNumbers numbers{{"x", number_in(key, OSSL_PKEY_PARAM_EC_PUB_X, curve->bytes)},
                        {"y", number_in(key, OSSL_PKEY_PARAM_EC_PUB_Y, curve->bytes)}};
  if (with_private) numbers["d"] = number_in(key, OSSL_PKEY_PARAM_PRIV_KEY, curve->bytes);
  return numbers;
}

Result<WebKeyNumbers> rsa_numbers(const PairKey& key, bool with_private) {
  WebKeyNumbers numbers;
  for (const auto& [name, parameter] : kRsaPublic)
    numbers[std::string(name)] = number_in(key, parameter);
  if (with_private)
    for (const auto& [name, parameter] : kRsaPrivate)
      numbers[std::string(name)] = number_in(key, parameter);
  return numbers;
}

bool is_rsa(const PairKey& key) { return EVP_PKEY_is_a(key.get(), "RSA") == 1; }

std::string curve_of(const PairKey& key) {
  std::array<char, 64> group{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key.get(), group.data(), group.size(), &size) != 1) {
    ERR_clear_error();
    return {};
  }
  const auto* found =
      std::ranges::find(kCurves, std::string_view(group.data(), size),
                        [](const Curve& curve) { return std::string_view(curve.group); });
  return found == kCurves.end() ? std::string() : std::string(found->name);
}

int modulus_bits(const PairKey& key) { return EVP_PKEY_get_bits(key.get()); }

}  // namespace crema::load
