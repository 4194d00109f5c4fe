// Keys of pairs, as OpenSSL holds them: elliptic curves and RSA, in the forms of WebCrypto.
#pragma once

#include "digest.h"

#include "crema/base/result.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace crema::load {

// One half of a pair, or both: a private key knows its public one.
using PairKey = std::shared_ptr<evp_pkey_st>;

// All of them fail with "load/crypto", and say why in the words of WebCrypto's users.

// "P-256", "P-384" or "P-521".
Result<PairKey> generate_ec_pair(const std::string& curve);
// 1,024 to 16,384 bits.
Result<PairKey> generate_rsa_pair(int modulus_bits, std::uint64_t public_exponent);

// SubjectPublicKeyInfo (RFC 5280) and PKCS #8 (RFC 5958), both DER.
Result<PairKey> read_spki(std::string_view bytes);
Result<PairKey> read_pkcs8(std::string_view bytes);
Result<std::string> write_spki(const PairKey& key);
Result<std::string> write_pkcs8(const PairKey& key);

// The point of a public key, not compressed (SEC 1).
Result<PairKey> read_point(const std::string& curve, std::string_view bytes);
Result<std::string> write_point(const PairKey& key);

// The members of a JSON Web Key (RFC 7518) that are numbers: bytes, the highest first.
using WebKeyNumbers = std::map<std::string, std::string>;
Result<PairKey> read_ec_numbers(const std::string& curve, const WebKeyNumbers& numbers);
Result<PairKey> read_rsa_numbers(const WebKeyNumbers& numbers);
Result<WebKeyNumbers> ec_numbers(const PairKey& key, bool with_private);
Result<WebKeyNumbers> rsa_numbers(const PairKey& key, bool with_private);

bool is_rsa(const PairKey& key);
std::string curve_of(const PairKey& key);  // "" where it is of no curve we have
int modulus_bits(const PairKey& key);

enum class SignatureScheme : std::uint8_t { ecdsa, rsa_pkcs1, rsa_pss };
// ECDSA's signatures are r and s, each as long as the order of the curve. `salt_bytes` is of PSS.
Result<std::string> sign_with(const PairKey& key, SignatureScheme scheme, DigestKind digest,
                              int salt_bytes, std::string_view data);
// False too where the signature is none.
bool verify_with(const PairKey& key, SignatureScheme scheme, DigestKind digest, int salt_bytes,
                 std::string_view signature, std::string_view data);

// RSA-OAEP (RFC 8017), with the digest for both its uses.
Result<std::string> oaep_encrypt(const PairKey& key, DigestKind digest, std::string_view label,
                                 std::string_view plain);
Result<std::string> oaep_decrypt(const PairKey& key, DigestKind digest, std::string_view label,
                                 std::string_view secret);

// ECDH: the shared point's x.
Result<std::string> shared_secret(const PairKey& own, const PairKey& other);

}  // namespace crema::load
