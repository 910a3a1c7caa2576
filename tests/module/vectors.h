/*
 * The tokens of the tests.  The first two are of one id, the third is of
 * an id that no keystore here has; all have a right checksum.
 */
#ifndef VECTORS_H
#define VECTORS_H

#define VECTOR_ID	"7k2m9q4t8w"
#define VECTOR_SECRET	"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZab"
#define VECTOR_TOKEN	"apik_" VECTOR_ID "_" VECTOR_SECRET "4b3vAz"
#define VECTOR_WRONG_SECRET "56789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg"
#define VECTOR_WRONG	"apik_" VECTOR_ID "_" VECTOR_WRONG_SECRET "0A5yNt"
#define VECTOR_UNKNOWN	"apik_0000000000_" VECTOR_SECRET "0iIToH"
#define VECTOR_HASH_END	"4nN9uUlA6VldIXtYoiShBqfVMwYKjSxDNIRS64zQvWU"
#define VECTOR_HASH	"$blake2b$v=1$" VECTOR_HASH_END

#endif
