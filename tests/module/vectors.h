/*
 * The tokens of the tests.  The first two are of one id, the third is of
 * an id that no keystore has but that of a case with a successor; all
 * have a right checksum.
 */
#ifndef VECTORS_H
#define VECTORS_H

#define VECTOR_ID	"7k2m9q4t8w"
#define VECTOR_SECRET	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZab"
#define VECTOR_TOKEN	"apik_" VECTOR_ID "_" VECTOR_SECRET "4b3vAz"
#define VECTOR_WRONG_SECRET "56789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg"
#define VECTOR_WRONG	"apik_" VECTOR_ID "_" VECTOR_WRONG_SECRET "0A5yNt"
#define VECTOR_OTHER_ID	"0000000000"
#define VECTOR_UNKNOWN	"apik_" VECTOR_OTHER_ID "_" VECTOR_SECRET "0iIToH"
#define VECTOR_HASH_END	"4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvWU"
#define VECTOR_HASH	"$blake2b$v=1$" VECTOR_HASH_END
#define VECTOR_OTHER_END "lQAqSV-dEAOaUiKTyJiEja6fi8Gv0vthS2PEyxRJOnw"
#define VECTOR_OTHER_HASH "$blake2b$v=1$" VECTOR_OTHER_END

/* With the pepper 00 01 ... 1f, and by Argon2id. */
#define VECTOR_PEPPER	"000102030405060708090a0b0c0d0e0f" \
	"101112131415161718191a1b1c1d1e1f"
#define VECTOR_PEPPERED_END "53XDLpYADq6bO8GhNITDLpe_-yb0pJHDXqJc4F3BjDI"
#define VECTOR_PEPPERED	"$blake2b$v=1,p=cb2f5160$" VECTOR_PEPPERED_END
#define VECTOR_ARGON2ID_END "B2Sslk4WBtfKNDCbXNcB8pzxA6uFN3VnTQz9BSdmzWU"
#define VECTOR_ARGON2ID	"$apikey-argon2id$v=1$argon2id$v=19$m=8,t=1,p=1$" \
	"AQIDBAUGBwgJCgsMDQ4P/w$" VECTOR_ARGON2ID_END

#endif
