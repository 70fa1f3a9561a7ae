/* The project's hash table: numbers byte strings.
 *
 * Each distinct key gets a number: 0 for the first, 1 for the second, and so on. A table is thus a set, an interner
 * (number -> key), and a map: what belongs to a key is in the caller's own array, at the key's number. The number
 * of a removed key goes to the next new one, so numbers stay below the largest count that a table ever had.
 *
 * Keys are copied. One thread at a time may add or remove; any number may look keys up while nobody does. */
#ifndef COCO_IO_BASE_HASH_H
#define COCO_IO_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

typedef struct Hash Hash;

Hash *hash_new(void);       /* NULL: out of memory */
void hash_free(Hash *hash); /* NULL is legal */
/* The key's number; the key is new if hash_count has grown. -1: out of memory, nothing has changed. */
int32_t hash_add(Hash *hash, const void *key, size_t len);
/* The key's number, or -1. */
int32_t hash_find(const Hash *hash, const void *key, size_t len);
/* Starts to load into the cache what a search for the key reads first. In a table larger than the cache, searches take
 * half as long if several keys are prefetched before the first is searched. */
void hash_prefetch(const Hash *hash, const void *key, size_t len);
/* Does nothing if the key is not in the table. */
void hash_remove(Hash *hash, const void *key, size_t len);
/* How many keys are in the table: if none was ever removed, their numbers are all those below. */
int32_t hash_count(const Hash *hash);
/* The key with this number, which must be in use; a NUL follows its *len bytes. len may be NULL. Borrowed until the
 * next hash_add or hash_remove. */
const char *hash_key(const Hash *hash, int32_t number, size_t *len);

#endif
